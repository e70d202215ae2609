"""`deploy/setup`: secrets that are new on every machine, made once."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from service.identity.settings import SignInSettings
from service.settings import ROOT
from service.store.engine import Store


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy", ignore=shutil.ignore_patterns("postgres_password", "viva_*"))
    return tmp_path


def set_up(clone: Path, *name: str) -> str:
    return subprocess.run([clone / "deploy" / "setup", *name], capture_output=True, text=True, check=True).stdout


def secret(clone: Path, name: str) -> str:
    return (clone / "deploy" / "secrets" / name).read_text().strip()


def test_it_makes_two_different_passwords_and_names_their_folder(clone: Path) -> None:
    said = set_up(clone)
    password, url = secret(clone, "postgres_password"), secret(clone, "viva_database_url")
    assert len(password) == 48
    parsed = Store(url).url
    assert (parsed.username, parsed.host, parsed.database) == ("viva", "postgres", "viva")
    assert parsed.password
    assert len(parsed.password) == 48
    assert parsed.password != password
    assert (clone / ".env").read_text() == "SECRETS_DIR=./deploy/secrets\n"
    assert password not in said
    assert parsed.password not in said


def test_nobody_else_of_this_machine_can_read_them_and_every_container_can(clone: Path) -> None:
    set_up(clone)
    folder = clone / "deploy" / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {(folder / name).stat().st_mode & 0o777 for name in ("postgres_password", "viva_database_url")} == {0o444}


def test_a_second_time_it_changes_nothing(clone: Path) -> None:
    (clone / ".env").write_text("VIVA_LOG_LEVEL=debug\n")
    set_up(clone)
    made = {path: path.read_text() for path in clone.rglob("*") if path.is_file()}
    set_up(clone)
    assert {path: path.read_text() for path in clone.rglob("*") if path.is_file()} == made
    assert (clone / ".env").read_text() == "VIVA_LOG_LEVEL=debug\nSECRETS_DIR=./deploy/secrets\n"


def test_with_a_name_people_sign_in(clone: Path) -> None:
    set_up(clone)
    said = set_up(clone, "viva.example.org")
    settings = SignInSettings.model_validate(
        {"public_url": "https://viva.example.org", "password": True} | json.loads(secret(clone, "viva_sign_in"))
    )
    assert settings.setup_code
    assert len(settings.setup_code.get_secret_value()) == 48
    assert settings.setup_code.get_secret_value() not in said
    lines = (clone / ".env").read_text().splitlines()
    assert lines[1:] == ["SITE=viva.example.org", "COMPOSE_FILE=docker-compose.yml:deploy/team.yml"]
    assert "made" not in set_up(clone, "viva.example.org")


def test_a_folder_of_ones_own_is_kept(clone: Path) -> None:
    (clone / ".env").write_text("SECRETS_DIR=/etc/viva\n")
    set_up(clone)
    assert (clone / ".env").read_text() == "SECRETS_DIR=/etc/viva\n"


def test_files_that_containers_are_given_can_be_read_whatever_the_umask_was(clone: Path) -> None:
    given = [clone / "deploy" / "Caddyfile", clone / "deploy" / "postgres" / "viva.sh"]
    for path in given:
        path.chmod(path.stat().st_mode & 0o700)
    set_up(clone)
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in given)
    assert given[1].stat().st_mode & 0o111 == 0o111


def test_git_ignores_secrets(clone: Path) -> None:
    set_up(clone)
    subprocess.run(["git", "init", "--quiet", clone], check=True)
    asked = ["git", "check-ignore", "deploy/secrets/postgres_password", "deploy/secrets/viva_database_url"]
    done = subprocess.run(asked, cwd=clone, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 2
