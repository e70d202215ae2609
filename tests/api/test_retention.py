"""What is kept for a time only is gone when that is over, and what is left says so."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from service.domain.transcript import Delivery, Transcript
from service.retention import steps
from service.settings import RetentionSettings, Settings
from service.store.engine import Store
from service.store.tables import ChunkRow, GradeRow, RecordingRow, SlotRow
from tests.api.llm import configured, final, hand_in, services, serving
from tests.api.walk import GOOD, answer, at, begin, save
from tests.conftest import Clock
from tests.fresh import fresh
from tests.llm_server import LlmServer, quoting
from tests.server import eventually
from tests.team import browser, set_up, team_app

SAID = Transcript(
    text="heard-comoros", seconds=2, transcriber="local", model="tiny.en",
    delivery=Delivery(words=1, words_per_minute=None, speech_seconds=1, fillers=0),
)  # fmt: skip


def kept(store: Store, days: int, clock: Clock, **limits: int) -> dict[str, int]:
    """What goes, so many days later."""
    settings = Settings(retention=RetentionSettings(**limits))
    gone: Counter[str] = Counter()
    for kind, count in steps(store, settings, clock() + timedelta(days=days)):
        gone[kind] += count
    return dict(gone)


def spoken(client: TestClient, session: str, attempt: str | None) -> None:
    """A recording with its sound, as it was heard; without an attempt it still goes on."""
    owned: dict[str, Any] = {"owner": "local", "organisation": "local"}
    now = services(client).clock()
    with services(client).store.write() as tx:
        made = RecordingRow(
            id=uuid4(),
            session_id=UUID(session),
            position=1,
            question_id="kv-cache",
            chunks=1,
            size=3,
            heard=1,
            tries=0,
            state="transcribed" if attempt else "recording",
            transcript=SAID.model_dump_json() if attempt else None,
            lost=0,
            created_at=now,
            run_after=now + timedelta(days=99),
            attempt_id=UUID(attempt) if attempt else None,
            **owned,
        )
        tx.add(made)
        tx.flush()
        tx.add(ChunkRow(recording_id=made.id, number=0, body=b"RIFF", **owned))


def test_an_answer_goes_and_its_grade_can_still_be_explained(client: TestClient, clock: Clock) -> None:
    store = services(client).store
    session = begin(client, question_ids=["kv-cache", "rope"])
    before = answer(client, session)
    client.post(f"{at(session, 2)}/open")
    save(client, session, "scribbled-madagascar", 0, 2)
    clock.forward(30 * 86400)
    later = begin(client)
    assert client.post(f"{at(later)}/open").status_code == 200
    save(client, later, "still being written", 0)
    assert kept(store, 0, clock, answer_days=31) == {}
    assert kept(store, 0, clock, answer_days=29) == {"answer": 1, "draft": 1}
    assert kept(store, 0, clock, answer_days=29) == {}
    path = f"/api/v1/attempts/{before['id']}"
    after = client.get(path).json()
    assert (after["answer"], after["removed_at"]) == (None, clock().isoformat().replace("+00:00", "Z"))
    assert before["grade"]["overall"] == after["grade"]["overall"] > 40
    labels = [[p["label"] for c in found["grade"]["criteria"] for p in c["points"]] for found in (before, after)]
    assert labels[0] == labels[1]
    assert all(not p["evidence"] for c in after["grade"]["criteria"] for p in c["points"])
    with store.read() as tx:
        drafts = list(tx.exec(select(SlotRow.draft).order_by(col(SlotRow.draft))))
    assert drafts == ["", "", "still being written"]
    reviewed = client.get(f"/api/v1/review/attempts/{before['id']}/grades")
    assert (reviewed.status_code, reviewed.json()["answer"]) == (200, None)
    for refused in (
        client.post(f"{path}/disputes", json={"point": "M1", "text": "I said so."}),
        client.post(f"/api/v1/review/attempts/{before['id']}/grades", json={"based_on": 1, "note": "No."}),
        client.post(f"/api/v1/review/attempts/{before['id']}/regrade"),
    ):
        assert (refused.status_code, "was removed on 2026-12-02" in refused.text) == (409, True)
    assert client.get(f"/api/v1/sessions/{session}/report").status_code == 200
    assert GOOD[:40].encode() not in client.get("/api/v1/me/export").content


def test_what_waits_for_its_grade_is_not_removed(tmp_path: Path, clock: Clock) -> None:
    settings = Settings(data_dir=fresh(tmp_path), job_concurrency=0)
    with serving(settings, clock) as client:
        answer(client, begin(client), wait=0)
        assert kept(services(client).store, 99, clock, answer_days=1) == {}


def test_sound_and_transcript_go_each_in_its_time(client: TestClient, clock: Clock) -> None:
    store = services(client).store
    session, unfinished = begin(client), begin(client)
    attempt = answer(client, session)["id"]
    spoken(client, session, attempt)
    spoken(client, unfinished, None)
    path = f"{at(session)}/recording"
    assert client.get(f"{path}/audio").content == b"RIFF"
    assert kept(store, 8, clock, audio_days=7, transcript_days=30) == {"audio": 2}
    assert client.get(f"{path}/audio").status_code == 404
    assert client.get(path).json()["transcript"]["text"] == "heard-comoros"
    assert client.get(f"{at(unfinished)}/recording").status_code == 404
    assert kept(store, 31, clock, audio_days=7, transcript_days=30) == {"transcript": 1}
    found = client.get(path).json()
    assert (found["state"], found["transcript"], found["text"], found["kept"]) == ("transcribed", None, "", False)
    assert client.get(f"/api/v1/attempts/{attempt}").json()["answer"] == GOOD


def test_raw_replies_of_a_model_go_and_the_grade_stays(tmp_path: Path, clock: Clock) -> None:
    with LlmServer(quoting) as llm, serving(configured(llm, tmp_path), clock) as client:
        attempt = final(client, hand_in(client)["id"])
        path = f"/api/v1/review/attempts/{attempt['id']}/grades"
        assert client.get(path).json()["grades"][-1]["calls"][0]["reply"]
        store = services(client).store
        assert kept(store, 2, clock, reply_days=3) == {}
        assert kept(store, 4, clock, reply_days=3) == {"reply": 1}
        assert kept(store, 4, clock, reply_days=3) == {}
        record = client.get(path).json()["grades"][-1]
        assert (record["calls"][0]["reply"], record["calls"][0]["model"] != "") == ("", True)
        after = client.get(f"/api/v1/attempts/{attempt['id']}").json()
        assert after["grade"] == attempt["grade"]
        assert kept(store, 9, clock, answer_days=8)["answer"] == 1
        with store.read() as tx:
            bodies = "".join(tx.exec(select(GradeRow.body)))
        assert GOOD[:40] not in bodies


def test_a_server_removes_what_is_over_as_it_starts(tmp_path: Path, clock: Clock) -> None:
    with browser(team_app(tmp_path, clock)) as ada:
        set_up(ada)
        attempt = answer(ada, begin(ada))["id"]
        clock.forward(2 * 86400)
        cookie = ada.cookies["viva"]
    settings = services(ada).settings.model_copy(update={"retention": RetentionSettings(answer_days=1)})
    with serving(settings, clock) as later:
        later.cookies.set("viva", cookie)
        path = f"/api/v1/attempts/{attempt}"
        eventually(lambda: later.get(path).json()["answer"] is None or None)


@pytest.mark.parametrize("kind", ["audio", "transcript", "answer", "reply"])
def test_a_time_is_a_day_at_least(kind: str) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        RetentionSettings.model_validate({f"{kind}_days": 0})
