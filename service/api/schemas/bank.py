"""Topics and questions as a person sees them before answering."""

from uuid import UUID

from pydantic import BaseModel, Field

from service.domain.question import Explanation, Frequency, Kind, Level


class TopicOut(BaseModel):
    """A topic with its counts."""

    id: str = Field(examples=["inference"])
    title: str = Field(examples=["Inference"])
    blurb: str
    key_concepts: list[str]
    related: list[str]
    """Ids of related topics."""
    questions: int
    levels: dict[Level, int]
    """How many questions there are of each level."""


class TopicsOut(BaseModel):
    topics: list[TopicOut]


class QuestionSummary(BaseModel):
    """A question without anything that would give its answer away."""

    id: str = Field(examples=["kv-cache"])
    topic: str = Field(examples=["inference"])
    topic_title: str = Field(examples=["Inference"])
    title: str
    prompt: str
    level: Level
    frequency: Frequency
    kind: Kind
    explanation: Explanation | None
    """What it asks to explain; null only for a version older than that was known."""
    minutes: float
    """Suggested answering time."""
    max_words: int | None
    """Longest answer; one that is longer loses points."""
    tags: list[str]


class QuestionOut(QuestionSummary):
    """One question with its neighbours."""

    related: list[str]
    """Ids of related questions."""
    as_of: str | None = Field(examples=["2026-11"])
    """Month in which its statements were checked."""


class TopicDetail(TopicOut):
    """A topic with its questions, and what to know before practising on it."""

    answer_template: str
    """How a strong answer to a question of this topic is built, with blanks in [brackets]."""
    self_check: list[str]
    """Questions to answer without reading."""
    items: list[QuestionSummary]


class PathStep(BaseModel):
    """A question on a learning path, and what you have made of it."""

    question: QuestionSummary
    tries: int
    best: float | None
    """Your best score, 0 to 100; null while there is no grade."""
    last: float | None
    """The score of your last graded try."""
    attempt_id: UUID | None
    """Your last try."""


class LearningPath(BaseModel):
    """A topic's questions in the order to learn them."""

    steps: list[PathStep]


class QuestionPage(BaseModel):
    """One page; send `next_cursor` as `cursor` for the next. It is null on the last."""

    items: list[QuestionSummary]
    total: int
    """How many questions match, on all pages."""
    explanations: dict[Explanation, int]
    """How many of each kind of explanation match all other filters."""
    next_cursor: str | None
