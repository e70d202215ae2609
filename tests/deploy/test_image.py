"""The Dockerfile: what it says, as no image can be built without a Docker engine."""

import re

from service.settings import ROOT
from tests.deploy.programs import run

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def instructions(name: str, text: str = DOCKERFILE) -> list[str]:
    whole = re.sub(r"\\\n\s*", "", text)
    return re.findall(rf"^{name} (.+)$", whole, re.M)


def test_hadolint_finds_nothing() -> None:
    done = run("hadolint", "--failure-threshold", "style", "Dockerfile")
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_base_images_are_pinned_by_tag_and_digest() -> None:
    sources = [line.split()[0] for line in instructions("FROM")]
    stages = {line.split()[-1] for line in instructions("FROM")}
    pinned = [source for source in sources if source not in stages]
    assert len(pinned) == 2
    assert all(re.fullmatch(r"[a-z/]+:\d+\.\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}", source) for source in pinned)


def test_it_installs_what_is_locked_with_the_same_uv_as_a_clone() -> None:
    makefile = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.M)
    assert makefile
    assert f"uv=={makefile[1]}\n" in DOCKERFILE
    synced = [line for line in instructions("RUN") if line.startswith("uv sync")]
    assert len(synced) == 2
    assert all("--locked --no-dev" in line for line in synced)


def test_the_last_stage_only_copies_and_is_not_root() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    assert instructions("RUN", last) == ["install -d -o 10001 -g 10001 /data"]
    assert all(line.startswith("--from=build ") for line in instructions("COPY", last))
    assert instructions("USER", last) == ["10001:10001"]
    assert instructions("ENTRYPOINT", last) == ['["viva"]']
    assert "VIVA_BANK_DIR=/srv/viva" in last


def test_the_builder_gets_what_is_copied_and_nothing_else() -> None:
    from_the_clone = [line for line in instructions("COPY") if not line.startswith("--from")]
    copied = {source for line in from_the_clone for source in line.split()[:-1]}
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    assert all((ROOT / source).exists() for source in copied)
