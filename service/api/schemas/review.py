"""Reviews: the queue, every grade of an attempt, and what people change."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from service.api.schemas.attempts import EvidenceOut, GradeOut, RubricPoint
from service.domain.attempt import AttemptStatus
from service.domain.grade import VerdictLabel
from service.domain.review import MAX_NOTE, ReviewKind
from service.domain.rubric import CriterionName

Note = Annotated[str, Field(min_length=1, max_length=MAX_NOTE, examples=["You say it in other words; that counts."])]
PointName = Annotated[str, Field(pattern=r"^[A-Z][1-9][0-9]?$", examples=["M1"])]

Names = Annotated[dict[str, str], Field(examples=[{}])]
"""Names by id, of people who have an account; empty in blind mode."""


class DisputeIn(BaseModel, strict=True):
    """A candidate disagrees with what was found of a key point, or with a mistake. Send one of the two."""

    point: PointName | None = None
    mistake: PointName | None = Field(default=None, examples=[None])
    text: Annotated[str, Field(min_length=1, max_length=MAX_NOTE, examples=["My second sentence says so."])]


class VerdictIn(BaseModel, strict=True):
    """What a reviewer finds of a key point. The same label as before upholds it."""

    point: PointName
    label: VerdictLabel
    note: Note | None = None


class MistakeIn(BaseModel, strict=True):
    """Whether the answer asserts a mistake."""

    mistake: PointName = Field(examples=["X1"])
    asserted: bool
    note: Note | None = None


class OverrideIn(BaseModel, strict=True):
    """A reviewer's changes to an attempt's grade. What is not named stays; notes are shown to the candidate."""

    based_on: int = Field(ge=0, le=1_000_000, examples=[1])
    """Number of the grade that you changed; 0 where there is none yet, and then every key point has to be named."""
    verdicts: list[VerdictIn] = Field(default=[], max_length=100)
    mistakes: list[MistakeIn] = Field(default=[], max_length=100, examples=[[{"mistake": "X1", "asserted": False}]])
    note: Note


class CloseIn(BaseModel, strict=True):
    """The grade stands; the reply says why."""

    reply: Note


class ReviewOut(BaseModel):
    """Why a person should look at a grade: a candidate's dispute, or a machine's doubt; and what came of it."""

    id: UUID
    kind: ReviewKind
    attempt_id: UUID
    question_id: str
    title: str
    """Of the question."""
    candidate: str = Field(examples=["candidate 3f2a91c0"])
    """An id; in blind mode a pseudonym, always the same for the same person."""
    number: int
    """Of the grade that it is about."""
    point: str | None = Field(examples=["M1"])
    """A dispute's key point or mistake."""
    text: str
    created_at: datetime
    closed_at: datetime | None
    closed_by: str | None = Field(examples=["reviewer 91c03f2a"])
    """The reviewer, as `candidate`; null also where a later grade closed it."""
    reply: str | None


class ReviewPage(BaseModel):
    """One page; send `next_cursor` as `cursor` for the next."""

    items: list[ReviewOut]
    names: Names
    next_cursor: str | None


class CallOut(BaseModel):
    """One question put to a language model: what it took, and the reply as it came."""

    requested_model: str
    model: str
    digest: str
    """SHA-256 (hex) of all that was sent: the prompt."""
    reply: str
    """Empty once it is kept no longer."""
    request_id: str | None
    finish_reason: str | None
    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    seconds: float
    retries: int
    price: float | None
    price_date: str | None


class VerdictOut(BaseModel):
    """A verdict with how it came about."""

    point: str
    label: VerdictLabel
    evidence: list[EvidenceOut]
    confidence: float | None
    agreement: float | None
    """The share of a panel's members who said so."""
    raw: VerdictLabel | None
    """What the grader had said, where code changed the label."""
    changed: str | None = Field(examples=["not found"])
    """Why code changed it."""
    note: str | None


class GradeRecord(BaseModel):
    """A grade as it is stored, with all it takes to explain it. It never changes."""

    number: int
    created_at: datetime
    grader: str
    version: str
    person: str | None
    """The reviewer whose grade it is, an id or a pseudonym; null for a machine's."""
    note: str | None
    """What that person says to the candidate."""
    grade: GradeOut | None
    ungraded_reason: str | None
    verdicts: list[VerdictOut]
    doubts: list[str]
    calls: list[CallOut]


class MistakeToFind(BaseModel):
    """A mistake of the rubric, whether the answer asserts it or not."""

    id: str = Field(examples=["X1"])
    says: str
    correction: str
    caps: CriterionName


class ReviewedAttempt(BaseModel):
    """An attempt with every grade it has got, the first one first; the last one counts."""

    attempt_id: UUID
    candidate: str
    """An id; in blind mode a pseudonym."""
    names: Names
    status: AttemptStatus
    submitted_at: datetime
    question_id: str
    title: str
    prompt: str
    short_answer: str
    key_points: list[RubricPoint]
    """As the rubric had them when the answer was given."""
    mistakes: list[MistakeToFind]
    item_digest: str
    """SHA-256 (hex) of question and rubric as the attempt knew them."""
    answer: str | None
    """Null once it is kept no longer."""
    grades: list[GradeRecord]
    reviews: list[ReviewOut]


class RegradeOut(BaseModel):
    enqueued: bool
    """False where it waited to be graded again already."""
