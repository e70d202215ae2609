"""Questions read aloud by the voice that the development tools have: what is said is what is written."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api.prose import said
from service.voice import speech
from service.voice.decode import RATE, decode
from tests.api.walk import GOOD, at, begin

URL = "/api/v1/questions/kv-cache/speech"


def test_a_question_is_read_aloud_and_kept(client: TestClient, app: FastAPI, tmp_path: Path) -> None:
    first, second = client.get(URL), client.get(URL)
    assert (first.status_code, first.headers["Content-Type"]) == (200, "audio/webm")
    assert first.content == second.content
    assert len(list(app.state.services.speech.folder.iterdir())) == 1
    (file := tmp_path / "said").write_bytes(first.content)
    seconds = float(first.headers["X-Content-Duration"])
    assert len(decode(file, 60)) / RATE == pytest.approx(seconds, abs=0.1)
    heard = client.post("/api/v1/transcribe", content=first.content).json()["text"]
    assert "language model" in heard
    assert client.get(URL, headers={"Range": "bytes=0-9"}).content == first.content[:10]  # a player may jump


def test_a_short_answer_is_read_once_the_answer_was_handed_in(client: TestClient) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    assert client.get(f"{at(session)}/review/speech").status_code == 409
    client.post(f"{at(session)}/submit", json={"text": GOOD})
    read = client.get(f"{at(session)}/review/speech")
    assert (read.status_code, read.content[:4]) == (200, b"\x1a\x45\xdf\xa3")


def test_without_the_package_nothing_is_read(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "PACKAGE", "a-package-that-is-not-there")
    refused = client.get(URL)
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:viva:problem:voice-unavailable")
    assert "pip install" in refused.json()["detail"]
    assert client.get("/api/v1/questions/nowhere/speech").status_code == 404


def test_what_is_read_has_no_marks_and_no_code() -> None:
    text = "Why is **softmax** *stable*?\n\n- `a` and $x$\n- b\n\n```python\nx = 1\n```\nEnd"
    assert said(text) == "Why is softmax stable? a and x b End"
