"""The tables. Rows stay inside `service/store`: what goes in and comes out are domain values.

Two releases may run on one database while a new one is rolled out. So a body of JSON leaves out what is as by default,
and whoever reads one ignores fields that it does not know: a later release may have added them.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, LargeBinary, Text, UniqueConstraint
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
    listening_since: datetime | None = utc(default=None)


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
    removed_at: datetime | None = utc(default=None)
    """When its text was removed, for its time was over; null while it is there."""


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
    """Work that waits, written with its subject in one transaction and deleted with the result in another.

    Beside the attempt, not in it: a claim rewrites this narrow row, not the answer and its indexes.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_next", "failed_at", "priority", "created_at"),)
    attempt_id: UUID = Field(primary_key=True)
    """Or the delivery's: the column is older than deliveries."""
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
    trace: str | None = None
    """Of what it is done for (`tracing.origin`)."""


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


class RecordingRow(Owned, table=True):
    """A spoken answer; its sound is in `recording_chunk`, for as long as it is kept."""

    __tablename__ = "recording"
    __table_args__ = (
        UniqueConstraint("session_id", "position", name="uq_recording_session_position"),
        Index("ix_recording_next", "state", "run_after"),
        Index("ix_recording_attempt_id", "attempt_id"),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="practice_session.id")
    position: int
    question_id: str
    state: str
    chunks: int
    """How many have arrived."""
    size: int
    """Bytes that have arrived."""
    heard: int
    """Chunks that were there when it was last listened to."""
    progress: str | None = Field(default=None, sa_type=Text)
    """What was heard so far, as JSON."""
    transcript: str | None = Field(default=None, sa_type=Text)
    failure: str | None = Field(default=None, sa_type=Text)
    tries: int
    lost: int
    """Workers that died over it, one after the other."""
    created_at: datetime = utc()
    run_after: datetime = utc()
    """When it is to be listened to."""
    worker: str | None = None
    """Who listens to it."""
    leased_until: datetime | None = utc(default=None)
    attempt_id: UUID | None = Field(default=None, foreign_key="attempt.id")
    trace: str | None = None
    """Of the request that ended it."""


class ChunkRow(Owned, table=True):
    """Part of a recording, as it came."""

    __tablename__ = "recording_chunk"
    recording_id: UUID = Field(primary_key=True, foreign_key="recording.id")
    number: int = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)


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


class AccountRow(Owned, table=True):
    """Somebody who can sign in; they own themselves."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_organisation", "organisation", "id"),)
    id: UUID = Field(primary_key=True)
    email: str | None = Field(default=None, unique=True)
    name: str
    role: str
    password: str | None = None
    """Hashed with Argon2id; null where somebody signs in by other ways only."""
    created_at: datetime = utc()
    disabled_at: datetime | None = utc(default=None)
    time_factor: float = Field(default=1, sa_column_kwargs={"server_default": "1"})


class IdentityRow(Owned, table=True):
    """Who an account is at a provider, or in the header of a proxy (provider `header`)."""

    __tablename__ = "identity"
    provider: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")


class FirstAdminRow(Owned, table=True):
    """At most one row: whoever adds it is the first admin, however many try at once."""

    __tablename__ = "first_admin"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    account_id: UUID = Field(foreign_key="account.id")
    at: datetime = utc()


class SignInRow(Owned, table=True):
    """A browser in which somebody is signed in."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_account_id", "account_id"), Index("ix_sign_in_expires_at", "expires_at"))
    digest: str = Field(primary_key=True)
    """SHA-256 (hex) of what its cookie holds."""
    account_id: UUID = Field(foreign_key="account.id")
    created_at: datetime = utc()
    expires_at: datetime = utc()


class SignInFlowRow(SQLModel, table=True):
    """A browser that was sent to a provider, and is expected back."""

    __tablename__ = "sign_in_flow"
    __table_args__ = (Index("ix_sign_in_flow_expires_at", "expires_at"),)
    digest: str = Field(primary_key=True)
    body: str = long_text()
    expires_at: datetime = utc()


class ApiTokenRow(Owned, table=True):
    """A credential for programs."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_account_id", "account_id"),)
    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    name: str
    begins: str
    digest: str = Field(unique=True)
    scopes: str
    """Names with blanks between them."""
    created_at: datetime = utc()
    expires_at: datetime = utc()
    last_used_at: datetime | None = utc(default=None)
    revoked_at: datetime | None = utc(default=None)


class InviteRow(Owned, table=True):
    """A link by which one person gets an account; its owner is who made it."""

    __tablename__ = "invite"
    __table_args__ = (Index("ix_invite_organisation", "organisation", "id"),)
    id: UUID = Field(primary_key=True)
    digest: str = Field(unique=True)
    email: str | None = None
    name: str | None = None
    """As whoever invited them wrote it; they may write it otherwise."""
    cohort_id: UUID | None = None
    """That they are put in when they come, if it is still there."""
    role: str
    created_at: datetime = utc()
    expires_at: datetime = utc()
    accepted_at: datetime | None = utc(default=None)


class ThrottleRow(SQLModel, table=True):
    """How often something was tried since a time. The key is a digest: it names nobody."""

    __tablename__ = "throttle"
    __table_args__ = (Index("ix_throttle_since", "since"),)
    key: str = Field(primary_key=True)
    count: int
    since: datetime = utc()


class AuditRow(Owned, table=True):
    """Append-only, by the database's own word. The owner is who did it."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_organisation", "organisation", "id"),)
    id: UUID = Field(primary_key=True)
    at: datetime = utc()
    action: str
    about: str | None = None
    detail: str | None = None


class PingRow(SQLModel, table=True):
    """One row, written to find out whether writing works."""

    __tablename__ = "ping"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = utc()
