"""What people scored, without the answers and the grades themselves."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select

from service.domain.attempt import Person
from service.store.engine import Tx
from service.store.tables import AttemptRow, GradeRow


def of_questions(tx: Tx, person: Person, question_ids: Collection[str]) -> dict[str, list[tuple[UUID, float | None]]]:
    """By question, every try and its overall score (None without a grade), the oldest first."""
    query = (
        select(AttemptRow.question_id, AttemptRow.id, GradeRow.overall)
        .join(GradeRow, col(GradeRow.attempt_id) == AttemptRow.id, isouter=True)
        .where(AttemptRow.owner == person.id, AttemptRow.organisation == person.organisation)
        .where(col(AttemptRow.question_id).in_(question_ids))
        .order_by(col(AttemptRow.id), col(GradeRow.number))
    )
    found: dict[str, dict[UUID, float | None]] = {}
    for question_id, attempt_id, overall in tx.exec(query):
        found.setdefault(question_id, {})[attempt_id] = overall  # the grade of the highest number counts
    return {question_id: list(tries.items()) for question_id, tries in found.items()}


def of_sessions(tx: Tx, sessions: Collection[UUID]) -> dict[UUID, list[float]]:
    """By session, the overall score of each answer that has a grade."""
    query = (
        select(AttemptRow.session_id, AttemptRow.id, GradeRow.overall)
        .join(GradeRow, col(GradeRow.attempt_id) == AttemptRow.id)
        .where(col(AttemptRow.session_id).in_(sessions))
        .order_by(col(AttemptRow.id), col(GradeRow.number))
    )
    newest = {(session_id, attempt_id): overall for session_id, attempt_id, overall in tx.exec(query)}
    found: dict[UUID, list[float]] = {}
    for (session_id, _), overall in newest.items():
        if session_id is not None and overall is not None:
            found.setdefault(session_id, []).append(overall)
    return found
