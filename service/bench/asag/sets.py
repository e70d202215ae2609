"""Sets of answers that people scored (`bench/graded.py` reads them), with rubrics for the references they have instead.

Fields: `question_id`, `question`, `answer`, `score` (0 to 1), and `reference`, `references` or `criteria` (each with a
`text` and a `label`, 0 or 1); `label` may say that an answer is `correct` or `contradictory`. Others are left aside.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from service.bench.asag.parts import Part, parts
from service.bench.graded import MOST_POINTS, Line, answered
from service.domain.attempt import Answer
from service.domain.question import Question, Source
from service.domain.rubric import Item, KeyPoint, Rubric
from service.graders.lexicon import FUNCTION_WORDS
from service.graders.words import read


@dataclass(frozen=True)
class Case:
    """An answer with what people say of it."""

    question: str
    """Id."""
    items: tuple[Item, ...]
    """One for each reference: the best of them counts."""
    references: tuple[str, ...]
    answer: Answer
    score: float
    label: str | None = None
    criteria: tuple[bool, ...] = ()
    """Whether people find each key point of the one item."""


def cases(path: Path) -> list[Case]:
    """The answers of a set; those without words or reference are left out. Raises ConfigError."""
    return [case for line, answer in answered(path) for case in _case(line, answer)]


def _case(line: Line, answer: Answer) -> Iterator[Case]:
    if line.criteria:
        says = tuple(Part(c.text, 1) for c in line.criteria)
        labels = tuple(c.label >= 0.5 for c in line.criteria)
        yield Case(line.question_id, (item(line.question, says),), (), answer, line.score, line.label, labels)
        return
    references = tuple(r for r in line.references or (line.reference,) if any(parts(r)))
    if references:
        items = tuple(item(line.question, tuple(parts(r))[:MOST_POINTS]) for r in references)
        yield Case(line.question_id, items, references, answer, line.score, line.label)


@lru_cache(maxsize=4096)
def item(prompt: str, says: tuple[Part, ...]) -> Item:
    """A question with a key point for each part of a reference. Its cues are all content words of the part."""
    points = tuple(
        KeyPoint(
            id=f"M{number}",
            says=part.text,
            why="It is in the reference.",
            ask="What else?",
            weight=part.weight,
            cues=(_cues(part.text),),
        )
        for number, part in enumerate(says, 1)
    )
    text = " ".join(part.text for part in says)
    slug = f"set-{hashlib.sha256((prompt + text).encode()).hexdigest()[:16]}"
    question = Question(
        id=slug, topic="sets", title=prompt[:80], prompt=prompt, level="mid", frequency="common", kind="conceptual",
        minutes=2, concept=slug, hint="None.", sources=(Source(title="A graded set"),), short_answer=text,
        model_answer=text, deeper_notes="None.",
    )  # fmt: skip
    return Item(question=question, rubric=Rubric(question_id=slug, scale="concept", criteria={"mechanism": points}))


def _cues(text: str) -> tuple[str, ...]:
    words = [word.text for word in read(text).words]
    content = [text for text in words if text not in FUNCTION_WORDS and text.isalnum()]
    return tuple(dict.fromkeys(content)) or ("nothing",)
