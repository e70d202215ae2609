"""Attempts and their grades. A grade is only ever added; the highest number counts."""

from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from service.domain import Value
from service.domain.attempt import Answer, Attempt, Person, Standing
from service.domain.grade import Grade, GraderName, Ungraded
from service.domain.review import doubts
from service.errors import NotFound
from service.store import reviews
from service.store.engine import Tx
from service.store.tables import AttemptRow, GradeRow

_RESULT: TypeAdapter[Grade | Ungraded] = TypeAdapter(Grade | Ungraded)

Graded = tuple[Attempt, Grade | Ungraded | None]


class Kept(Value):
    """A grade as it is stored."""

    number: int
    grader: GraderName
    person: str | None
    """The reviewer whose grade it is."""
    created_at: datetime
    result: Grade | Ungraded


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


def load(tx: Tx, attempt_id: UUID, *, lock: bool = False) -> Attempt:
    """For the worker, which grades anybody's. `lock` keeps other grades away until `tx` ends. Raises NotFound."""
    row = tx.get(AttemptRow, attempt_id, with_for_update=lock or None)
    if row is None:
        raise NotFound("There is no such attempt.")
    return _attempt(row)


def add_grade(
    tx: Tx,
    attempt: Attempt,
    grader: GraderName,
    result: Grade | Ungraded,
    now: datetime,
    *,
    again: bool = False,
    fingerprint: str | None = None,
    person: str | None = None,
) -> bool:
    """Keep a grade of `attempt`. The first stands, unless it is to be graded `again`: False where it was not kept.

    That of a `person` (a reviewer's id) is always kept; a machine's is not where there is a person's, or where the
    answer was removed meanwhile. With a `fingerprint` it is kept for equal answers too.
    """
    row = _locked(tx, attempt.id)
    if person is None and row.status != "submitted" and (not again or row.removed_at or by_person(tx, attempt.id)):
        return False
    row.status = "graded" if isinstance(result, Grade) else "ungraded"
    number = _append(tx, row, grader, result, now, fingerprint=fingerprint, person=person)
    if person is None and (number > 1 or doubts(result)):
        reviews.note_doubts(tx, attempt, number, doubts(result), now)
    return True


def add_provisional(tx: Tx, attempt_id: UUID, grade: Grade, now: datetime) -> bool:
    """Keep a grade to be replaced, of an attempt that waits and has none: False where it was not kept.

    Raises NotFound.
    """
    row = _locked(tx, attempt_id)
    newest = _newest(tx, attempt_id)
    if row.status != "submitted" or (newest and newest.overall is not None):
        return False
    _append(tx, row, grade.grader, grade, now)
    return True


def settle_for_provisional(tx: Tx, attempt_id: UUID) -> bool:
    """Wait no longer for another grade than the provisional one: False where there is none."""
    row, newest = _locked(tx, attempt_id), _newest(tx, attempt_id)
    if newest is None or not newest.provisional:
        return False
    row.status = "graded"
    return True


def _append(
    tx: Tx,
    row: AttemptRow,
    grader: GraderName,
    result: Grade | Ungraded,
    now: datetime,
    *,
    fingerprint: str | None = None,
    person: str | None = None,
) -> int:
    """The next grade's number."""
    number = last_number(tx, row.id) + 1
    tx.add(
        GradeRow(
            attempt_id=row.id,
            number=number,
            owner=row.owner,
            organisation=row.organisation,
            grader=grader.name,
            version=grader.version,
            overall=result.overall if isinstance(result, Grade) else None,
            body=result.model_dump_json(exclude_defaults=True),
            created_at=now,
            provisional=isinstance(result, Grade) and result.provisional is not None,
            fingerprint=fingerprint,
            person=person,
        )
    )
    return number


def equal(tx: Tx, organisation: str, fingerprint: str) -> Grade | None:
    """The newest grade with this fingerprint within an organisation."""
    query = (
        select(GradeRow.body)
        .where(GradeRow.fingerprint == fingerprint, GradeRow.organisation == organisation)
        .where(col(GradeRow.overall).is_not(None))
        .order_by(col(GradeRow.created_at).desc(), col(GradeRow.attempt_id).desc())
        .limit(1)
    )
    found = tx.exec(query).first()
    return None if found is None else Grade.model_validate_json(found, extra="ignore")


def last_number(tx: Tx, attempt_id: UUID) -> int:
    """The number of an attempt's grade that counts; 0 where there is none."""
    return tx.exec(select(func.max(GradeRow.number)).where(GradeRow.attempt_id == attempt_id)).one() or 0


def by_person(tx: Tx, attempt_id: UUID) -> bool:
    """Whether a person has graded it: then no machine's grade is added any more."""
    query = select(GradeRow.number).where(GradeRow.attempt_id == attempt_id, col(GradeRow.person).is_not(None))
    return tx.exec(query.limit(1)).first() is not None


