"""What may come instead of a spoken answer: each is told as what it is, nothing is lost, and typing goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings
from service.voice.settings import VoiceSettings
from tests.api.speaking import KV, NEAR, Speaker, problem
from tests.api.walk import GOOD, at
from tests.conftest import banks
from tests.fresh import fresh
from tests.voice.sounds import long_silence, silence, video, write


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data_dir=fresh(tmp_path_factory.mktemp("bad")), voice=VoiceSettings(max_seconds=60))
    with TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1") as client:
        yield client


BAD: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "text": (lambda _: b"WEBM" + b"This calls itself webm. " * 100, "unknown-audio"),
    "a playlist": (lambda _: b"ffconcat version 1.0\nfile /etc/passwd\n", "unknown-audio"),
    "nothing": (lambda _: b"", "unknown-audio"),
    "40 bytes": (lambda _: KV[:40], "broken-audio"),
    "no sound": (lambda path: video(path / "a.webm").read_bytes(), "no-sound"),
    "too long": (lambda path: long_silence(path / "a.webm", 61).read_bytes(), "audio-too-long"),
}


@pytest.mark.parametrize("name", list(BAD))
@pytest.mark.parametrize("way", ["chunks", "whole"])
def test_it_fails_with_its_reason_and_is_kept_until_it_is_thrown_away(
    client: TestClient, name: str, way: str, tmp_path: Path
) -> None:
    make, kind = BAD[name]
    sound, speaker = make(tmp_path), Speaker(client)
    if way == "whole" and not sound:
        assert problem(speaker.upload(sound)) == (422, "broken-audio")
        return
    if way == "whole":
        assert speaker.upload(sound).status_code == 202
        heard = speaker.read(25)
    else:
        heard = speaker.say(sound, 1)
    assert (heard["state"], heard["problem"]["type"]) == ("failed", f"urn:viva:problem:{kind}")
    assert heard["problem"]["detail"]
    spoken = {"text": "It keeps keys.", "recording": speaker.id}
    assert problem(client.post(f"{at(speaker.session)}/submit", json=spoken)) == (409, "conflict")
    if sound:
        assert client.get(f"{speaker.path}/audio").content == sound
    assert speaker.complete(1).status_code == 202  # once more
    assert client.delete(speaker.path).status_code == 204
    typed = client.post(f"{at(speaker.session)}/submit", json={"text": GOOD}).json()
    assert (typed["source"], typed["status"]) == ("typed", "graded")


def test_what_was_cut_off_is_heard_as_far_as_it_goes(client: TestClient) -> None:
    heard = Speaker(client).say(KV[: len(KV) // 2], 3)
    assert heard["state"] == "transcribed"
    assert heard["text"].startswith("During decoding")
    assert heard["transcript"]["seconds"] < 20


def test_who_says_nothing_is_told_so_and_can_type(client: TestClient, tmp_path: Path) -> None:
    speaker = Speaker(client)
    heard = speaker.say(write(tmp_path / "a.webm", silence(4), "libopus").read_bytes())
    assert (heard["state"], heard["text"]) == ("transcribed", "")
    empty = {"text": "", "recording": speaker.id}
    assert client.post(f"{at(speaker.session)}/submit", json=empty).status_code == 422
    typed = client.post(f"{at(speaker.session)}/submit", json={"text": GOOD})
    assert typed.json()["source"] == "typed"


def test_other_bytes_a_late_chunk_and_a_second_recording_are_refused(client: TestClient) -> None:
    speaker = Speaker(client)
    speaker.put(0, NEAR)
    assert problem(speaker.put(0, KV)) == (409, "conflict")
    assert problem(speaker.put(1, NEAR, str(uuid4()))) == (409, "conflict")
    speaker.complete(1)
    assert problem(speaker.put(1, NEAR)) == (409, "conflict")
    assert speaker.put(0, NEAR).status_code == 200
    assert speaker.read(25)["state"] == "transcribed"


def test_a_body_of_200_megabytes_is_refused_before_it_is_there(client: TestClient) -> None:
    speaker, sent = Speaker(client), 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 1
            yield bytes(1_000_000)

    where = {"recording": speaker.id}
    assert problem(client.put(speaker.path, params=where, content=body())) == (413, "too-large")
    announced = client.put(speaker.path, params=where, content=b"", headers={"Content-Length": "200000000"})
    assert problem(announced) == (413, "too-large")
    assert problem(speaker.put(0, bytes(1_000_001))) == (413, "too-large")
    assert client.get(speaker.path).status_code == 404


def test_a_recording_that_gets_too_large_is_refused_and_what_came_before_is_kept(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=fresh(tmp_path), voice=VoiceSettings(max_bytes=12_000)), banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client)
        assert speaker.put(0, NEAR).status_code == 200
        assert problem(speaker.put(1, NEAR)) == (413, "too-large")
        assert speaker.complete(1).status_code == 202
