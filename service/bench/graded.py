"""Graded sets: answers that people scored, as JSON Lines.

Fields: `question_id`, `question`, `answer`, `score` (0 to 1), and `criteria` (each with a `text` and a `label`, 0 to 1)
or `reference`. Others are left aside. Such sets have no rubric, so one is made: a key point for each criterion, or for
each sentence of the reference. Its cues are two words in a row of that, which is a poor cue: for graders that go by
cues, the figures say little.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from service.bench.lines import read_lines
from service.bench.samples import People, Sample
from service.domain.attempt import Answer
from service.domain.grade import VerdictLabel
from service.domain.question import Question, Source
from service.domain.rubric import CueGroup, Item, KeyPoint, Rubric
from service.errors import ConfigError, Invalid
from service.graders.lexicon import FUNCTION_WORDS
from service.graders.words import Word, read

MOST_POINTS = 99


class Criterion(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str = Field(min_length=1)
    label: float = Field(ge=0, le=1)


class Line(BaseModel):
    """A line of a set. `references` and `label` are for `viva bench asag`, which reads the same sets."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    question_id: str
    question: str = Field(min_length=1)
    answer: str
    score: float = Field(ge=0, le=1)
    reference: str = ""
    references: tuple[str, ...] = ()
    criteria: tuple[Criterion, ...] = Field(default=(), max_length=MOST_POINTS)
    label: str | None = None


def sets(path: Path) -> list[Path]:
    """The file, or all of a folder. Raises ConfigError."""
    found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not found:
        raise ConfigError(f"There is no *.jsonl in {path}.")
    return found


def answered(path: Path) -> Iterator[tuple[Line, Answer]]:
    """The lines of a set whose answer has words. Raises ConfigError."""
    for line in read_lines(path, Line):
        with suppress(Invalid):
            yield line, Answer.of(line.answer)


def read_set(path: Path) -> list[Sample]:
    """The answers of a set; those without words, and those to questions without a reference, are left out.

    Raises ConfigError.
    """
    return [sample for line, answer in answered(path) for sample in _samples(path, line, answer)]


def _samples(path: Path, line: Line, answer: Answer) -> Iterator[Sample]:
    said = tuple(criterion.text for criterion in line.criteria)
    item = _item(line.question_id, line.question, said or (line.reference,), bool(said))
    if item is None:
        return
    labels: dict[str, VerdictLabel] | None = None
    if said:
        labels = {
            point.id: "met" if c.label == 1 else "partial" if c.label else "missed"
            for point, c in zip(item.rubric.points(), line.criteria, strict=True)
        }
    yield Sample(path.stem, "", item, answer, People(100 * line.score, labels))


@lru_cache(maxsize=1024)
def _item(question_id: str, prompt: str, says: tuple[str, ...], whole: bool) -> Item | None:
    """An item with a key point for each of `says`, or for each of its sentences; None where they have no words."""
    parts = list(says) if whole else [s for text in says for s in _sentences(text)][:MOST_POINTS]
    points = tuple(
        KeyPoint(id=f"M{n}", says=part, why="It is in the reference.", ask="What else?", cues=_cues(part))
        for n, part in enumerate(parts, 1)
    )
    if not points:
        return None
    slug = f"set-{hashlib.sha256(question_id.encode()).hexdigest()[:16]}"
    text = " ".join(says)
    question = Question(
        id=slug, topic="sets", title=prompt[:80], prompt=prompt, level="mid", frequency="common", kind="conceptual",
        minutes=2, concept=slug, hint="None.", sources=(Source(title="A graded set"),), short_answer=text,
        model_answer=text, deeper_notes="None.",
    )  # fmt: skip
    return Item(question=question, rubric=Rubric(question_id=slug, scale="concept", criteria={"mechanism": points}))


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text that have content words."""
    words: list[Word] = []
    for word in read(text).words:
        words.append(word)
        if word.after in (".", "?"):
            yield from _spoken(text, words)
            words = []
    yield from _spoken(text, words)


def _spoken(text: str, words: Sequence[Word]) -> Iterator[str]:
    if any(word.text not in FUNCTION_WORDS for word in words):
        yield text[words[0].start : words[-1].end]


@lru_cache(maxsize=4096)
def _cues(text: str) -> tuple[CueGroup, ...]:
    content = [word.text for word in read(text).words if word.text not in FUNCTION_WORDS and word.text.isalnum()]
    return tuple(pairwise(content)) or (tuple(content or ["nothing"]),)
