"""What the documents promise is there, and what is there is in the documents."""

import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from service.api.problems import STATUS
from service.identity.settings import SignInSettings
from service.llm.settings import LlmSettings
from service.settings import ROOT, LimitSettings, RetentionSettings, Settings
from service.telemetry.settings import TelemetrySettings
from service.voice.settings import VoiceSettings
from service.webhooks import signing
from service.webhooks.settings import WebhookSettings
from tests.quick import Quick

DOCS = ROOT / "docs"


def text(name: str) -> str:
    return (ROOT / name).read_text()


@pytest.mark.parametrize(
    ("prefix", "settings"),
    [
        ("VIVA_", Settings),
        ("VIVA_LLM__", LlmSettings),
        ("VIVA_RETENTION__", RetentionSettings),
        ("VIVA_VOICE__", VoiceSettings),
        ("VIVA_SIGN_IN__", SignInSettings),
        ("VIVA_LIMITS__", LimitSettings),
        ("VIVA_WEBHOOKS__", WebhookSettings),
        ("VIVA_TELEMETRY__", TelemetrySettings),
    ],
)
def test_every_setting_is_documented(prefix: str, settings: type[BaseModel]) -> None:
    table = text("docs/hosting.md")
    for name, field in settings.model_fields.items():
        assert f"| `{prefix}{name.upper()}` |" in table
        assert field.description
        assert field.description in table


def test_every_endpoint_is_documented(app: FastAPI) -> None:
    page = text("docs/api.md")
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            assert f"`{method.upper()} {path.removeprefix('/api/v1')}`" in page


def test_every_problem_type_is_documented() -> None:
    page = text("docs/api.md")
    for status, slug in STATUS.values():
        assert f"`{slug}` ({status})" in page


def test_every_dependency_is_explained() -> None:
    page = text("docs/dependencies.md")
    listed = re.findall(r'^  "([a-z0-9-]+)', text("pyproject.toml"), re.M)
    assert len(listed) > 20
    assert [name for name in listed if name not in page and not name.startswith("types-")] == []


def test_links_in_the_documents_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *DOCS.glob("*.md")]
    assert len(pages) >= 7
    for page in pages:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_folder_of_the_service_is_in_the_map() -> None:
    page = text("docs/architecture.md")
    rooms = [p for p in (ROOT / "service").iterdir() if p.is_dir() and p.name != "__pycache__"]
    assert [room.name for room in rooms if f"service/{room.name}/" not in page] == []


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_the_curl_session_runs_as_written(page: str, tmp_path: Path) -> None:
    blocks = re.findall(r"```bash\n(.*?)```", text(page), re.S)
    script = next(block for block in blocks if "base=" in block)
    with Quick(tmp_path) as server:
        script = script.replace("http://127.0.0.1:8000", str(server.client.base_url).rstrip("/"))
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=60, check=True)
    assert "| 1 | " in done.stdout
    assert "submitted" in done.stdout
    assert "urn:viva:problem" not in done.stdout


def test_the_verification_in_the_documents_takes_what_is_signed_and_nothing_else() -> None:
    example = re.search(r"```python\n(.*?)```", text("docs/webhooks.md"), re.S)
    assert example
    space: dict[str, Any] = {}
    exec(compile(example[1], "docs/webhooks.md", "exec"), space)
    verified, secret, now, body = space["verified"], signing.new_secret(), int(time.time()), b'{"type":"test"}'
    assert verified(secret, signing.headers(secret, "one", now, body), body)
    assert not verified(secret, signing.headers(secret, "one", now, body), body + b" ")
    assert not verified(secret, signing.headers(secret, "one", now - 600, body), body)
    assert not verified(signing.new_secret(), signing.headers(secret, "one", now, body), body)


def test_the_grader_in_the_documents_works() -> None:
    example = re.search(r"```python\n(.*?)```", text("docs/grading.md"), re.S)
    assert example
    space: dict[str, object] = {}
    exec(compile(example[1], "docs/grading.md", "exec"), space)
    assert "Lengthy" in space
