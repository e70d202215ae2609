"""Parts of what is kept that go earlier: the same on both databases, and no others than those that are due."""

from datetime import datetime
from uuid import uuid4

import pytest
from sqlmodel import select

from service.domain.grade import Call
from service.domain.recording import Recording
from service.store import attempts, items, jobs, recordings, sessions
from service.store.engine import Store
from service.store.removal import PARTS
from service.store.tables import AttemptRow, ChunkRow, GradeRow, JobRow, RecordingRow, SlotRow
from tests.domain.builders import GRADER, ITEM, START, at, make_attempt, make_grade, running

ASKED = Call(requested_model="m", model="m", digest="d", reply="It halves, says the answer.")


def answered(store: Store, when: datetime) -> None:
    """A session with a spoken answer that was graded, and a draft."""
    session = running()
    attempt = make_attempt(session_id=session.id, submitted_at=when)
    said = Recording(
        id=uuid4(), owner=session.owner, session_id=session.id, position=1, question_id=ITEM.id, created_at=when
    )
    grade = make_grade("M1").model_copy(update={"calls": (ASKED,), "feedback": "You say that it halves."})
    with store.write() as tx:
        items.keep(tx, [ITEM])
        sessions.add(tx, session)
        opened = session.open(2, when).save(2, "It halves, I think.", 0, when)
        sessions.save(tx, session, opened)
        attempts.add(tx, attempt, key=None, fingerprint="f")
        attempts.add_grade(tx, attempt, GRADER, grade, when, fingerprint="f")
        recordings.add(tx, said)
        recordings.put_chunk(tx, said, 0, b"It halves")
        row = tx.get_one(RecordingRow, said.id)
        row.state, row.transcript, row.attempt_id = "transcribed", '{"text": "It halves"}', attempt.id


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("audio", {"transcript", "answer", "draft", "quote", "reply"}),
        ("transcript", {"audio", "answer", "draft", "quote", "reply"}),
        ("answer", {"audio", "transcript", "draft"}),
        ("draft", {"audio", "transcript", "answer", "quote", "reply"}),
        ("reply", {"audio", "transcript", "answer", "draft", "quote"}),
    ],
)
def test_a_part_goes_and_the_others_stay(store: Store, kind: str, left: set[str]) -> None:
    for when in (START, at(100)):
        answered(store, when)
    part = PARTS[kind]
    found = store.look(lambda tx: part.due(tx, at(50), 10))
    assert len(found) == 1
    store.change(lambda tx: part.remove(tx, found, at(60)))
    assert store.look(lambda tx: part.due(tx, at(50), 10)) == []
    assert [_held(store, when) for when in (START, at(100))] == [left, left | {kind} | _with(kind)]
    with store.read() as tx:
        assert [row.overall for row in tx.exec(select(GradeRow))] == [100, 100]


def test_an_answer_that_waits_to_be_graded_again_stays_until_it_is(store: Store) -> None:
    answered(store, START)
    with store.write() as tx:
        attempt = attempts.load(tx, tx.exec(select(AttemptRow.id)).one())
        jobs.add(tx, attempt, "regrade", 9, START)  # type: ignore[arg-type]
    due = PARTS["answer"].due
    assert store.look(lambda tx: due(tx, at(50), 10)) == []
    with store.write() as tx:
        tx.exec(select(JobRow)).one().failed_at = START
    assert len(store.look(lambda tx: due(tx, at(50), 10))) == 1


def _with(kind: str) -> set[str]:
    return {"quote", "reply"} if kind == "answer" else set()


def _held(store: Store, when: datetime) -> set[str]:
    """What is there of the answer of that time."""
    with store.read() as tx:
        attempt = tx.exec(select(AttemptRow).where(AttemptRow.submitted_at == when)).one()
        grade = tx.exec(select(GradeRow).where(GradeRow.attempt_id == attempt.id)).one()
        recording = tx.exec(select(RecordingRow).where(RecordingRow.attempt_id == attempt.id)).one()
        draft = tx.exec(select(SlotRow.draft).where(SlotRow.session_id == attempt.session_id, SlotRow.position == 2))
        there = {
            "audio": tx.exec(select(ChunkRow).where(ChunkRow.recording_id == recording.id)).first(),
            "transcript": recording.transcript,
            "answer": attempt.text and attempt.fingerprint and grade.fingerprint,
            "draft": draft.one(),
            "quote": '"quote":' in grade.body or "You say" in grade.body,
            "reply": "says the answer" in grade.body,
        }
    return {name for name, found in there.items() if found}
