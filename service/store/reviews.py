"""Reviews: what a person should look at. Doubts are written with the grade that has them, disputes by candidates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, tuple_
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain.attempt import Attempt
from service.domain.review import CAUSES, Cause, Review, ReviewKind
from service.errors import NotFound
from service.store.engine import Tx
from service.store.tables import ReviewRow

OVERTAKEN = "A later grade took its place."


def add_dispute(tx: Tx, attempt: Attempt, number: int, point: str, text: str, now: datetime) -> Review:
    return _add(tx, attempt, number, "dispute", point, text, now)


def note_doubts(tx: Tx, attempt: Attempt, number: int, doubts: Sequence[str], now: datetime) -> None:
    """With a machine's grade: its doubts take the place of those of an earlier grade."""
    for earlier in _open(tx, attempt.id, "doubt"):
        earlier.closed_at, earlier.reply = now, OVERTAKEN
    if doubts:
        _add(tx, attempt, number, "doubt", None, "; ".join(doubts), now)


def answer(tx: Tx, attempt_id: UUID, replies: Mapping[str, str], note: str, by: str, now: datetime) -> None:
    """With a person's grade: close the doubts, and the disputes about what the person looked at (`replies` by id)."""
    for row in _open(tx, attempt_id, "doubt"):
        row.closed_at, row.closed_by, row.reply = now, by, note
    for row in _open(tx, attempt_id, "dispute"):
        if row.point is not None and row.point in replies:
            row.closed_at, row.closed_by, row.reply = now, by, replies[row.point]


def close(tx: Tx, organisation: str, review_id: UUID, reply: str, by: str, now: datetime) -> Review | None:
    """Close it; None where it was closed before. Raises NotFound, also for another organisation's."""
    query = select(ReviewRow).where(ReviewRow.id == review_id, ReviewRow.organisation == organisation)
    row = tx.exec(query.with_for_update()).first()
    if row is None:
        raise NotFound("There is no such review.")
    if row.closed_at is not None:
        return None
    row.closed_at, row.closed_by, row.reply = now, by, reply
    return _review(row)


def of_attempt(tx: Tx, attempt_id: UUID) -> list[Review]:
    """The oldest first."""
    query = select(ReviewRow).where(ReviewRow.attempt_id == attempt_id).order_by(col(ReviewRow.id))
    return [_review(row) for row in tx.exec(query)]


def page(
    tx: Tx,
    organisation: str,
    after: UUID | None,
    limit: int,
    *,
    closed: bool = False,
    kind: ReviewKind | None = None,
    cause: Cause | None = None,
    question_id: str | None = None,
) -> list[Review]:
    """Up to `limit` reviews that come after `after`: open ones the oldest first, closed ones the last closed first."""
    query = select(ReviewRow).where(ReviewRow.organisation == organisation).limit(limit)
    if cause is not None:
        query = query.where(ReviewRow.kind == "doubt")
        query = query.where(or_(*(col(ReviewRow.text).contains(words) for words in CAUSES[cause])))
    if kind is not None:
        query = query.where(ReviewRow.kind == kind)
    if question_id is not None:
        query = query.where(ReviewRow.question_id == question_id)
    if not closed:
        # By both, though one is null: so Postgres sees that the index has them in this order.
        query = query.where(col(ReviewRow.closed_at).is_(None)).order_by(col(ReviewRow.closed_at), col(ReviewRow.id))
        query = query if after is None else query.where(col(ReviewRow.id) > after)
        return [_review(row) for row in tx.exec(query)]
    last = None if after is None else tx.get(ReviewRow, after)
    query = query.where(col(ReviewRow.closed_at).is_not(None))
    query = query.order_by(col(ReviewRow.closed_at).desc(), col(ReviewRow.id).desc())
    if last is not None:
        query = query.where(tuple_(col(ReviewRow.closed_at), col(ReviewRow.id)) < (last.closed_at, last.id))
    return [_review(row) for row in tx.exec(query)]


def _add(
    tx: Tx, attempt: Attempt, number: int, kind: ReviewKind, point: str | None, text: str, now: datetime
) -> Review:
    row = ReviewRow(
        id=uuid7(),
        attempt_id=attempt.id,
        owner=attempt.owner.id,
        organisation=attempt.owner.organisation,
        question_id=attempt.question_id,
        number=number,
        kind=kind,
        point=point,
        text=text,
        created_at=now,
    )
    tx.add(row)
    return _review(row)


def _open(tx: Tx, attempt_id: UUID, kind: ReviewKind) -> Sequence[ReviewRow]:
    query = select(ReviewRow).where(ReviewRow.attempt_id == attempt_id, ReviewRow.kind == kind)
    return tx.exec(query.where(col(ReviewRow.closed_at).is_(None)).with_for_update()).all()


def _review(row: ReviewRow) -> Review:
    return Review.model_validate(row.model_dump(include=set(Review.model_fields)))
