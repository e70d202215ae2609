"""The tables. Rows stay inside `service/store`: what goes in and comes out are domain values.

Two releases may run on one database while a new one is rolled out. So a body of JSON leaves out what is as by default,
and whoever reads one ignores fields that it does not know: a later release may have added them.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Named constraints: a migration can find them again on every database.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, also on SQLite, which forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc(**kwargs: Any) -> Any:
    return Field(sa_type=UtcDateTime, **kwargs)


def long_text() -> Any:
    return Field(sa_type=Text)


class Owned(SQLModel):
    """Every record has an owner and an organisation."""

    owner: str
    organisation: str


class ItemRow(SQLModel, table=True):
    """A version of a question and its rubric, kept for as long as something was graded by it."""

    __tablename__ = "item"
    digest: str = Field(primary_key=True)
    question_id: str
    body: str = long_text()


class SessionRow(Owned, table=True):
    __tablename__ = "practice_session"
    __table_args__ = (
        Index("ix_practice_session_owner", "organisation", "owner", "id"),
        Index("ix_practice_session_state", "organisation", "owner", "state", "mode"),
        Index("ix_practice_session_next_due", "next_due"),
    )
    id: UUID = Field(primary_key=True)
    title: str
    mode: str
    seed: int
    time_factor: float
    total_limit: float | None
    grace: float
    state: str
    created_at: datetime = utc()
    started_at: datetime | None = utc(default=None)
    deadline: datetime | None = utc(default=None)
    paused_at: datetime | None = utc(default=None)
    finished_at: datetime | None = utc(default=None)
    next_due: datetime | None = utc(default=None)
    """Strict sessions only: when the clock next ends something."""


class SlotRow(Owned, table=True):
    __tablename__ = "session_question"
    session_id: UUID = Field(primary_key=True, foreign_key="practice_session.id")
    position: int = Field(primary_key=True)
    question_id: str
    item_digest: str = Field(foreign_key="item.digest")
    limit: float | None
    state: str
    opened_at: datetime | None = utc(default=None)
    deadline: datetime | None = utc(default=None)
    finished_at: datetime | None = utc(default=None)
    paused_seconds: float
    extra_seconds: float
    hint_used: bool
    draft: str = long_text()
    revision: int


class AttemptRow(Owned, table=True):
    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("organisation", "owner", "idempotency_key", name="uq_attempt_idempotency_key"),
        UniqueConstraint("session_id", "position", name="uq_attempt_session_position"),
        Index("ix_attempt_owner", "organisation", "owner", "id"),
        Index("ix_attempt_owner_question", "organisation", "owner", "question_id", "id"),
        Index("ix_attempt_status", "status"),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID | None = Field(foreign_key="practice_session.id")
    position: int | None
    question_id: str
    item_digest: str = Field(foreign_key="item.digest")
    text: str = long_text()
    source: str
    status: str
    timed_out: bool
    seconds_used: float
    submitted_at: datetime = utc()
    idempotency_key: str | None
    fingerprint: str
    """SHA-256 of what was sent with the key: the same key with another request is refused."""


class GradeRow(Owned, table=True):
    """Append-only. A regrade is the next number; the highest number counts."""

    __tablename__ = "grade"
    __table_args__ = (Index("ix_grade_fingerprint", "fingerprint"),)
    attempt_id: UUID = Field(primary_key=True, foreign_key="attempt.id")
    number: int = Field(primary_key=True)
    grader: str
    version: str
    overall: float | None
    """Null where the grader could not decide."""
    body: str = long_text()
    """A `Grade` as JSON, or an `Ungraded` where `overall` is null."""
    created_at: datetime = utc()
    person: str | None = None
    """The reviewer whose grade it is; null for a machine's."""
    fingerprint: str | None = None
    """SHA-256 of answer, rubric and grader: where they are the same, so is a machine's grade."""
    provisional: bool | None = None
    """True where it is to be replaced by another grader's."""


class JobRow(Owned, table=True):
    """Work that waits, written with the attempt in one transaction and deleted with the result in another.

    Beside the attempt, not in it: a claim rewrites this narrow row, not the answer and its indexes.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_next", "failed_at", "priority", "created_at"),)
    attempt_id: UUID = Field(primary_key=True, foreign_key="attempt.id")
    work: str = Field(primary_key=True)
    priority: int
    tries: int = 0
    lost: int = 0
    created_at: datetime = utc()
    run_after: datetime = utc()
    leased_until: datetime | None = utc(default=None)
    worker: str | None = None
    error: str | None = Field(default=None, sa_type=Text)
    failed_at: datetime | None = utc(default=None)
    progress: str | None = Field(default=None, sa_type=Text)
    """What is known of the result already, as JSON."""


class ReviewRow(Owned, table=True):
    """Why a person should look at a grade: a doubt of the machine's, or a candidate's dispute; and what came of it."""

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_attempt_id", "attempt_id"),
        Index("ix_review_open", "organisation", "closed_at", "id"),
        Index("ix_review_kind", "organisation", "kind", "closed_at", "id"),
        Index("ix_review_question", "organisation", "question_id", "closed_at", "id"),
    )
    id: UUID = Field(primary_key=True)
    attempt_id: UUID = Field(foreign_key="attempt.id")
    question_id: str
    """The attempt's: the queue of one question is read by it."""
    number: int
    """Of the grade that it is about."""
    kind: str
    point: str | None = None
    text: str = long_text()
    created_at: datetime = utc()
    closed_at: datetime | None = utc(default=None)
    closed_by: str | None = None
    reply: str | None = Field(default=None, sa_type=Text)


class SpendingRow(SQLModel, table=True):
    """What language models have cost a person on a day, or (no owner) the organisation, in millionths of a unit."""

    __tablename__ = "spending"
    organisation: str = Field(primary_key=True)
    owner: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    """In UTC, as 2026-11-22."""
    unit: str = Field(primary_key=True)
    spent: int = Field(sa_type=BigInteger)


class ReservationRow(Owned, table=True):
    """The most that a call may cost which is under way, in millionths of a unit; nothing once `until` is over."""

    __tablename__ = "reservation"
    __table_args__ = (Index("ix_reservation_organisation", "organisation", "day"),)
    id: UUID = Field(primary_key=True)
    day: str
    unit: str
    amount: int = Field(sa_type=BigInteger)
    until: datetime = utc()


class PingRow(SQLModel, table=True):
    """One row, written to find out whether writing works."""

    __tablename__ = "ping"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = utc()
