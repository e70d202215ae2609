"""The grader `llm` in the whole application."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.errors import ConfigError
from service.settings import Settings
from tests.conftest import banks
from tests.fresh import fresh
from tests.llm_server import LlmServer, quoting

GRADE = {
    "question_id": "kv-cache",
    "answer": "The KV cache keeps keys and values of earlier tokens, so that no decode step computes them again.",
}


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(quoting) as server:
        yield server


@pytest.fixture
def client(server: LlmServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("VIVA_GRADER", "llm")
    monkeypatch.setenv("VIVA_LLM__BASE_URL", server.url)
    monkeypatch.setenv("VIVA_LLM__MODEL", "asked-for")
    app = create_app(Settings(data_dir=fresh(tmp_path)), banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_the_grader_llm_grades_once_it_is_configured(client: TestClient) -> None:
    grade = client.post("/api/v1/grade", json=GRADE).json()["grade"]
    assert grade["grader"]["name"] == "llm"
    assert grade["criteria"][0]["points"][0]["label"] == "met"


def test_without_its_settings_the_grader_llm_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="VIVA_LLM__BASE_URL"):
        create_app(Settings(data_dir=fresh(tmp_path), grader="llm"), banks=banks())


def test_a_language_model_that_is_away_is_no_error_of_ours(client: TestClient, server: LlmServer) -> None:
    server.fail("503")
    response = client.post("/api/v1/grade", json=GRADE)
    assert response.status_code == 503
    assert response.json()["type"] == "urn:viva:problem:grader-unavailable"


def test_a_useless_reply_is_no_grade_and_says_why(client: TestClient, server: LlmServer) -> None:
    client.post("/api/v1/grade", json=GRADE)
    server.fail("refusal")
    assert client.post("/api/v1/grade", json=GRADE).json() == {
        "grade": None,
        "ungraded_reason": "The language model refused to reply.",
    }
