"""Spoken answers and their chunks."""

import json
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.domain.attempt import Person
from service.domain.recording import LOST, Claim, Failure, Recording
from service.domain.transcript import Transcript
from service.errors import Conflict, NotFound
from service.store.engine import Tx
from service.store.jobs import SUSPECT
from service.store.tables import AttemptRow, ChunkRow, RecordingRow, SessionRow
from service.tracing import origin

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
            lost=0,
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
    """No more chunks: it is to be heard to its end, at once. Who listens to its beginning has it no longer."""
    row = tx.get_one(RecordingRow, recording_id)
    row.state, row.run_after, row.failure, row.trace = "transcribing", now, None, origin.get()
    row.tries, row.lost, row.worker, row.leased_until = 0, min(row.lost, LOST - 1), None, None


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


def due(tx: Tx, now: datetime) -> bool:
    """Whether there is something to listen to."""
    return tx.exec(select(RecordingRow.id).where(_due(now)).limit(1)).first() is not None


def claim(tx: Tx, worker: str, now: datetime, lease: float, *, idle: bool = True) -> Claim | None:
    """What `worker` is to listen to next, nobody else for `lease` seconds: those that have ended first.

    One over which processes have died is claimed by itself, where the worker is `idle`; what comes after it waits.
    """
    query = select(RecordingRow).where(_due(now)).order_by(col(RecordingRow.state).desc(), col(RecordingRow.run_after))
    row = tx.exec(query.limit(1).with_for_update(skip_locked=True)).first()
    if row is None or (_losses(row) >= SUSPECT and not idle):
        return None
    row.lost = _losses(row)
    row.tries += 1
    row.worker, row.leased_until, row.heard = worker, now + timedelta(seconds=lease), row.chunks
    return Claim(
        recording=_recording(row),
        progress=row.progress,
        worker=worker,
        tries=row.tries,
        lost=row.lost,
        trace=row.trace,
    )


def prolong(tx: Tx, claim: Claim, until: datetime) -> None:
    """Still somebody listens. Nothing happens where another worker has it by now; as below."""
    if row := _held(tx, claim):
        row.leased_until = until


def advance(tx: Tx, claim: Claim, progress: str | None, again: datetime) -> None:
    """Somebody has listened, as far as `progress` (None: as before); there is nothing to do before `again`."""
    if row := _held(tx, claim):
        row.progress, row.run_after, row.worker, row.leased_until = progress or row.progress, again, None, None
        row.lost = 0  # a worker has lived through it
        if row.state == "recording":
            row.tries = 0


def release(tx: Tx, claim: Claim) -> None:
    """Give it back as it was: this worker ends, and the try does not count."""
    if row := _held(tx, claim):
        row.tries, row.heard, row.worker, row.leased_until = claim.tries - 1, 0, None, None


def end_leases(tx: Tx, now: datetime) -> None:
    """Of workers that are gone: each counts as lost, as one whose lease ran out does."""
    tx.exec(update(RecordingRow).where(col(RecordingRow.leased_until) > now).values(leased_until=now))


def end(tx: Tx, recording_id: UUID, result: Transcript | Failure) -> bool:
    """It was heard to its end, or cannot be. False where that is no longer wanted."""
    row = tx.exec(select(RecordingRow).where(RecordingRow.id == recording_id).with_for_update()).first()
    if row is None or row.state != "transcribing":
        return False
    row.worker = row.leased_until = None
    if isinstance(result, Transcript):
        row.state, row.transcript = "transcribed", result.model_dump_json()
    else:
        row.state, row.failure = "failed", result.model_dump_json()
    return True


def waiting(tx: Tx) -> int:
    """How many have ended and are not heard yet, or just now."""
    return tx.exec(select(func.count()).where(RecordingRow.state == "transcribing")).one()


def counts(tx: Tx) -> tuple[int, int, datetime | None]:
    """As `jobs.counts` for one kind of work; those that failed and of which another way was found are not told."""
    ended, lost = col(RecordingRow.state) == "transcribing", col(RecordingRow.state) == "failed"
    query = select(
        func.count().filter(ended),
        func.count().filter(and_(lost, col(RecordingRow.attempt_id).is_(None))),
        func.min(col(RecordingRow.created_at)).filter(ended),
    ).select_from(RecordingRow)
    return tx.exec(query).one()


def tidy(tx: Tx, before: datetime, *, keep: bool) -> bool:
    """Whether `drop_sound` would find something."""
    found = _left(before).limit(1)
    return tx.exec(found).first() is not None or (not keep and tx.exec(_graded().limit(1)).first() is not None)


def drop_sound(tx: Tx, before: datetime, *, keep: bool) -> int:
    """Delete the sound of answers that are graded (unless it is kept), and recordings that were left before `before`.

    How many recordings it concerned.
    """
    done = [] if keep else list(tx.exec(_graded().limit(100)))
    remove_sound(tx, done)
    left = list(tx.exec(_left(before).limit(100)))
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


def _graded() -> SelectOfScalar[UUID]:
    """Recordings with sound whose answer is graded."""
    graded = select(RecordingRow.id).join(AttemptRow, col(AttemptRow.id) == RecordingRow.attempt_id)
    return graded.where(AttemptRow.status != "submitted", col(RecordingRow.id).in_(select(ChunkRow.recording_id)))


def _left(before: datetime) -> SelectOfScalar[UUID]:
    """Recordings begun before `before` that became no answer of a session which is over."""
    over = select(RecordingRow.id).join(SessionRow, col(SessionRow.id) == RecordingRow.session_id)
    over = over.where(col(RecordingRow.attempt_id).is_(None), col(RecordingRow.created_at) < before)
    return over.where(col(SessionRow.state).in_(("finished", "abandoned")))


def _due(now: datetime) -> ColumnElement[bool]:
    fresh = and_(
        col(RecordingRow.state) == "recording",
        col(RecordingRow.chunks) > RecordingRow.heard,
        col(RecordingRow.lost) < SUSPECT,  # it is only a hint, and may be what kills
    )
    return and_(
        or_(col(RecordingRow.state) == "transcribing", fresh),
        col(RecordingRow.run_after) <= now,
        or_(col(RecordingRow.leased_until).is_(None), col(RecordingRow.leased_until) <= now),
    )


def _losses(row: RecordingRow) -> int:
    return row.lost + (row.leased_until is not None)  # who had it before has not been heard of since


def _held(tx: Tx, claim: Claim) -> RecordingRow | None:
    query = select(RecordingRow).where(RecordingRow.id == claim.recording.id, RecordingRow.worker == claim.worker)
    return tx.exec(query.with_for_update()).first()


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
    )
