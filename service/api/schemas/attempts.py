"""Attempts, their grades, and what may be read once an answer was handed in."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from service.api.schemas.bank import QuestionSummary
from service.domain.attempt import AttemptStatus, Source
from service.domain.grade import VerdictLabel
from service.domain.rubric import CriterionName, Rubric


class EvidenceOut(BaseModel):
    """Words of the answer: `quote` is `text[start:end]`, counted in Unicode code points."""

    start: int
    end: int
    quote: str


class PointOut(BaseModel):
    """A key point of the rubric and what the grader found of it."""

    id: str = Field(examples=["M1"])
    says: str
    why: str
    weight: int
    label: VerdictLabel
    evidence: list[EvidenceOut]
    note: str | None
    """What a person says of this verdict."""


class CriterionOut(BaseModel):
    """One dimension of the grade."""

    name: CriterionName
    title: str = Field(examples=["Why it matters"])
    score: float = Field(examples=[66.7])
    """0 to 100."""
    capped: bool
    """True where an asserted mistake limits it."""
    points: list[PointOut]


class MistakeOut(BaseModel):
    """A misconception that the answer asserts."""

    id: str
    says: str
    correction: str
    caps: CriterionName
    evidence: list[EvidenceOut]
    """Empty where a person found it."""
    note: str | None
    """What that person says of it."""


class QuantityOut(BaseModel):
    """A number that the answer states."""

    id: str
    says: str
    right: bool
    expected: str = Field(examples=["131072 B"])
    evidence: list[EvidenceOut]


class LiftOut(BaseModel):
    """A key point that would raise the score, and by how much."""

    point: str
    criterion: CriterionName
    says: str
    why: str
    gain: float


class GraderOut(BaseModel):
    name: str = Field(examples=["keyword"])
    """`person` where a person graded."""
    version: str = Field(examples=["1"])
    models: list[str] = Field(examples=[["qwen2.5-7b-instruct"]])
    """The language models that were asked."""


class ExcessOut(BaseModel):
    """An answer of more words than were asked for: the score is `limit / words` of what it would have been."""

    words: int
    limit: int
    otherwise: float
    """What it would have earned within the limit."""


class UsageOut(BaseModel):
    """What asking language models for a grade took."""

    models: list[str] = Field(examples=[["qwen2.5-7b-instruct"]])
    """As they name themselves."""
    prompt_tokens: int
    cached_tokens: int
    """Of the prompt's, those that the server had read before."""
    completion_tokens: int
    seconds: float
    """Of waiting for them, one after the other."""
    price: float | None
    """In the currency that the operator counts in; null where no prices are configured."""
    reused: bool
    """True where an equal answer had been graded before: then all of these are zero."""


class GradeOut(BaseModel):
    """A grade with the words that earned it."""

    grader: GraderOut
    rubric_digest: str
    overall: float = Field(examples=[78.0])
    """0 to 100."""
    excess: ExcessOut | None
    """Why that is less than the criteria come to; null where the answer is not too long."""
    band: str = Field(examples=["Solid"])
    criteria: list[CriterionOut]
    mistakes: list[MistakeOut]
    quantities: list[QuantityOut]
    lifts: list[LiftOut]
    """What would lift this most: at most three."""
    follow_up: str | None
    """What an interviewer would ask next."""
    feedback: str | None
    """A few sentences on the answer, where the grader writes some."""
    provisional: str | None
    """Why another grade is to replace this one; null where it is final."""
    usage: UsageOut | None
    """Null where no language model was asked."""
    note: str | None
    """What the person who graded says; null for a machine's grade."""


class ProseNode(BaseModel):
    """An element of rendered Markdown; `tag` is one of a fixed list of harmless ones (MathML included)."""

    tag: str
    attrs: dict[str, str] = {}
    children: list["ProseNode | str"] = []


class Prose(BaseModel):
    """A text as Markdown, and as a tree to build a page from without parsing HTML."""

    markdown: str
    tree: list[ProseNode | str]


