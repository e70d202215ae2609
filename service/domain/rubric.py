"""A rubric: what a grader checks in an answer, and anchors that show how.

Criteria are the four dimensions of a good explanation. Each holds key points; mistakes and
quantities stand beside them. `cues` serve the keyword grader; docs/writing-questions.md has
their grammar.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from service.domain import Value
from service.domain.question import PointId, Question, Slug, Text, WordLimit

CriterionName = Literal["mechanism", "why_it_matters", "tradeoffs", "common_mistakes"]
CRITERIA: tuple[CriterionName, ...] = ("mechanism", "why_it_matters", "tradeoffs", "common_mistakes")

Scale = Literal["concept", "comparison", "design"]
SCALES: dict[Scale, dict[CriterionName, int]] = {
    "concept": {"mechanism": 40, "why_it_matters": 25, "tradeoffs": 20, "common_mistakes": 15},
    "comparison": {"mechanism": 35, "why_it_matters": 20, "tradeoffs": 30, "common_mistakes": 15},
    "design": {"mechanism": 30, "why_it_matters": 15, "tradeoffs": 35, "common_mistakes": 20},
}
"""Weight of each criterion in the overall score; a criterion that a rubric leaves out gives its weight to the rest."""

CueGroup = Annotated[tuple[Text, ...], Field(min_length=1)]
"""Terms that have to stand together in one clause."""
Weight = Annotated[int, Field(ge=1, le=3)]
Paraphrases = Annotated[tuple[Text, ...], Field(exclude_if=lambda said: not said)]
"""Other ways of saying the same, for graders that compare meanings. None leave a rubric's digest as it was before
there were any."""


class KeyPoint(Value):
    """One scoring point: something that a good answer says."""

    id: PointId
    says: Text
    why: Text
    """Why an interviewer wants to hear it; shown when it was missed."""
    ask: Text
    """The question an interviewer asks to draw it out."""
    weight: Weight = 1
    paraphrases: Paraphrases = ()
    cues: Annotated[tuple[CueGroup, ...], Field(min_length=1)]


class Mistake(Value):
    """A misconception: asserting it caps one criterion."""

    id: PointId
    says: Text
    correction: Text
    caps: CriterionName
    weight: Weight = 1
    paraphrases: Paraphrases = ()
    cues: Annotated[tuple[CueGroup, ...], Field(min_length=1)]


class Quantity(Value):
    """A number worth knowing. Only a verified one may affect a score."""

    id: PointId
    says: Text
    value: float
    unit: str
    """B, KB, KiB, MB, MiB, GB, GiB, TB, TiB, FLOP, GFLOP, TFLOP, FLOP/B, B/s, GB/s, TB/s, x, %, tokens, parameters,
    or any other word, which then has to stand in the answer. `B/token` and the like count as their numerator."""
    tolerance: Annotated[float, Field(ge=0, le=0.5)] = 0.03
    """Relative: 0.03 accepts 3 % either way."""
    formula: str | None = None
    """Arithmetic that gives `value`, recomputed by `viva bank check`."""
    source: Text | None = None
    status: Literal["verified", "contested", "unsourced"]
    as_of: str | None = None
    point: PointId | None = None
    """A wrong statement of a verified quantity leaves this key point at partial."""
    cues: Annotated[tuple[CueGroup, ...], Field(min_length=1)]
    """What has to stand in the clause for a number there to be about this quantity."""


AnchorKind = Literal[
    "excellent", "good", "partial", "terse", "rambling", "spoken", "wrong", "vague", "off-topic",
    "gibberish", "keywords", "negated", "better",
]  # fmt: skip


class Anchor(Value):
    """An answer with the verdicts that people gave it; an id that is absent was missed."""

    kind: AnchorKind
    answer: str
    verdicts: dict[PointId, Literal["met", "partial"]] = {}
    mistakes: tuple[PointId, ...] = ()
    quantities: dict[PointId, Literal["right", "wrong"]] = {}
    held_out: bool = False
    """Never used to write cues."""


class Rubric(Value):
    """How answers to one question are judged."""

    question_id: Slug = "inline"
    scale: Scale
    criteria: dict[CriterionName, Annotated[tuple[KeyPoint, ...], Field(min_length=1)]]
    mistakes: tuple[Mistake, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    max_words: WordLimit | None = None
    """The question's, as the score depends on it."""

    @model_validator(mode="after")
    def _ids_hold(self) -> Self:
        ids = [p.id for p in self.points()] + [m.id for m in self.mistakes] + [q.id for q in self.quantities]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"ids used twice: {', '.join(twice)}")
        points = {point.id for point in self.points()}
        if not points:
            raise ValueError("a rubric needs at least one key point")
        mistakes, quantities = {m.id for m in self.mistakes}, {q.id for q in self.quantities}
        known = {"verdicts": points, "mistakes": mistakes, "quantities": quantities}
        for number, anchor in enumerate(self.anchors, 1):
            for field, allowed in known.items():
                if unknown := sorted(set(getattr(anchor, field)) - allowed):
                    raise ValueError(f"anchor {number} names unknown {field}: {', '.join(unknown)}")
        for quantity in self.quantities:
            if quantity.point is not None and quantity.point not in points:
                raise ValueError(f"quantity {quantity.id} names unknown key point {quantity.point}")
        for mistake in self.mistakes:
            if mistake.caps not in self.criteria:
                raise ValueError(f"mistake {mistake.id} caps {mistake.caps}, which this rubric does not have")
        return self

    def points(self) -> Iterator[KeyPoint]:
        """All key points, in the order of `CRITERIA`."""
        for name in CRITERIA:
            yield from self.criteria.get(name, ())

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of all that grading depends on: anchors show a rubric at work, they do not change it."""
        return _digest(self.model_dump(mode="json", exclude={"anchors"}))


class Item(Value):
    """A question and its rubric: what the field calls an item."""

    question: Question
    rubric: Rubric

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.question.max_words != self.rubric.max_words:
            raise ValueError("question and rubric differ in max_words")
        return self

    @property
    def id(self) -> str:
        return self.question.id

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of question and rubric together, without the anchors."""
        return _digest(self.model_dump(mode="json", exclude={"rubric": {"anchors"}}))


def _digest(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
