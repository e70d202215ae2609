"""Spoken answers through the API: recorded in chunks, heard, confirmed, graded; and what can go wrong on the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.domain.recording import LISTEN_SECONDS
from service.settings import Settings
from service.voice.settings import VoiceSettings
from tests.api.walk import at, begin
from tests.conftest import Clock
from tests.server import eventually
from tests.voice.sounds import AUDIO, silence, video, write

KV = (AUDIO / "kv.webm").read_bytes()
NEAR = (AUDIO / "nm2.webm").read_bytes()
STRICT = {"question_ids": ["kv-cache"], "mode": "strict", "seconds_per_question": 60}


class Speaker:
    """A question that is open, and one recording of an answer to it."""

    def __init__(self, client: httpx2.Client, **wish: Any) -> None:
        self.client = client
        self.session = begin(client, **wish)
        assert client.post(f"{at(self.session)}/open").status_code == 200
        self.id = str(uuid4())
        self.path = f"{at(self.session)}/recording"

    def put(self, number: int, body: bytes, recording: str | None = None) -> httpx2.Response:
        where = {"recording": recording or self.id}
        return self.client.put(f"{self.path}/chunks/{number}", params=where, content=body)

    def complete(self, chunks: int) -> httpx2.Response:
        return self.client.post(f"{self.path}/complete", params={"recording": self.id}, json={"chunks": chunks})

    def say(self, sound: bytes, chunks: int = 4) -> Any:
        """Everything, to its end: the recording as it was heard."""
        size = len(sound) // chunks + 1
        for number in range(chunks):
            assert self.put(number, sound[number * size : (number + 1) * size]).status_code == 200
        assert self.complete(chunks).status_code == 202
        return self.read(25)

    def read(self, wait: float = 0) -> Any:
        return self.client.get(self.path, params={"wait": wait}).json()


def problem(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].removeprefix("urn:viva:problem:")


@pytest.fixture
def speaker(client: TestClient) -> Speaker:
    return Speaker(client)


def test_from_recording_to_grade(speaker: Speaker) -> None:
    heard = speaker.say(KV)
    assert heard["state"] == "transcribed"
    assert heard["transcript"]["text"] == heard["text"]
    assert "KV cache" in heard["text"]
    edited = heard["text"].replace("pass token", "past token")
    sent = speaker.client.post(
        f"{at(speaker.session)}/submit", params={"wait": 20}, json={"text": edited, "recording": speaker.id}
    ).json()
    assert sent["grade"]["overall"] > 0
    assert (sent["answer"], sent["source"]) == (edited, "spoken")
    after = speaker.read()
    assert (after["attempt_id"], after["transcript"]["text"]) == (sent["id"], heard["text"])


def test_chunks_may_come_in_any_order_and_more_than_once(speaker: Speaker) -> None:
    parts = [NEAR[:3000], NEAR[3000:6000], NEAR[6000:]]
    for number in (2, 0, 2, 1, 0):
        assert speaker.put(number, parts[number]).status_code == 200
    assert speaker.read()["chunks"] == 3
    assert speaker.complete(3).status_code == 202
    assert speaker.complete(3).status_code == 202
    assert speaker.read(25)["text"].startswith(("The cost", "the cost"))
    assert speaker.client.get(f"{speaker.path}/audio").content == NEAR


def test_what_is_missing_is_named_and_can_be_sent_later(speaker: Speaker) -> None:
    speaker.put(0, NEAR[:3000])
    speaker.put(2, NEAR[6000:])
    refused = speaker.complete(4)
    assert problem(refused) == (409, "chunks-missing")
    assert refused.json()["missing"] == [1, 3]
    speaker.put(1, NEAR[3000:6000])
    assert problem(speaker.complete(2)) == (409, "conflict")
    assert speaker.complete(3).status_code == 202


def test_other_bytes_a_late_chunk_and_a_second_recording_are_refused(speaker: Speaker) -> None:
    speaker.put(0, NEAR)
    assert problem(speaker.put(0, KV)) == (409, "conflict")
    assert problem(speaker.put(1, NEAR, str(uuid4()))) == (409, "conflict")
    speaker.complete(1)
    assert problem(speaker.put(1, NEAR)) == (409, "conflict")
    assert speaker.put(0, NEAR).status_code == 200
    assert speaker.read(25)["state"] == "transcribed"


def test_one_that_was_thrown_away_makes_room_for_another(speaker: Speaker) -> None:
    speaker.put(0, NEAR)
    assert speaker.client.delete(speaker.path).status_code == 204
    assert speaker.client.get(speaker.path).status_code == 404
    speaker.id = str(uuid4())
    assert speaker.say(NEAR)["state"] == "transcribed"


def test_who_says_nothing_is_told_so_and_can_type(speaker: Speaker, tmp_path: Path) -> None:
    heard = speaker.say(write(tmp_path / "a.webm", silence(4), "libopus").read_bytes())
    assert (heard["state"], heard["text"]) == ("transcribed", "")
    empty = {"text": "", "recording": speaker.id}
    assert speaker.client.post(f"{at(speaker.session)}/submit", json=empty).status_code == 422
    typed = speaker.client.post(f"{at(speaker.session)}/submit", json={"text": "It keeps keys and values."})
    assert typed.json()["source"] == "typed"


@pytest.mark.parametrize("kind", ["broken-audio", "unknown-audio", "no-sound"])
def test_what_cannot_be_heard_fails_with_a_reason_and_loses_nothing(
    speaker: Speaker, kind: str, tmp_path: Path
) -> None:
    sounds = {"broken-audio": KV[:40], "unknown-audio": b"text" * 100}
    heard = speaker.say(sounds[kind] if kind in sounds else video(tmp_path / "a.webm").read_bytes(), 1)
    assert heard["state"] == "failed"
    assert heard["problem"]["type"] == f"urn:viva:problem:{kind}"
    assert speaker.client.get(f"{speaker.path}/audio").status_code == 200
    not_heard = {"text": "It keeps keys.", "recording": speaker.id}
    assert problem(speaker.client.post(f"{at(speaker.session)}/submit", json=not_heard)) == (409, "conflict")
    assert speaker.complete(1).status_code == 202  # once more


def test_text_grows_while_it_is_spoken(speaker: Speaker, clock: Clock) -> None:
    size = len(KV) // 5
    for number in range(4):
        speaker.put(number, KV[number * size : (number + 1) * size])
    speaker.put(4, KV[4 * size :])

    def text_by_now() -> str | None:
        clock.forward(1)  # it is listened to from time to time
        return speaker.read()["text"] or None

    text = eventually(text_by_now)
    assert text.startswith("During decoding")
    assert speaker.read()["state"] == "recording"
    speaker.complete(5)
    assert speaker.read(25)["text"].startswith(text)


def test_time_that_passes_while_it_is_heard_is_not_the_persons(tmp_path: Path, clock: Clock) -> None:
    app = create_app(Settings(data_dir=tmp_path, job_concurrency=0), clock=clock)  # nobody listens, for now
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client, **STRICT)
        clock.forward(50)
        speaker.put(0, NEAR)
        assert slot_of(speaker)["remaining_seconds"] == 10
        speaker.complete(1)
        clock.forward(100)
        assert (slot_of(speaker)["state"], slot_of(speaker)["remaining_seconds"]) == ("open", 10)
        assert client.portal
        listening = client.portal.start_task_soon(app.state.services.recordings.work)
        assert speaker.read(25)["state"] == "transcribed"
        listening.cancel()
        assert (slot_of(speaker)["remaining_seconds"], slot_of(speaker)["seconds_used"]) == (10, 50)
        clock.forward(30)
        assert slot_of(speaker)["state"] == "timed-out"


def test_the_clock_does_not_stand_for_ever(tmp_path: Path, clock: Clock) -> None:
    app = create_app(Settings(data_dir=tmp_path, job_concurrency=0), clock=clock)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client, **STRICT)
        speaker.put(0, NEAR)
        speaker.complete(1)
        clock.forward(LISTEN_SECONDS + 50)
        assert slot_of(speaker)["remaining_seconds"] == 60 - 50
        clock.forward(30)
        assert slot_of(speaker)["state"] == "timed-out"


def slot_of(speaker: Speaker) -> Any:
    """The question as the session has it, by the server's clock."""
    return speaker.client.get(f"/api/v1/sessions/{speaker.session}").json()["questions"][0]


