"""What is no longer to be kept goes, with all that hangs on it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select

from service.store.engine import Tx
from service.store.tables import (
    AttemptRow,
    ChunkRow,
    GradeRow,
    JobRow,
    RecordingRow,
    ReviewRow,
    SessionRow,
    SlotRow,
    SpendingRow,
)


def forget(tx: Tx, before: datetime, limit: int) -> int:
    """Delete up to `limit` sessions that ended, or were last touched, before `before`: how many there were."""
    last = func.coalesce(SessionRow.finished_at, SessionRow.started_at, SessionRow.created_at)
    found = list(tx.exec(select(SessionRow.id).where(last < before).order_by(col(SessionRow.id)).limit(limit)))
    _delete(tx, found)
    tx.exec(delete(SpendingRow).where(col(SpendingRow.day) < f"{before:%Y-%m-%d}"))
    return len(found)


def _delete(tx: Tx, sessions: list[UUID]) -> None:
    attempts = select(AttemptRow.id).where(col(AttemptRow.session_id).in_(sessions))
    recordings = select(RecordingRow.id).where(col(RecordingRow.session_id).in_(sessions))
    tx.exec(delete(ChunkRow).where(col(ChunkRow.recording_id).in_(recordings)))
    tx.exec(delete(RecordingRow).where(col(RecordingRow.session_id).in_(sessions)))
    for row in (JobRow, ReviewRow, GradeRow):
        tx.exec(delete(row).where(col(row.attempt_id).in_(attempts)))
    for of_session in (AttemptRow, SlotRow):
        tx.exec(delete(of_session).where(col(of_session.session_id).in_(sessions)))
    tx.exec(delete(SessionRow).where(col(SessionRow.id).in_(sessions)))
