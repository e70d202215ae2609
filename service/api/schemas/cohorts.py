"""Cohorts, assignments, and what is assigned to oneself."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from service.api.schemas.sessions import PlanIn
from service.domain.cohort import MAX_ATTEMPTS, Window
from service.domain.identity import MAX_NAME
from service.domain.session import Mode, SessionState

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Between these any time can be reckoned with, in any zone."""
EXAMPLES = ["2026-11-02T09:00:00Z", "2026-11-30T18:00:00+01:00"]


def _moment(value: object) -> object:
    """A number would do for pydantic, but not for the schema."""
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError("A time is written as 2026-11-02T09:00:00Z.")
    return value


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("A time needs its zone: write it as 2026-11-02T09:00:00Z.")
    if not FIRST <= value < LAST:
        raise ValueError("This time is too far away.")
    return value.astimezone(UTC)


Title = Annotated[str, Field(min_length=1, max_length=MAX_NAME, examples=["Autumn 2026"])]
Moment = Annotated[
    datetime,
    Field(strict=False),
    BeforeValidator(_moment),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": EXAMPLES}),
]


class CohortIn(BaseModel, strict=True):
    name: Title


class CohortOut(BaseModel):
    id: UUID
    name: str
    created_at: datetime


class CohortPage(BaseModel):
    items: list[CohortOut]
    next_cursor: str | None


class MemberOut(BaseModel):
    """Somebody in a cohort, or who could be."""

    id: UUID
    name: str
    email: str | None
    time_factor: float
    disabled: bool
    """Whether they cannot sign in at the moment."""


class MemberPage(BaseModel):
    items: list[MemberOut]
    next_cursor: str | None


class AssignmentIn(BaseModel, strict=True):
    """A session for everybody in a cohort. Its questions are drawn once: all are asked the same."""

    title: Title
    plan: PlanIn = PlanIn()
    opens_at: Moment
    closes_at: Moment
    """Sessions begin before it; a strict one ends with it at the latest."""
    attempts: int = Field(default=1, ge=1, le=MAX_ATTEMPTS)
    """Sessions that each person may begin."""


class AssignmentOut(BaseModel):
    id: UUID
    cohort_id: UUID
    title: str
    plan: PlanIn
    """With its seed."""
    questions: list[str]
    """Ids of those that were drawn."""
    opens_at: datetime
    closes_at: datetime
    window: Window
    attempts: int
    created_at: datetime


class CohortDetail(CohortOut):
    members: list[MemberOut]
    assignments: list[AssignmentOut]
    """The newest first."""


class BegunOut(BaseModel):
    """A session that was begun from an assignment."""

    id: UUID
    state: SessionState
    created_at: datetime
    finished_at: datetime | None
    answered: int
    score: float | None
    """Mean over all its questions so far, those without a grade as 0; null before the first grade."""


class StandOut(BaseModel):
    """Where somebody stands."""

    person_id: str
    name: str
    member: bool
    """Whether they are in the cohort still."""
    begun: int
    """Sessions, those too that are no longer kept."""
    sessions: list[BegunOut]


class StandingOut(BaseModel):
    """Everybody in the cohort, and who else has begun."""

    assignment: AssignmentOut
    people: list[StandOut]


class AssignedOut(BaseModel):
    """What is assigned to you. The limits are yours, with your time factor."""

    id: UUID
    title: str
    cohort: str
    mode: Mode
    questions: int
    total_seconds: float | None
    seconds_per_question: float | None
    """Null: each question's suggested time, or none where the session has no limits."""
    time_factor: float
    opens_at: datetime
    closes_at: datetime
    window: Window
    attempts: int
    attempts_left: int
    sessions: list[BegunOut]


class AssignedPage(BaseModel):
    """The newest first."""

    items: list[AssignedOut]
    next_cursor: str | None