def test_too_late_is_too_late_for_chunks_as_well(client: TestClient, clock: Clock) -> None:
    speaker = Speaker(client, **STRICT)
    speaker.put(0, NEAR)
    clock.forward(120)
    assert problem(speaker.put(1, NEAR))[0] == 409
    assert problem(speaker.complete(1))[0] == 409


def test_a_recording_that_gets_too_large_is_refused_and_what_came_before_is_kept(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, voice=VoiceSettings(max_bytes=12_000)))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client)
        assert speaker.put(0, NEAR).status_code == 200
        assert problem(speaker.put(1, NEAR)) == (413, "too-large")
        assert speaker.complete(1).status_code == 202


@pytest.mark.parametrize("keep", [True, False])
def test_sound_is_deleted_once_the_answer_is_graded_unless_it_is_kept(tmp_path: Path, keep: bool) -> None:
    app = create_app(Settings(data_dir=tmp_path, voice=VoiceSettings(keep=keep)))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client)
        text = speaker.say(NEAR)["text"]
        submit = {"text": text, "recording": speaker.id}
        client.post(f"{at(speaker.session)}/submit", params={"wait": 20}, json=submit)
        client.portal.call(app.state.services.recordings.tidy)  # type: ignore[union-attr]
        assert client.get(f"{speaker.path}/audio").status_code == (200 if keep else 404)
        assert speaker.read()["transcript"]["text"] == text


def test_a_server_that_stops_in_between_loses_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        speaker = Speaker(client)
        speaker.put(0, NEAR[:5000])
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        speaker.client = client
        speaker.put(1, NEAR[5000:])
        assert speaker.complete(2).status_code == 202
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        speaker.client = client
        assert speaker.read(25)["state"] == "transcribed"


def test_the_stream_tells_how_it_goes_and_ends(speaker: Speaker) -> None:
    speaker.put(0, NEAR)
    speaker.complete(1)
    speaker.read(25)
    lines = list(_events(speaker.client, f"{speaker.path}/events"))
    assert "event: recording" in lines
    last = next(line.removeprefix("id: ") for line in reversed(lines) if line.startswith("id: "))
    again = speaker.client.get(f"{speaker.path}/events", headers={"Last-Event-ID": last})
    assert again.status_code == 204


def _events(client: httpx2.Client, path: str) -> Iterator[str]:
    with client.stream("GET", path) as stream:
        yield from stream.iter_lines()
