"""Assignments and the sessions begun from them. What is not for somebody is not there.

Locks come in one order: the assignment, then the person (`sessions.hold`).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete, func
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain.attempt import Person
from service.domain.cohort import Assignment, Terms
from service.domain.plan import Plan
from service.domain.session import Slot
from service.errors import NotFound
from service.store.cohort_tables import AssignmentRow, AssignmentSessionRow, CohortRow, MemberRow
from service.store.engine import Tx
from service.store.spending import WHOLE
from service.store.tables import AccountRow, SessionRow

_SLOTS: TypeAdapter[tuple[Slot, ...]] = TypeAdapter(tuple[Slot, ...])


def add(tx: Tx, organisation: str, cohort_id: UUID, terms: Terms, slots: tuple[Slot, ...], now: datetime) -> Assignment:
    row = AssignmentRow(
        id=uuid7(),
        owner=WHOLE,
        organisation=organisation,
        cohort_id=cohort_id,
        created_at=now,
        **_columns(terms, slots),
    )
    tx.add(row)
    tx.flush()
    return _assignment(row)


def get(tx: Tx, organisation: str, assignment_id: UUID, *, lock: bool = False) -> Assignment:
    """With `lock` nobody begins or changes it until the transaction ends. Raises NotFound."""
    return _assignment(_row(tx, organisation, assignment_id, lock=lock))


def save(tx: Tx, assignment: Assignment) -> None:
    tx.get_one(AssignmentRow, assignment.id).sqlmodel_update(_columns(assignment, assignment.slots))


def of_cohort(tx: Tx, cohort_id: UUID) -> list[Assignment]:
    """The newest first."""
    query = select(AssignmentRow).where(AssignmentRow.cohort_id == cohort_id).order_by(col(AssignmentRow.id).desc())
    return [_assignment(row) for row in tx.exec(query)]


def remove(tx: Tx, organisation: str, assignment_id: UUID) -> None:
    """The sessions stay, and belong to no assignment. Raises NotFound."""
    row = _row(tx, organisation, assignment_id, lock=True)
    tx.exec(delete(AssignmentSessionRow).where(col(AssignmentSessionRow.assignment_id) == assignment_id))
    tx.delete(row)
    tx.flush()


def begin(tx: Tx, person: Person, assignment_id: UUID) -> tuple[Assignment, float]:
    """What somebody in the cohort begins, and their time factor. Nobody changes it until the transaction ends.

    Raises NotFound, also for whom it is not assigned to.
    """
    query = _of(person).where(AssignmentRow.id == assignment_id).with_for_update(read=True, of=AssignmentRow)
    found = tx.exec(query).first()
    if found is None:
        raise NotFound("There is no such assignment.")
    return _assignment(found[0]), found[2]


def page(tx: Tx, person: Person, before: UUID | None, limit: int) -> list[tuple[Assignment, str, float]]:
    """Up to `limit` that somebody has, the newest first, with the name of the cohort and their time factor."""
    query = _of(person).order_by(col(AssignmentRow.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AssignmentRow.id) < before)
    return [(_assignment(row), cohort, factor) for row, cohort, factor in tx.exec(query)]


def link(tx: Tx, assignment_id: UUID, owner: Person, session_id: UUID) -> None:
    """It was begun from the assignment."""
    owned = {"owner": owner.id, "organisation": owner.organisation}
    tx.add(AssignmentSessionRow(session_id=session_id, assignment_id=assignment_id, **owned))


def closes_at(tx: Tx, session_id: UUID) -> datetime | None:
    """When the assignment closes that the session was begun from; None where it is of none."""
    query = select(AssignmentRow.closes_at).join(AssignmentSessionRow)
    return tx.exec(query.where(AssignmentSessionRow.session_id == session_id)).first()


def count(tx: Tx, person: Person, assignment_id: UUID) -> int:
    """Sessions that somebody has begun from it, those too that are no longer kept."""
    query = select(func.count()).where(AssignmentSessionRow.assignment_id == assignment_id)
    return tx.exec(query.where(AssignmentSessionRow.owner == person.id)).one()


def begun(tx: Tx, assignment_ids: Collection[UUID], owner: str | None = None) -> dict[UUID, list[tuple[str, UUID]]]:
    """By assignment, the sessions begun from it with whose they are, the oldest first; all, or those of one owner."""
    query = select(AssignmentSessionRow).where(col(AssignmentSessionRow.assignment_id).in_(assignment_ids))
    if owner is not None:
        query = query.where(AssignmentSessionRow.owner == owner)
    found: dict[UUID, list[tuple[str, UUID]]] = {each: [] for each in assignment_ids}
    for row in tx.exec(query.order_by(col(AssignmentSessionRow.session_id))):
        found[row.assignment_id].append((row.owner, row.session_id))
    return found


def unfinished(tx: Tx, assignment_id: UUID, due: datetime | None = None) -> list[tuple[str, UUID]]:
    """Sessions that are not over, with whose they are, by owner; with `due`, in which the clock has ended something."""
    query = (
        select(AssignmentSessionRow.owner, AssignmentSessionRow.session_id)
        .join(SessionRow, col(SessionRow.id) == AssignmentSessionRow.session_id)
        .where(AssignmentSessionRow.assignment_id == assignment_id)
        .where(col(SessionRow.state).in_(("planned", "running", "paused")))
        .order_by(col(AssignmentSessionRow.owner), col(AssignmentSessionRow.session_id))
    )
    if due is not None:
        query = query.where(SessionRow.state == "running", col(SessionRow.next_due) < due)
    return list(tx.exec(query))


def _of(person: Person):  # type: ignore[no-untyped-def]
    """Assignments of the cohorts that somebody is in, with each cohort's name, and their time factor."""
    return (
        select(AssignmentRow, CohortRow.name, AccountRow.time_factor)
        .join(CohortRow, col(CohortRow.id) == AssignmentRow.cohort_id)
        .join(MemberRow, col(MemberRow.cohort_id) == CohortRow.id)
        .join(AccountRow, col(AccountRow.id) == MemberRow.account_id)
        .where(MemberRow.owner == person.id, AssignmentRow.organisation == person.organisation)
    )


def _row(tx: Tx, organisation: str, assignment_id: UUID, *, lock: bool) -> AssignmentRow:
    query = select(AssignmentRow).where(AssignmentRow.id == assignment_id, AssignmentRow.organisation == organisation)
    row = tx.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound("There is no such assignment.")
    return row


def _columns(terms: Terms, slots: tuple[Slot, ...]) -> dict[str, Any]:
    return terms.model_dump(include={"title", "opens_at", "closes_at", "attempts"}) | {
        "plan": terms.plan.model_dump_json(exclude_defaults=True),
        "slots": _SLOTS.dump_json(slots, exclude_defaults=True).decode(),
    }


def _assignment(row: AssignmentRow) -> Assignment:
    plan = Plan.model_validate_json(row.plan, extra="ignore")
    slots = _SLOTS.validate_json(row.slots, extra="ignore")
    kept = row.model_dump(include={"id", "cohort_id", "created_at", "title", "opens_at", "closes_at", "attempts"})
    return Assignment(**kept, plan=plan, slots=slots)
