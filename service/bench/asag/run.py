"""Grades the cases of a set, and what is compared with that: stems in common, and length."""

import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from service.bench.asag.attacks import ATTACKS, attacks
from service.bench.asag.sets import Case
from service.domain.attempt import Answer
from service.domain.grade import Evidence, Marking, Verdict, assess
from service.domain.rubric import Item
from service.graders import Grader
from service.graders.lexicon import FUNCTION_WORDS
from service.graders.words import read

FULL = 0.999
"""Score from which on an answer has full marks."""
LEAST_FULL = 3
"""Answers with full marks that a question needs for its attacks to be compared with them."""
_TEMPER = 5.0
"""What odds, as logarithm, are divided by, to be a credit again."""


@dataclass
class Graded:
    """A set as a grader sees it; lists have one entry for each case."""

    name: str
    cases: list[Case]
    scores: list[float] = field(default_factory=list)
    """From 0 to 1."""
    stems: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    points: list[tuple[float, bool, bool]] = field(default_factory=list)
    """Of each key point that people judged: the grader's credit, whether it calls it met, whether people do."""
    fooled: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By attack: questions where it is above the median answer with full marks, and questions."""
    ungraded: int = 0
    shown: list[str] = field(default_factory=list)
    """What the grader saw in each answer, for people to read."""
    seconds: float = 0
    """CPU."""
    words: int = 0


async def grade(name: str, cases: Sequence[Case], grader: Grader, seed: int, tell: Callable[[], None]) -> Graded:
    """`tell` is called after each answer."""
    found = Graded(name, [])
    for case in cases:
        started = time.process_time()
        judged = [await _judged(grader, item, case.answer) for item in case.items]
        found.seconds += time.process_time() - started
        tell()
        best = max((j for j in judged if j), key=lambda j: j.credit, default=None)
        if best is None:
            found.ungraded += 1
            continue
        found.cases.append(case)
        found.scores.append(best.credit)
        found.shown.append(best.shown)
        found.stems.append(max((recall(r, case.answer.text) for r in _references(case)), default=0.0))
        found.lengths.append(math.log1p(case.answer.words))
        found.words += case.answer.words
        found.points += [(credit(v), v.label == "met", p) for v, p in zip(best.verdicts, case.criteria, strict=False)]
    found.fooled = await _fooled(found, grader, random.Random(seed))  # noqa: S311  (repeatable, not secret)
    return found


@dataclass(frozen=True)
class _Judged:
    credit: float
    verdicts: tuple[Verdict, ...]
    shown: str


async def _judged(grader: Grader, item: Item, answer: Answer) -> _Judged | None:
    marking = await grader.mark(item, answer)
    if not isinstance(marking, Marking):
        return None
    verdicts = assess(marking, item.rubric, answer, grader.identity).verdicts
    weights = [point.weight for point in item.rubric.points()]
    total = sum(weight * credit(v) for weight, v in zip(weights, verdicts, strict=True))
    shown = "; ".join(f"{v.point} {v.label}: {_quoted(v.evidence)}" for v in verdicts if v.label != "missed")
    return _Judged(total / sum(weights), verdicts, shown)


def _quoted(evidence: Sequence[Evidence]) -> str:
    return " … ".join(e.quote for e in evidence)


def credit(verdict: Verdict) -> float:
    """What a verdict is worth, from 0 to 1: with a confidence, by the odds that the key point is met.

    The odds are tempered: as probabilities nearly all answers would be close to 0 or to 1.
    """
    if verdict.label == "partial":
        return 0.5
    bet = 1.0 if verdict.confidence is None else verdict.confidence
    met = bet if verdict.label == "met" else 1 - bet
    if met in (0.0, 1.0):
        return met
    return 1 / (1 + math.exp(-math.log(met / (1 - met)) / _TEMPER))


def _references(case: Case) -> list[str]:
    return list(case.references) or [" ".join(p.says for item in case.items for p in item.rubric.points())]


def recall(reference: str, answer: str) -> float:
    """The share of the reference's stems, grammar aside, that the answer has."""
    wanted = {word.stem for word in read(reference).words if word.text not in FUNCTION_WORDS}
    return len(wanted & {word.stem for word in read(answer).words}) / len(wanted) if wanted else 0.0


async def _fooled(found: Graded, grader: Grader, rng: random.Random) -> dict[str, tuple[int, int]]:
    full: dict[str, list[float]] = defaultdict(list)
    first: dict[str, Case] = {}
    for case, score in zip(found.cases, found.scores, strict=True):
        if case.references:
            first.setdefault(case.question, case)
            if case.score >= FULL:
                full[case.question].append(score)
    above, asked = dict.fromkeys(ATTACKS, 0), 0
    for question, scores in full.items():
        if len(scores) < LEAST_FULL:
            continue
        asked += 1
        case = first[question]
        for name, text in attacks(case.items[0].question.prompt, case.references[0], rng).items():
            judged = [await _judged(grader, item, Answer(text=text)) for item in case.items]
            above[name] += max((j.credit for j in judged if j), default=0.0) > median(scores)
    return {name: (count, asked) for name, count in above.items()} if asked else {}