class FollowUpOut(BaseModel):
    """What an interviewer may ask next: of the bank (`question_id`), or with its own short answer."""

    question: str
    question_id: str | None
    short_answer: str | None
    key_points: list[str]


class SourceOut(BaseModel):
    title: str
    url: str | None
    kind: Literal["primary", "community"]


class RubricPoint(BaseModel):
    id: str
    criterion: CriterionName
    says: str
    why: str


class NumberOut(BaseModel):
    says: str
    value: float
    unit: str
    formula: str | None
    source: str | None
    status: Literal["verified", "contested", "unsourced"]


class Pitfall(BaseModel):
    says: str
    correction: str


class Review(BaseModel):
    """Model answer, notes and rubric: never sent before the answer was handed in or revealed."""

    question: QuestionSummary
    short_answer: str
    model_answer: Prose
    deeper_notes: Prose
    key_points: list[RubricPoint]
    pitfalls: list[Pitfall]
    numbers: list[NumberOut]
    follow_ups: list[FollowUpOut]
    related: list[QuestionSummary]
    sources: list[SourceOut]
    glossary: dict[str, list[str]]
    as_of: str | None


class Previous(BaseModel):
    """The try before this one on the same question."""

    attempt_id: UUID
    overall: float
    change: float
    """This try's score less the earlier one's."""


class AttemptSummary(BaseModel):
    """A row of the history."""

    id: UUID
    session_id: UUID | None
    position: int | None
    question_id: str
    title: str
    topic: str
    status: AttemptStatus
    timed_out: bool
    submitted_at: datetime
    seconds_used: float
    overall: float | None
    """Null while there is no grade."""
    provisional: bool
    """True where that is of a grade to be replaced."""


class AttemptPage(BaseModel):
    """One page, the newest first; send `next_cursor` as `cursor` for the next."""

    items: list[AttemptSummary]
    next_cursor: str | None


class DisputeOut(BaseModel):
    """A candidate's objection to a verdict, and what came of it."""

    id: UUID
    point: str = Field(examples=["M1"])
    """Key point or mistake."""
    text: str
    number: int
    """Of the grade that it is about."""
    created_at: datetime
    closed_at: datetime | None
    """Null while it waits for a person."""
    reply: str | None
    """What the person says."""


class AttemptOut(AttemptSummary):
    """One attempt with its grade and its review."""

    answer: str | None
    """Null once it is kept no longer."""
    removed_at: datetime | None
    """When it was removed; with it went the quotes of its grade."""
    source: Source
    """`spoken`: the answer is what the person confirmed of a transcript."""
    words: int
    grade: GradeOut | None
    ungraded_reason: str | None
    """Why there is no grade, where the grader could not decide."""
    previous: Previous | None
    disputes: list[DisputeOut]
    """The oldest first."""
    review: Review


class StandingOut(BaseModel):
    """How far the grading of an attempt has come: what an event tells."""

    status: AttemptStatus
    grades: int
    """How many grades it has got; the last one counts."""


class VerdictOut(BaseModel):
    """What a model says of a key point while it writes. It may yet be taken back."""

    point: str
    label: VerdictLabel


class FeedbackOut(BaseModel):
    """A few sentences on the answer, before its grade is there."""

    text: str


class SetbackOut(BaseModel):
    """Why a try at the final grade came to nothing. There will be another."""

    reason: str


class GradeRequest(BaseModel):
    """Grade without storing anything: a question of the bank, or a rubric of your own."""

    question_id: str | None = Field(default=None, examples=["kv-cache"])
    rubric: Rubric | None = None
    answer: str = Field(
        examples=["The cache keeps each layer's keys and values, so past tokens are not computed again."]
    )


class GradeResponse(BaseModel):
    """The grade, or why there is none."""

    grade: GradeOut | None
    ungraded_reason: str | None
