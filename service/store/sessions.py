"""Practice sessions with their questions: one aggregate, read and written whole."""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from service.domain.attempt import Person
from service.domain.session import PracticeSession, Slot
from service.errors import NotFound
from service.store.engine import Tx
from service.store.tables import SessionRow, SlotRow

_SHARED = set(PracticeSession.model_fields) & set(SessionRow.model_fields) - {"owner"}


def add(tx: Tx, session: PracticeSession) -> None:
    owned = {"owner": session.owner.id, "organisation": session.owner.organisation}
    tx.add(SessionRow.model_validate(session.model_dump(include=_SHARED) | owned | {"next_due": _due(session)}))
    tx.flush()
    tx.add_all(SlotRow.model_validate(slot.model_dump() | owned | {"session_id": session.id}) for slot in session.slots)


def hold(tx: Tx, person: Person) -> None:
    """Until the transaction ends, others that write for this person wait here.

    Their sessions depend on each other (`strictly_pending`), and an idempotency key belongs to all of them: a lock on
    one row would not do. SQLite needs nothing, as it has one writer at a time.
    """
    if tx.get_bind().dialect.name == "postgresql":
        digest = sha256(f"{person.organisation}\0{person.id}".encode()).digest()
        tx.exec(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True)))).one()


def get(tx: Tx, person: Person, session_id: UUID, *, lock: bool = False) -> PracticeSession:
    """`lock` keeps other writers away until the transaction ends. Raises NotFound, also for another's session."""
    if lock:
        hold(tx, person)
    query = select(SessionRow).where(SessionRow.id == session_id, *_of(person))
    row = tx.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound("There is no such session.")
    return _whole(tx, [row])[0]


def save(tx: Tx, before: PracticeSession, after: PracticeSession) -> None:
    """Write what differs between `before`, as it was read under a lock, and `after`."""
    if after == before:
        return
    row = tx.get_one(SessionRow, after.id)
    row.sqlmodel_update(after.model_dump(include=_SHARED) | {"next_due": _due(after)})
    for old, new in zip(before.slots, after.slots, strict=True):
        if new != old:
            tx.get_one(SlotRow, (after.id, new.position)).sqlmodel_update(new.model_dump())


def page(tx: Tx, person: Person, before: UUID | None, limit: int) -> list[PracticeSession]:
    """Up to `limit` sessions, the newest first, older than `before`."""
    query = select(SessionRow).where(*_of(person)).order_by(col(SessionRow.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(SessionRow.id) < before)
    return _whole(tx, list(tx.exec(query)))


def some(tx: Tx, organisation: str, ids: Collection[UUID]) -> list[PracticeSession]:
    """Anybody's of an organisation, the oldest first; what is not there is left out."""
    query = select(SessionRow).where(col(SessionRow.id).in_(ids), SessionRow.organisation == organisation)
    return _whole(tx, list(tx.exec(query.order_by(col(SessionRow.id)))))


def due(tx: Tx, person: Person, now: datetime) -> list[UUID]:
    """Ids of strict sessions in which the clock may have ended something by `now`."""
    query = select(SessionRow.id).where(*_of(person), SessionRow.state == "running", SessionRow.mode == "strict")
    return list(tx.exec(query.where(col(SessionRow.next_due) < now)))


def strictly_pending(tx: Tx, person: Person, question_id: str, besides: UUID | None) -> bool:
    """Whether the person still has to answer the question in a strict session that runs, other than `besides`."""
    query = (
        select(SlotRow.session_id)
        .join(SessionRow, col(SessionRow.id) == SlotRow.session_id)
        .where(SessionRow.mode == "strict", SessionRow.state == "running", *_of(person))
        .where(SlotRow.question_id == question_id, col(SlotRow.state).in_(("unseen", "open", "draft")))
    )
    if besides is not None:
        query = query.where(SlotRow.session_id != besides)
    return tx.exec(query.limit(1)).first() is not None


def _due(session: PracticeSession) -> datetime | None:
    return session.next_due if session.mode == "strict" else None


def _of(person: Person) -> tuple[bool, bool]:
    # SQLModel types a column comparison as bool.
    return SessionRow.owner == person.id, SessionRow.organisation == person.organisation


def _whole(tx: Tx, rows: list[SessionRow]) -> list[PracticeSession]:
    slots: dict[UUID, list[Slot]] = {row.id: [] for row in rows}
    query = select(SlotRow).where(col(SlotRow.session_id).in_(slots)).order_by(col(SlotRow.position))
    for slot in tx.exec(query):
        slots[slot.session_id].append(Slot.model_validate(slot.model_dump(include=set(Slot.model_fields))))
    return [
        PracticeSession(
            **row.model_dump(include=_SHARED),
            owner=Person(id=row.owner, organisation=row.organisation),
            slots=tuple(slots[row.id]),
        )
        for row in rows
    ]
