"""Practice sessions: the plan, the clock, the open question, the report."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from service.api.schemas.attempts import ExcessOut
from service.api.schemas.bank import QuestionSummary
from service.domain.attempt import AttemptStatus
from service.domain.question import Frequency, Kind, Level
from service.domain.rubric import CriterionName
from service.domain.session import Mode, QuestionState, SessionState

Seconds = Annotated[int, Field(ge=10, le=7200)]


class PlanIn(BaseModel, strict=True):
    """What to practise. Filters combine; `question_ids` names the questions instead of drawing them."""

    topics: list[str] = Field(default=[], max_length=50, examples=[["inference"]])
    tags: list[str] = Field(default=[], max_length=50)
    levels: list[Level] = []
    kinds: list[Kind] = []
    frequency: Frequency | None = None
    count: int = Field(default=5, ge=1, le=50)
    """How many to draw; fewer are drawn where the filters leave fewer."""
    question_ids: list[str] | None = Field(default=None, min_length=1, max_length=50)
    mode: Mode = "practice"
    seconds_per_question: Seconds | None = None
    """Null: each question's suggested time."""
    untimed: bool = False
    """No limit for each question (practice mode only)."""
    total_seconds: Annotated[int, Field(ge=30, le=28800)] | None = None
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)
    """The same seed draws the same questions from the same bank."""


class SessionCreate(PlanIn, strict=True):
    """What to practise, and in how much time."""

    time_factor: float = Field(default=1, ge=1, le=4)
    """A person's extra time: every limit is multiplied by it."""


class SlotOut(BaseModel):
    """One question's place in a session. In strict mode it has no name before it is opened."""

    position: int
    """From 1."""
    state: QuestionState
    question_id: str | None
    title: str | None
    topic: str | None
    limit_seconds: float | None
    deadline: datetime | None
    remaining_seconds: float | None
    """Of an open question; negative in overtime. Stands still while the session is paused."""
    seconds_used: float
    extra_seconds: float
    hint_used: bool
    attempt_id: UUID | None
    attempt_status: AttemptStatus | None
    """`submitted` while it waits for its grade."""
    overall: float | None
    provisional: bool
    """True where that is of a grade to be replaced."""


class SessionOut(BaseModel):
    """A session by the server's clock: `now` is when it was read."""

    id: UUID
    title: str
    mode: Mode
    state: SessionState
    seed: int
    time_factor: float
    grace_seconds: float
    now: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline: datetime | None
    remaining_seconds: float | None
    questions: list[SlotOut]


class SessionSummary(BaseModel):
    """A row in the list of sessions."""

    id: UUID
    title: str
    mode: Mode
    state: SessionState
    created_at: datetime
    finished_at: datetime | None
    questions: int
    answered: int


class SessionPage(BaseModel):
    """One page, the newest first; send `next_cursor` as `cursor` for the next."""

    items: list[SessionSummary]
    next_cursor: str | None


class OpenQuestion(BaseModel):
    """The question that is being answered: its clock and its last saved draft."""

    slot: SlotOut
    question: QuestionSummary
    criteria: list[CriterionName]
    """What a strong answer covers."""
    draft: str
    revision: int
    """Send it as `If-Match: "<revision>"` with the next save."""
    hint: str | None
    """Null until it was asked for."""
    recording: UUID | None
    """The question's spoken answer, where one was begun."""


class DraftIn(BaseModel, strict=True):
    text: str = Field(examples=["The KV cache keeps keys and values of"])


class DraftOut(BaseModel):
    revision: int


class SubmitIn(BaseModel, strict=True):
    text: str = Field(examples=["The KV cache keeps the keys and values of past tokens in every layer."])
    recording: Annotated[UUID | None, Field(strict=False)] = None
    """The question's recording, where `text` is what you confirmed of its transcript."""


class ExtendIn(BaseModel, strict=True):
    seconds: int = Field(default=60, ge=10, le=1800)


class CriterionMean(BaseModel):
    """A dimension over the answered questions of a session; `mean` from 0 to 100."""

    name: CriterionName
    title: str
    mean: float
    questions: int


class ReportRow(BaseModel):
    position: int
    question_id: str | None
    title: str | None
    topic: str | None
    state: QuestionState
    overall: float | None
    provisional: bool
    """True where that is of a grade to be replaced."""
    excess: ExcessOut | None
    """Why it is less than the criteria come to; null where the answer is not too long."""
    change: float | None
    """Against the try before, on the same question."""
    criteria: dict[CriterionName, float]
    seconds_used: float
    limit_seconds: float | None
    hint_used: bool
    attempt_id: UUID | None
    attempt_status: AttemptStatus | None
    """`submitted` while it waits for its grade."""


class ReportOut(BaseModel):
    """How a session went. While an answer is `submitted`, the means are those so far."""

    session: SessionSummary
    strict_mean: float
    """Mean over all questions; one without a graded answer counts 0."""
    answered_mean: float | None
    """Mean over the graded answers alone; null when there is none."""
    answered: int
    seconds_used: float
    dimensions: list[CriterionMean]
    questions: list[ReportRow]
