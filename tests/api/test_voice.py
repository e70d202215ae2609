"""`POST /transcribe`: what it takes, what it refuses, and that it keeps nothing."""

import tempfile
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings
from service.voice.settings import VoiceSettings
from tests.conftest import banks
from tests.fresh import fresh
from tests.voice.sounds import AUDIO, silence, video, write

KV = (AUDIO / "kv.webm").read_bytes()
NEAR = (AUDIO / "nm2.webm").read_bytes()
URL = "/api/v1/transcribe"


@pytest.fixture
def small(tmp_path: Path) -> FastAPI:
    return create_app(
        Settings(data_dir=fresh(tmp_path), voice=VoiceSettings(max_bytes=100_000, max_seconds=10)), banks=banks()
    )


def test_a_recording_becomes_text_with_the_questions_words(client: TestClient) -> None:
    heard = client.post(
        URL, params={"question_id": "kv-cache"}, content=KV, headers={"Content-Type": "audio/webm"}
    ).json()
    assert "KV cache" in heard["text"]
    assert heard["delivery"]["words"] > 50
    assert 24 < heard["seconds"] < 26
    assert all(heard["text"][doubt["start"] : doubt["end"]] == doubt["quote"] for doubt in heard["doubts"])
    assert 'viva_audio_seconds_total{transcriber="local"} 24.' in client.get("/metrics").text


def test_a_form_does_as_well(client: TestClient) -> None:
    heard = client.post(URL, files={"file": ("a.webm", NEAR)}, data={"question_id": "attention-complexity"})
    assert heard.json()["text"].startswith("The cost of attention is linear")


def test_silence_is_an_empty_text(client: TestClient, tmp_path: Path) -> None:
    path = write(tmp_path / "a.webm", silence(5), "libopus")
    heard = client.post(URL, content=path.read_bytes()).json()
    assert heard["text"] == ""
    assert heard["delivery"]["speech_seconds"] == 0


def test_nothing_is_left_on_the_disk(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own := tmp_path / "own").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    assert client.post(URL, content=NEAR).status_code == 200
    assert client.post(URL, content=b"no recording").status_code == 415
    assert list(own.iterdir()) == []


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b"", 415, "unknown-audio"),
        (b"A text that calls itself webm.", 415, "unknown-audio"),
        (b"ffconcat version 1.0\nfile a.wav\n", 415, "unknown-audio"),
        (KV[:40], 422, "broken-audio"),
    ],
)
def test_what_cannot_be_heard_is_a_problem(client: TestClient, body: bytes, status: int, slug: str) -> None:
    answer = client.post(URL, content=body, headers={"Content-Type": "audio/webm"})
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:viva:problem:{slug}")


def test_a_film_without_sound_is_a_problem(client: TestClient, tmp_path: Path) -> None:
    answer = client.post(URL, content=video(tmp_path / "a.webm").read_bytes())
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:viva:problem:no-sound")


def test_a_form_without_a_file_or_one_that_is_broken_is_a_problem(client: TestClient) -> None:
    assert client.post(URL, data={"file": "text"}, files={"other": b"x"}).status_code == 422
    broken = client.post(URL, content=b"--x\r\nrubbish", headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert broken.status_code == 422
    assert client.post(URL, content=b"", headers={"Content-Type": "multipart/form-data"}).status_code == 422


def test_a_question_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.post(URL, params={"question_id": "nowhere"}, content=NEAR).status_code == 404


def test_what_is_too_large_is_refused_by_its_announced_length_before_it_comes(small: FastAPI) -> None:
    sent = 0

    def body() -> object:
        nonlocal sent
        for _ in range(200):
            sent += 1_000_000
            yield b"\0" * 1_000_000

    with TestClient(small, base_url="http://127.0.0.1") as client:
        assert client.post(URL, content=b"\0" * 120_000).status_code == 413
        unannounced = client.post(URL, content=body())  # type: ignore[arg-type]
    assert (unannounced.status_code, unannounced.json()["type"]) == (413, "urn:viva:problem:too-large")


def test_a_recording_that_is_too_long_is_a_problem_of_its_own(small: FastAPI) -> None:
    with TestClient(small, base_url="http://127.0.0.1") as client:
        answer = client.post(URL, content=KV)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:viva:problem:audio-too-long")


def test_other_requests_keep_their_smaller_limit(client: TestClient) -> None:
    assert client.post("/api/v1/grade", content=b"x" * 1_100_000).status_code == 413


def test_a_missing_model_is_told_with_the_command_that_installs_it(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=fresh(tmp_path), voice=VoiceSettings(model="large-v3")), banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.post(URL, content=NEAR)
        told = client.get("/api/v1/voice").json()
        speaks = app.state.services.speech.possible
    assert told == {"problem": answer.json()["detail"], "max_seconds": 300, "keeps": False, "speaks": speaks}
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:viva:problem:voice-unavailable")
    assert answer.json()["detail"].endswith("viva voice install large-v3")
    assert "Retry-After" in answer.headers


def test_too_many_at_once_are_told_when_to_come_again(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=fresh(tmp_path), voice=VoiceSettings(workers=1, queue=0)), banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(lambda _: client.post(URL, content=KV), range(4)))
    assert sorted({answer.status_code for answer in answers}) == [200, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["type"] == "urn:viva:problem:voice-busy"
    assert int(refused.headers["Retry-After"]) >= 1
