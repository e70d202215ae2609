"""A question: what a person reads, and what they may read once they have answered."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from service.domain import Value

Level = Literal["screen", "mid", "senior"]
Frequency = Literal["very-common", "common"]
Kind = Literal["conceptual", "comparison", "design", "audience", "synthesis"]
Explanation = Literal["concept", "mechanism", "comparison", "system"]
"""What an answer has to explain: what something is, how it works, how two things differ, or how parts work together."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
WordLimit = Annotated[int, Field(ge=10, le=500)]
PointId = Annotated[str, StringConstraints(pattern=r"^[A-Z][1-9][0-9]?$")]


class Source(Value):
    """Where a fact comes from. Facts rest on primary sources; community ones show what is asked."""

    title: Text
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")] | None = None
    kind: Literal["primary", "community"] = "primary"


class FollowUp(Value):
    """What an interviewer asks next: a question of the bank (`slug`), or one with its own short answer."""

    slug: Slug | None = None
    question: Text | None = None
    short_answer: Text | None = None
    key_points: tuple[Text, ...] = ()
    """What a good answer to a question of its own says, two to four statements."""
    probes: tuple[PointId, ...] = ()
    """Ids of the key points that this follow-up gives a second chance at."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.slug is None) == (self.question is None):
            raise ValueError("a follow-up names either a slug of the bank or a question of its own")
        if (self.question is None) != (self.short_answer is None):
            raise ValueError("a follow-up with a question of its own has a short_answer, and only then")
        if self.key_points and self.question is None:
            raise ValueError("a question of the bank has its key points in its own rubric")
        return self


class Question(Value):
    """One question of the bank, with everything a person reads about it."""

    id: Slug
    topic: Slug
    title: Text
    prompt: Text
    """The question as an interviewer asks it."""
    level: Level
    frequency: Frequency
    kind: Kind
    explanation: Explanation | None = None
    """None only in a version stored before questions had it: the files have to give it."""
    minutes: Annotated[float, Field(gt=0, le=30)]
    """Suggested answering time, in minutes."""
    max_words: WordLimit | None = None
    """Longest answer, where brevity is asked for."""
    tags: tuple[Slug, ...] = ()
    concept: Slug
    """Questions that share a concept are variants: a session serves one of them. Defaults to the id."""
    hint: Text
    """Shown on demand while answering; its use is recorded."""
    glossary: dict[str, tuple[str, ...]] = {}
    """Term to its other names and spoken forms."""
    related: tuple[Slug, ...] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    as_of: Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")] | None = None
    """Month in which its statements were checked."""
    short_answer: Text
    """50 to 65 words that read well aloud."""
    model_answer: Text
    deeper_notes: Text
    follow_ups: tuple[FollowUp, ...] = ()


class Topic(Value):
    """A group of questions, with what to know before practising on it."""

    id: Slug
    title: Text
    blurb: Text
    order: int = 0
    key_concepts: Annotated[tuple[Text, ...], Field(min_length=1)]
    answer_template: Text
    """How a strong answer to a question of this topic is built, with blanks in [brackets]."""
    self_check: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Questions to answer without reading."""
    learning_path: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """Questions in the order to learn them: all of the topic's own, and those of others that they need."""
    related: tuple[Slug, ...] = ()