def grades(tx: Tx, attempt_id: UUID) -> list[Kept]:
    """Every grade it has got, in their order."""
    query = select(GradeRow).where(GradeRow.attempt_id == attempt_id).order_by(col(GradeRow.number))
    return [
        Kept(
            number=row.number,
            grader=GraderName(name=row.grader, version=row.version),
            person=row.person,
            created_at=row.created_at,
            result=_result(row.body),
        )
        for row in tx.exec(query)
    ]


def reopen(tx: Tx, attempt_id: UUID) -> None:
    """An attempt that got no grade, or a provisional one, waits for one again."""
    row, newest = _locked(tx, attempt_id), _newest(tx, attempt_id)
    if row.status == "ungraded" or (newest and newest.provisional):
        row.status = "submitted"


def outdated(
    tx: Tx,
    grader: GraderName,
    question_id: str | None,
    after: UUID | None,
    limit: int,
    *,
    since: datetime | None = None,
) -> list[Attempt]:
    """Anybody's attempts whose last grade is provisional, or not of this grader and version, and no person's.

    The oldest first, younger than `after`, handed in at `since` or later.
    """
    any_grade = aliased(GradeRow)
    last = select(func.max(any_grade.number)).where(any_grade.attempt_id == AttemptRow.id).scalar_subquery()
    query = (
        select(AttemptRow)
        .join(GradeRow, and_(col(GradeRow.attempt_id) == AttemptRow.id, col(GradeRow.number) == last))
        .where(AttemptRow.status != "submitted", col(AttemptRow.removed_at).is_(None))
        .where(col(GradeRow.person).is_(None))
        .where(
            or_(
                col(GradeRow.grader) != grader.name,
                col(GradeRow.version) != grader.version,
                col(GradeRow.provisional).is_(True),
            )
        )
        .order_by(col(AttemptRow.id))
        .limit(limit)
    )
    if question_id is not None:
        query = query.where(AttemptRow.question_id == question_id)
    if since is not None:
        query = query.where(col(AttemptRow.submitted_at) >= since)
    if after is not None:
        query = query.where(col(AttemptRow.id) > after)
    return [_attempt(row) for row in tx.exec(query)]


def standing(tx: Tx, person: Person, attempt_id: UUID) -> Standing:
    """How far its grading has come. Raises NotFound, also for another's attempt."""
    grades = select(func.count()).where(GradeRow.attempt_id == AttemptRow.id).scalar_subquery()
    query = select(AttemptRow.status, grades).where(AttemptRow.id == attempt_id, *_of(person))
    found = tx.exec(query).first()
    if found is None:
        raise NotFound("There is no such attempt.")
    return Standing.model_validate({"status": found[0], "grades": found[1]})


def of_session(tx: Tx, person: Person, session_id: UUID) -> dict[int, Graded]:
    """The attempts of a session by position."""
    # Only then compared with the owner: a database without statistics would rather go through all that a person has.
    found = tx.exec(select(AttemptRow).where(AttemptRow.session_id == session_id))
    rows = [row for row in found if Person(id=row.owner, organisation=row.organisation) == person]
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


def waits_without_grade(tx: Tx, attempt_id: UUID) -> bool:
    """Whether an attempt waits for its grade and has not even a provisional one."""
    row, newest = tx.get(AttemptRow, attempt_id), _newest(tx, attempt_id)
    return row is not None and row.status == "submitted" and (newest is None or newest.overall is None)


def _locked(tx: Tx, attempt_id: UUID) -> AttemptRow:
    """Raises NotFound."""
    row = tx.exec(select(AttemptRow).where(AttemptRow.id == attempt_id).with_for_update()).first()
    if row is None:
        raise NotFound("There is no such attempt.")
    return row


def _newest(tx: Tx, attempt_id: UUID) -> GradeRow | None:
    query = select(GradeRow).where(GradeRow.attempt_id == attempt_id)
    return tx.exec(query.order_by(col(GradeRow.number).desc()).limit(1)).first()


def _of(person: Person) -> tuple[bool, bool]:
    return AttemptRow.owner == person.id, AttemptRow.organisation == person.organisation


def _graded(tx: Tx, rows: list[AttemptRow]) -> list[Graded]:
    query = select(GradeRow).where(col(GradeRow.attempt_id).in_([row.id for row in rows]))
    newest = {grade.attempt_id: grade.body for grade in tx.exec(query.order_by(col(GradeRow.number)))}
    return [(_attempt(row), _result(newest[row.id]) if row.id in newest else None) for row in rows]


def _result(body: str) -> Grade | Ungraded:
    return _RESULT.validate_json(body, extra="ignore")


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt.model_validate(
        row.model_dump(include=set(Attempt.model_fields) - {"owner"})
        | {
            "owner": Person(id=row.owner, organisation=row.organisation),
            "answer": Answer.model_validate({"text": row.text, "source": row.source}),
        }
    )
