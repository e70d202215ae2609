"""Many answers of an organisation with what their grades say, row by row: nobody has them all in memory."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from service.domain import Value
from service.domain.overview import Marked, Outcome
from service.store.cohort_tables import AssignmentSessionRow, MemberRow
from service.store.engine import Tx
from service.store.tables import AttemptRow, GradeRow

BATCH = 500
"""Rows that are fetched at a time."""
_COLUMNS: tuple[Any, ...] = (
    AttemptRow.id, AttemptRow.owner, AttemptRow.question_id, AttemptRow.item_digest, AttemptRow.submitted_at,
    GradeRow.number, GradeRow.grader, GradeRow.version, GradeRow.person, GradeRow.body,
)  # fmt: skip


class Wanted(Value):
    """Which answers: those for which everything holds that is given."""

    organisation: str
    questions: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Handed in before it."""
    cohort_id: UUID | None = None
    """By people who are in it now."""
    assignment_id: UUID | None = None
    """In sessions that were begun from it."""


def standing(tx: Tx, wanted: Wanted) -> Iterator[Marked]:
    """The answers that are graded, each with the grade that counts, the oldest first."""
    any_grade = aliased(GradeRow)
    last = select(func.max(col(any_grade.number))).where(col(any_grade.attempt_id) == AttemptRow.id).scalar_subquery()
    query = _of(wanted).where(col(GradeRow.number) == last, col(AttemptRow.status) == "graded")
    return _read(tx, query.order_by(col(AttemptRow.id)))


def judged(tx: Tx, wanted: Wanted) -> Iterator[list[Marked]]:
    """Of the answers that a person graded, all grades in their order."""
    persons = aliased(GradeRow)
    by_person = exists().where(col(persons.attempt_id) == AttemptRow.id, col(persons.person).is_not(None))
    query = _of(wanted).where(by_person).order_by(col(AttemptRow.id), col(GradeRow.number))
    for _, grades in groupby(_read(tx, query), key=lambda marked: marked.attempt_id):
        yield list(grades)


def _of(wanted: Wanted) -> Select[Any]:
    join = and_(col(GradeRow.attempt_id) == AttemptRow.id, col(GradeRow.overall).is_not(None))
    query = select(*_COLUMNS).join(GradeRow, join).where(col(AttemptRow.organisation) == wanted.organisation)
    if wanted.questions is not None:
        query = query.where(col(AttemptRow.question_id).in_(wanted.questions))
    if wanted.since is not None:
        query = query.where(col(AttemptRow.submitted_at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(AttemptRow.submitted_at) < wanted.until)
    if wanted.cohort_id is not None:
        members = select(col(MemberRow.owner)).where(
            col(MemberRow.cohort_id) == wanted.cohort_id, col(MemberRow.organisation) == wanted.organisation
        )
        query = query.where(col(AttemptRow.owner).in_(members))
    if wanted.assignment_id is not None:
        begun = select(col(AssignmentSessionRow.session_id)).where(
            col(AssignmentSessionRow.assignment_id) == wanted.assignment_id,
            col(AssignmentSessionRow.organisation) == wanted.organisation,
        )
        query = query.where(col(AttemptRow.session_id).in_(begun))
    return query


def _read(tx: Tx, query: Select[Any]) -> Iterator[Marked]:
    for row in tx.connection().execute(query, execution_options={"yield_per": BATCH}):
        attempt_id, owner, question_id, item_digest, submitted_at, number, grader, version, person, body = row
        yield Marked(
            attempt_id=attempt_id,
            owner=owner,
            question_id=question_id,
            item_digest=item_digest,
            submitted_at=submitted_at,
            number=number,
            grader=grader,
            version=version,
            by_person=person is not None,
            outcome=Outcome.model_validate_json(body, extra="ignore"),
        )
