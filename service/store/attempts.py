"""Attempts and their grades. A grade is only ever added; the highest number counts."""

from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import col, select

from service.domain.attempt import Answer, Attempt, Person
from service.domain.grade import Grade, GraderName, Ungraded
from service.errors import NotFound
from service.store.engine import Tx
from service.store.tables import AttemptRow, GradeRow

_RESULT: TypeAdapter[Grade | Ungraded] = TypeAdapter(Grade | Ungraded)

Graded = tuple[Attempt, Grade | Ungraded | None]


def add(tx: Tx, attempt: Attempt, *, key: str | None, fingerprint: str) -> None:
    tx.add(
        AttemptRow(
            **attempt.model_dump(exclude={"owner", "answer"}),
            owner=attempt.owner.id,
            organisation=attempt.owner.organisation,
            text=attempt.answer.text,
            source=attempt.answer.source,
            idempotency_key=key,
            fingerprint=fingerprint,
        )
    )
    tx.flush()


def by_key(tx: Tx, person: Person, key: str) -> tuple[Attempt, str] | None:
    """The attempt that was sent with this idempotency key, and its fingerprint."""
    row = tx.exec(select(AttemptRow).where(AttemptRow.idempotency_key == key, *_of(person))).first()
    return None if row is None else (_attempt(row), row.fingerprint)


def get(tx: Tx, person: Person, attempt_id: UUID) -> Graded:
    """Raises NotFound, also for another's attempt."""
    row = tx.exec(select(AttemptRow).where(AttemptRow.id == attempt_id, *_of(person))).first()
    if row is None:
        raise NotFound("There is no such attempt.")
    return _graded(tx, [row])[0]


def load(tx: Tx, attempt_id: UUID) -> Attempt:
    """For the worker, which grades anybody's. Raises NotFound."""
    row = tx.get(AttemptRow, attempt_id)
    if row is None:
        raise NotFound("There is no such attempt.")
    return _attempt(row)


def pending(tx: Tx) -> list[UUID]:
    """Attempts that wait for their first grade, the oldest first."""
    return list(tx.exec(select(AttemptRow.id).where(AttemptRow.status == "submitted").order_by(col(AttemptRow.id))))


def add_grade(tx: Tx, attempt: Attempt, grader: GraderName, result: Grade | Ungraded, now: datetime) -> bool:
    """Keep the first grade of `attempt`; False where it has one already, which then stands."""
    row = tx.exec(select(AttemptRow).where(AttemptRow.id == attempt.id).with_for_update()).one()
    if row.status != "submitted":
        return False
    graded = isinstance(result, Grade)
    row.status = "graded" if graded else "ungraded"
    tx.add(
        GradeRow(
            attempt_id=attempt.id,
            number=1,
            owner=row.owner,
            organisation=row.organisation,
            grader=grader.name,
            version=grader.version,
            overall=result.overall if isinstance(result, Grade) else None,
            body=result.model_dump_json(),
            created_at=now,
        )
    )
    return True


def of_session(tx: Tx, person: Person, session_id: UUID) -> dict[int, Graded]:
    """The attempts of a session by position."""
    rows = list(tx.exec(select(AttemptRow).where(AttemptRow.session_id == session_id, *_of(person))))
    return {attempt.position: (attempt, grade) for attempt, grade in _graded(tx, rows) if attempt.position is not None}


def page(tx: Tx, person: Person, before: UUID | None, limit: int, question_id: str | None = None) -> list[Graded]:
    """Up to `limit` attempts, the newest first, older than `before`."""
    query = select(AttemptRow).where(*_of(person)).order_by(col(AttemptRow.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AttemptRow.id) < before)
    if question_id is not None:
        query = query.where(AttemptRow.question_id == question_id)
    return _graded(tx, list(tx.exec(query)))


def previous(tx: Tx, attempt: Attempt) -> tuple[UUID, float] | None:
    """Id and overall score of the person's last graded attempt at the same question before this one."""
    query = (
        select(AttemptRow.id, GradeRow.overall)
        .join(GradeRow, col(GradeRow.attempt_id) == AttemptRow.id)
        .where(*_of(attempt.owner), AttemptRow.question_id == attempt.question_id, col(AttemptRow.id) < attempt.id)
        .where(col(GradeRow.overall).is_not(None))
        .order_by(col(AttemptRow.id).desc(), col(GradeRow.number).desc())
        .limit(1)
    )
    found = tx.exec(query).first()
    return None if found is None or found[1] is None else (found[0], found[1])


def _of(person: Person) -> tuple[bool, bool]:
    return AttemptRow.owner == person.id, AttemptRow.organisation == person.organisation


def _graded(tx: Tx, rows: list[AttemptRow]) -> list[Graded]:
    query = select(GradeRow).where(col(GradeRow.attempt_id).in_([row.id for row in rows]))
    newest = {grade.attempt_id: grade.body for grade in tx.exec(query.order_by(col(GradeRow.number)))}
    return [(_attempt(row), _RESULT.validate_json(newest[row.id]) if row.id in newest else None) for row in rows]


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt.model_validate(
        row.model_dump(include=set(Attempt.model_fields) - {"owner"})
        | {
            "owner": Person(id=row.owner, organisation=row.organisation),
            "answer": Answer.model_validate({"text": row.text, "source": row.source}),
        }
    )
