"""Topics and questions as a person sees them before answering."""

from pydantic import BaseModel, Field

from service.domain.question import Frequency, Kind, Level


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
    minutes: float
    """Suggested answering time."""
    tags: list[str]


class QuestionOut(QuestionSummary):
    """One question with its neighbours."""

    related: list[str]
    """Ids of related questions."""


class TopicDetail(TopicOut):
    """A topic with its questions."""

    items: list[QuestionSummary]


class QuestionPage(BaseModel):
    """One page; send `next_cursor` as `cursor` for the next. It is null on the last."""

    items: list[QuestionSummary]
    total: int
    """How many questions match, on all pages."""
    next_cursor: str | None
