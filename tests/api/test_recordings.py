"""Spoken answers through the API: recorded in chunks, heard, confirmed, graded; and what can go wrong on the way."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.domain.recording import LISTEN_SECONDS
from service.settings import Settings
from service.store import recordings
from service.voice.settings import VoiceSettings
from tests.api.speaking import KV, NEAR, STRICT, Speaker, problem, slot_of
from tests.api.walk import at
from tests.conftest import Clock, banks
from tests.fresh import fresh
from tests.server import eventually


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
    assert 'viva_jobs{work="transcribe"} 0.0' in speaker.client.get("/metrics").text
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


def test_one_that_was_thrown_away_makes_room_for_another(speaker: Speaker) -> None:
    assert speaker.client.get(at(speaker.session)).json()["recording"] is None
    speaker.put(0, NEAR)
    assert speaker.client.get(at(speaker.session)).json()["recording"] == speaker.id
    assert speaker.client.delete(speaker.path).status_code == 204
    assert speaker.client.get(speaker.path).status_code == 404
    speaker.id = str(uuid4())
    assert speaker.say(NEAR)["state"] == "transcribed"


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
    app = create_app(
        Settings(data_dir=fresh(tmp_path), job_concurrency=0), clock=clock, banks=banks()
    )  # nobody listens, for now
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client, **STRICT)
        clock.forward(50)
        speaker.put(0, NEAR)
        assert slot_of(speaker)["remaining_seconds"] == 10
        speaker.complete(1)
        clock.forward(100)
        assert (slot_of(speaker)["state"], slot_of(speaker)["remaining_seconds"]) == ("open", 10)
        assert client.portal
        listening = client.portal.start_task_soon(app.state.services.listening.work, 1)
        assert speaker.read(25)["state"] == "transcribed"
        listening.cancel()
        assert (slot_of(speaker)["remaining_seconds"], slot_of(speaker)["seconds_used"]) == (10, 50)
        clock.forward(30)
        assert slot_of(speaker)["state"] == "timed-out"


def test_the_clock_does_not_stand_for_ever(tmp_path: Path, clock: Clock) -> None:
    app = create_app(Settings(data_dir=fresh(tmp_path), job_concurrency=0), clock=clock, banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client, **STRICT)
        speaker.put(0, NEAR)
        speaker.complete(1)
        clock.forward(LISTEN_SECONDS + 50)
        assert slot_of(speaker)["remaining_seconds"] == 60 - 50
        clock.forward(30)
        assert slot_of(speaker)["state"] == "timed-out"


def test_too_late_is_too_late_for_chunks_as_well(client: TestClient, clock: Clock) -> None:
    speaker = Speaker(client, **STRICT)
    speaker.put(0, NEAR)
    clock.forward(120)
    assert problem(speaker.put(1, NEAR))[0] == 409
    assert problem(speaker.complete(1))[0] == 409


@pytest.mark.parametrize("keep", [True, False])
def test_sound_is_deleted_once_the_answer_is_graded_unless_it_is_kept(tmp_path: Path, keep: bool) -> None:
    app = create_app(Settings(data_dir=fresh(tmp_path), voice=VoiceSettings(keep=keep)), banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client)
        text = speaker.say(NEAR)["text"]
        submit = {"text": text, "recording": speaker.id}
        client.post(f"{at(speaker.session)}/submit", params={"wait": 20}, json=submit)
        client.portal.call(app.state.services.listening.tidy)  # type: ignore[union-attr]
        assert client.get(f"{speaker.path}/audio").status_code == (200 if keep else 404)
        assert speaker.read()["kept"] is keep
        assert speaker.read()["transcript"]["text"] == text


def test_when_strict_time_is_up_what_was_spoken_is_heard_and_handed_in(tmp_path: Path, clock: Clock) -> None:
    app = create_app(Settings(data_dir=fresh(tmp_path), job_concurrency=0), clock=clock, banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client, **STRICT)
        speaker.put(0, NEAR)
        clock.forward(120)  # the browser is gone
        assert (slot_of(speaker)["state"], slot_of(speaker)["remaining_seconds"]) == ("open", 0)
        assert speaker.read()["state"] == "transcribing"
        assert client.portal
        listening = client.portal.start_task_soon(app.state.services.listening.work, 1)
        heard = speaker.read(25)["text"]
        listening.cancel()
        assert "cost" in heard
        clock.forward(30)
        assert (slot_of(speaker)["state"], slot_of(speaker)["seconds_used"]) == ("timed-out", 60)
        (attempt,) = client.get("/api/v1/attempts").json()["items"]
        assert attempt["id"] == speaker.read()["attempt_id"]
        found = client.get(f"/api/v1/attempts/{attempt['id']}").json()
        assert (found["answer"], found["source"], found["timed_out"]) == (heard, "spoken", True)


def test_a_recording_may_come_as_a_whole_and_more_than_once(speaker: Speaker) -> None:
    for _ in range(2):
        assert speaker.upload(NEAR).status_code == 202
    assert speaker.read(25)["state"] == "transcribed"
    assert speaker.client.get(f"{speaker.path}/audio").content == NEAR
    assert problem(speaker.upload(KV)) == (409, "conflict")
    form = {"file": ("answer.webm", NEAR)}
    sent = speaker.client.put(speaker.path, params={"recording": speaker.id}, files=form)
    assert (sent.status_code, sent.json()["state"]) == (202, "transcribed")


def test_more_whole_recordings_than_may_wait_are_told_when_to_come_again(tmp_path: Path) -> None:
    voice = VoiceSettings(workers=1, queue=1)
    app = create_app(
        Settings(data_dir=fresh(tmp_path), job_concurrency=0, voice=voice), banks=banks()
    )  # nobody listens
    with TestClient(app, base_url="http://127.0.0.1") as client:
        first, second, third, fourth = (Speaker(client) for _ in range(4))
        assert [speaker.upload(NEAR).status_code for speaker in (first, second)] == [202, 202]
        refused = third.upload(NEAR)
        assert problem(refused) == (429, "voice-busy")
        assert int(refused.headers["Retry-After"]) >= 1
        assert first.upload(NEAR).status_code == 202  # it is there already
        fourth.put(0, NEAR)
        assert fourth.complete(1).status_code == 202  # it is kept anyway, and its clock would run
        assert 'viva_jobs{work="transcribe"} 3.0' in client.get("/metrics").text


def test_what_kills_whoever_listens_is_given_up_and_the_clock_goes_on(tmp_path: Path, clock: Clock) -> None:
    app = create_app(Settings(data_dir=fresh(tmp_path), job_concurrency=0), clock=clock, banks=banks())
    store = app.state.services.store
    with TestClient(app, base_url="http://127.0.0.1") as client:
        speaker = Speaker(client, **STRICT)
        speaker.put(0, NEAR)
        speaker.complete(1)
        for _ in range(3):
            with store.write() as tx:
                assert recordings.claim(tx, "one that dies", clock(), 60)
            clock.forward(61)
        assert client.portal
        listening = client.portal.start_task_soon(app.state.services.listening.work, 1)
        given_up = speaker.read(25)
        listening.cancel()
        assert (given_up["state"], given_up["problem"]["type"]) == ("failed", "urn:viva:problem:voice-unavailable")
        assert "3 processes ended" in given_up["problem"]["detail"]
        clock.forward(10)
        assert slot_of(speaker)["remaining_seconds"] == 50
        assert client.get(f"{speaker.path}/audio").content == NEAR


def test_a_server_that_stops_in_between_loses_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=fresh(tmp_path))
    with TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1") as client:
        speaker = Speaker(client)
        speaker.put(0, NEAR[:5000])
    with TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1") as client:
        speaker.client = client
        speaker.put(1, NEAR[5000:])
        assert speaker.complete(2).status_code == 202
    with TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1") as client:
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
