"""What graders are measured on: the bank's anchors, and a choice among answers that is the same every time."""

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from service.bank import Bank
from service.bench.anchors import by_people
from service.domain.attempt import Answer
from service.domain.grade import VerdictLabel
from service.domain.rubric import Anchor, Item

HELD_OUT, SEEN, ATTACKS, CONTROLS, BASES = "anchors, held out", "anchors, seen", "attacks", "controls", "bases"
Half = Literal["held out", "seen", "all"]


@dataclass(frozen=True)
class People:
    """What people said of an answer."""

    score: float
    """From 0 to 100."""
    labels: Mapping[str, VerdictLabel] | None = None
    """Of every key point; None where only the score is known."""
    mistakes: frozenset[str] | None = None


@dataclass(frozen=True)
class Sample:
    """An answer to be graded."""

    section: str
    """Where it comes from: the sections are measured apart."""
    kind: str
    """An anchor's kind, an attack's id."""
    item: Item
    answer: Answer
    people: People | None = None
    base: "Sample | None" = None
    """The same answer without the attack. None where nothing should be earned."""
    allowed: float = 0
    """Points of 100 that an attack may gain, or that an honest answer which looks like one may lose."""

    @property
    def id(self) -> str:
        """Changes with the question, the rubric or the answer."""
        content = f"{self.item.digest}\n{self.answer.source}\n{self.answer.text}"
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def anchors(bank: Bank, questions: Sequence[str], half: Half) -> list[Sample]:
    """The anchors of all questions, or of those named. Raises NotFound."""
    items = [bank.item(question) for question in questions] or list(bank.items.values())
    return [
        _anchor(item, anchor)
        for item in items
        for anchor in item.rubric.anchors
        if half == "all" or anchor.held_out is (half == "held out")
    ]


def _anchor(item: Item, anchor: Anchor) -> Sample:
    found = by_people(anchor, item.rubric)
    labels: dict[str, VerdictLabel] = {verdict.point: verdict.label for verdict in found.verdicts}
    people = People(found.overall, labels, frozenset(finding.mistake for finding in found.mistakes))
    section = HELD_OUT if anchor.held_out else SEEN
    source: Literal["typed", "spoken"] = "spoken" if anchor.kind == "spoken" else "typed"
    return Sample(section, anchor.kind, item, Answer(text=anchor.answer, source=source), people)


def chosen(samples: Sequence[Sample], limit: int | None, seed: int) -> list[Sample]:
    """At most `limit` of them, as many of each kind and as many questions as there can be."""
    if limit is None or limit >= len(samples):
        return list(samples)
    rng = random.Random(seed)  # noqa: S311  (repeatable, not secret)
    left: dict[str, list[Sample]] = defaultdict(list)
    for sample in rng.sample(samples, len(samples)):
        left[sample.kind].append(sample)
    asked: Counter[str] = Counter()
    out: list[Sample] = []
    while len(out) < limit:
        for kind in [kind for kind in left if left[kind]][: limit - len(out)]:
            best = min(left[kind], key=lambda sample: asked[sample.item.id])
            left[kind].remove(best)
            asked[best.item.id] += 1
            out.append(best)
    return out


def in_turn(sections: Iterable[Sequence[Sample]]) -> Iterator[Sample]:
    """One of each section after the other, so that whoever stops early has some of each."""
    for some in zip_longest(*sections):
        yield from (sample for sample in some if sample is not None)
