"""Parts of what is kept that go before the whole: sound, transcripts, answers, replies of models.

Each has a look for up to `limit` that are due, those of before a time, and a step that removes what was found. A look
may have to read a whole table, so it is no part of a transaction that keeps writers waiting.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, tuple_, update
from sqlmodel import col, select

from service.store import recordings
from service.store.engine import Tx
from service.store.tables import AttemptRow, ChunkRow, GradeRow, JobRow, RecordingRow, SlotRow

Found = Sequence[Any]
"""Keys of rows."""


@dataclass(frozen=True)
class Part:
    due: Callable[[Tx, datetime, int], Found]
    remove: Callable[[Tx, Found, datetime], None]


def _sound_due(tx: Tx, before: datetime, limit: int) -> Found:
    """Of recordings that nobody listens to: those too that were never ended, which go as a whole."""
    query = select(RecordingRow.id).where(RecordingRow.created_at < before, RecordingRow.state != "transcribing")
    sound = col(RecordingRow.id).in_(select(ChunkRow.recording_id))
    return list(tx.exec(query.where(or_(sound, col(RecordingRow.state) == "recording")).limit(limit)))


def _remove_sound(tx: Tx, found: Found, now: datetime) -> None:
    recordings.remove_sound(tx, list(found))
    query = select(RecordingRow.id).where(col(RecordingRow.id).in_(found), RecordingRow.state == "recording")
    for recording_id in list(tx.exec(query)):
        recordings.remove(tx, recording_id)


def _transcripts_due(tx: Tx, before: datetime, limit: int) -> Found:
    """Of those that became an answer: others go with their session's end."""
    query = select(RecordingRow.id).where(RecordingRow.created_at < before, col(RecordingRow.attempt_id).is_not(None))
    said = or_(col(RecordingRow.transcript).is_not(None), col(RecordingRow.progress).is_not(None))
    return list(tx.exec(query.where(said).limit(limit)))


def _remove_transcripts(tx: Tx, found: Found, now: datetime) -> None:
    tx.exec(update(RecordingRow).where(col(RecordingRow.id).in_(found)).values(transcript=None, progress=None))


def _answers_due(tx: Tx, before: datetime, limit: int) -> Found:
    """Those that wait for no grade."""
    query = select(AttemptRow.id).where(AttemptRow.submitted_at < before, col(AttemptRow.removed_at).is_(None))
    waits = select(JobRow.attempt_id).where(col(JobRow.failed_at).is_(None))
    return list(tx.exec(query.where(AttemptRow.status != "submitted", col(AttemptRow.id).not_in(waits)).limit(limit)))


def _remove_answers(tx: Tx, found: Found, now: datetime) -> None:
    places = []
    for row in tx.exec(select(AttemptRow).where(col(AttemptRow.id).in_(found)).with_for_update()).all():
        row.text, row.fingerprint, row.removed_at = "", "", now
        places.append((row.session_id, row.position))
    slots = tuple_(col(SlotRow.session_id), col(SlotRow.position)).in_(places)
    tx.exec(update(SlotRow).where(slots).values(draft=""))
    for grade in tx.exec(select(GradeRow).where(col(GradeRow.attempt_id).in_(found))):
        grade.body, grade.fingerprint = without_words(grade.body), None  # none is like it any more


def _drafts_due(tx: Tx, before: datetime, limit: int) -> Found:
    """Of questions that were not answered."""
    last = func.coalesce(SlotRow.finished_at, SlotRow.opened_at)
    unanswered = col(SlotRow.state).not_in(("submitted", "timed-out"))
    query = select(SlotRow.session_id, SlotRow.position).where(last < before, SlotRow.draft != "", unanswered)
    return [tuple(row) for row in tx.exec(query.limit(limit))]


def _remove_drafts(tx: Tx, found: Found, now: datetime) -> None:
    """Whoever still writes on one is told, as if it had been saved elsewhere."""
    slots = tuple_(col(SlotRow.session_id), col(SlotRow.position)).in_(found)
    tx.exec(update(SlotRow).where(slots).values(draft="", revision=col(SlotRow.revision) + 1))


def _replies_due(tx: Tx, before: datetime, limit: int) -> Found:
    query = select(GradeRow.attempt_id, GradeRow.number).where(
        GradeRow.created_at < before, col(GradeRow.body).like('%"reply":%')
    )
    return [tuple(row) for row in tx.exec(query.limit(limit))]


def _remove_replies(tx: Tx, found: Found, now: datetime) -> None:
    keys = tuple_(col(GradeRow.attempt_id), col(GradeRow.number)).in_(found)
    for grade in tx.exec(select(GradeRow).where(keys).with_for_update()):
        grade.body = without_replies(grade.body)


def without_replies(body: str) -> str:
    """A grade's JSON; what else a later release may have put there stays."""
    grade = json.loads(body)
    for call in grade.get("calls", ()):
        call.pop("reply", None)
    return _written(grade)


def without_words(body: str) -> str:
    """A grade's JSON with the verdicts and the score, and nothing of what the answer said."""
    grade = json.loads(without_replies(body))
    grade.pop("feedback", None)
    for part in ("verdicts", "mistakes", "quantities"):
        for finding in grade.get(part, ()):
            if "evidence" in finding:
                finding["evidence"] = []
    return _written(grade)


def _written(grade: Any) -> str:
    return json.dumps(grade, ensure_ascii=False, separators=(",", ":"))


PARTS = {
    "audio": Part(_sound_due, _remove_sound),
    "transcript": Part(_transcripts_due, _remove_transcripts),
    "answer": Part(_answers_due, _remove_answers),
    "draft": Part(_drafts_due, _remove_drafts),
    "reply": Part(_replies_due, _remove_replies),
}
