"""Spoken answers and their chunks."""

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, or_, update
from sqlmodel import col, select

from service.domain.attempt import Person
from service.domain.recording import Failure, Recording
from service.domain.transcript import Transcript
from service.errors import Conflict, NotFound
from service.store.engine import Tx
from service.store.tables import AttemptRow, ChunkRow, RecordingRow, SessionRow

NONE = "There is no recording of this question."


def add(tx: Tx, recording: Recording) -> None:
    """Raises Conflict (as the transaction ends) where the question has another."""
    tx.add(
        RecordingRow(
            **recording.model_dump(include={"id", "session_id", "position", "question_id", "state", "created_at"}),
            owner=recording.owner.id,
            organisation=recording.owner.organisation,
            chunks=0,
            size=0,
            heard=0,
            tries=0,
            run_after=recording.created_at,
        )
    )
    tx.flush()


def find(tx: Tx, person: Person, session_id: UUID, position: int, *, lock: bool = False) -> Recording | None:
    """The question's recording."""
    row = _row(tx, person, session_id, position, lock=lock)
    return None if row is None else _recording(row)


def get(tx: Tx, person: Person, session_id: UUID, position: int) -> Recording:
    """Raises NotFound."""
    if (found := find(tx, person, session_id, position)) is None:
        raise NotFound(NONE)
    return found


def put_chunk(tx: Tx, recording: Recording, number: int, body: bytes) -> int:
    """Keep a chunk: the bytes of all that have arrived. Raises Conflict where other bytes have this number."""
    row = tx.get_one(RecordingRow, recording.id)
    earlier = tx.get(ChunkRow, (recording.id, number))
    if earlier is not None:
        if earlier.body != body:
            raise Conflict(f"Chunk {number} was sent before with other bytes.")
        return row.size
    tx.add(ChunkRow(recording_id=row.id, number=number, body=body, owner=row.owner, organisation=row.organisation))
    row.chunks, row.size = row.chunks + 1, row.size + len(body)
    return row.size


def numbers(tx: Tx, recording_id: UUID) -> set[int]:
    """Of the chunks that have arrived."""
    return set(tx.exec(select(ChunkRow.number).where(ChunkRow.recording_id == recording_id)))


def sound(tx: Tx, recording_id: UUID) -> bytes:
    """The chunks in order, up to the first that is missing."""
    query = select(ChunkRow.number, ChunkRow.body).where(ChunkRow.recording_id == recording_id)
    parts = list(tx.exec(query.order_by(col(ChunkRow.number))))
    return b"".join(body for place, (number, body) in enumerate(parts) if number == place)


def close(tx: Tx, recording_id: UUID, now: datetime) -> None:
    """No more chunks: it is to be heard to its end."""
    row = tx.get_one(RecordingRow, recording_id)
    row.state, row.run_after, row.failure, row.tries = "transcribing", now, None, 0


def remove_sound(tx: Tx, recording_ids: list[UUID]) -> None:
    tx.exec(delete(ChunkRow).where(col(ChunkRow.recording_id).in_(recording_ids)))
    tx.exec(update(RecordingRow).where(col(RecordingRow.id).in_(recording_ids)).values(size=0))


def remove(tx: Tx, recording_id: UUID) -> None:
    remove_sound(tx, [recording_id])
    tx.exec(delete(RecordingRow).where(col(RecordingRow.id) == recording_id))


def attach(tx: Tx, recording_id: UUID, attempt_id: UUID) -> None:
    """It has become this answer."""
    tx.get_one(RecordingRow, recording_id).attempt_id = attempt_id


# For those who listen


def claim(tx: Tx, now: datetime, until: datetime) -> tuple[Recording, str | None] | None:
    """What is to be listened to next, nobody else's before `until`, and what was heard of it: ended ones first."""
    fresh = and_(col(RecordingRow.state) == "recording", col(RecordingRow.chunks) > RecordingRow.heard)
    query = (
        select(RecordingRow)
        .where(col(RecordingRow.run_after) <= now, or_(col(RecordingRow.state) == "transcribing", fresh))
        .order_by(col(RecordingRow.state).desc(), col(RecordingRow.run_after))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = tx.exec(query).first()
    if row is None:
        return None
    row.run_after, row.heard = until, row.chunks
    row.tries += row.state == "transcribing"
    return _recording(row), row.progress


def advance(tx: Tx, claimed: Recording, progress: str | None, again: datetime) -> None:
    """Somebody has listened, as far as `progress` (None: as before); there is nothing to do before `again`.

    Unless it has ended since it was claimed: then somebody else has it.
    """
    row = _locked(tx, claimed.id)
    if row and row.state == claimed.state:
        row.progress, row.run_after = progress or row.progress, again


def end(tx: Tx, recording_id: UUID, result: Transcript | Failure) -> Recording | None:
    """It was heard to its end, or cannot be. None where that is no longer wanted."""
    row = _locked(tx, recording_id)
    if row is None or row.state != "transcribing":
        return None
    if isinstance(result, Transcript):
        row.state, row.transcript = "transcribed", result.model_dump_json()
    else:
        row.state, row.failure = "failed", result.model_dump_json()
    return _recording(row)


def drop_sound(tx: Tx, before: datetime, *, keep: bool) -> int:
    """Delete the sound of answers that are graded (unless it is kept), and recordings that were left before `before`.

    How many recordings it concerned.
    """
    graded = select(RecordingRow.id).join(AttemptRow, col(AttemptRow.id) == RecordingRow.attempt_id)
    graded = graded.where(AttemptRow.status != "submitted").where(
        col(RecordingRow.id).in_(select(ChunkRow.recording_id))
    )
    done = [] if keep else list(tx.exec(graded.limit(100)))
    remove_sound(tx, done)
    over = select(RecordingRow.id).join(SessionRow, col(SessionRow.id) == RecordingRow.session_id)
    over = over.where(col(RecordingRow.attempt_id).is_(None), col(RecordingRow.created_at) < before)
    left = list(tx.exec(over.where(col(SessionRow.state).in_(("finished", "abandoned"))).limit(100)))
    remove_sound(tx, left)
    tx.exec(delete(RecordingRow).where(col(RecordingRow.id).in_(left)))
    return len(done) + len(left)


def _row(tx: Tx, person: Person, session_id: UUID, position: int, *, lock: bool) -> RecordingRow | None:
    query = select(RecordingRow).where(
        RecordingRow.session_id == session_id,
        RecordingRow.position == position,
        RecordingRow.owner == person.id,
        RecordingRow.organisation == person.organisation,
    )
    return tx.exec(query.with_for_update() if lock else query).first()


def _locked(tx: Tx, recording_id: UUID) -> RecordingRow | None:
    return tx.exec(select(RecordingRow).where(RecordingRow.id == recording_id).with_for_update()).first()


def _recording(row: RecordingRow) -> Recording:
    return Recording(
        **row.model_dump(
            include={"id", "session_id", "position", "question_id", "chunks", "size", "created_at", "attempt_id"}
        ),
        state=row.state,  # type: ignore[arg-type]
        owner=Person(id=row.owner, organisation=row.organisation),
        text=json.loads(row.progress)["text"] if row.progress else "",
        transcript=Transcript.model_validate_json(row.transcript, extra="ignore") if row.transcript else None,
        failure=Failure.model_validate_json(row.failure, extra="ignore") if row.failure else None,
        tries=row.tries,
    )
