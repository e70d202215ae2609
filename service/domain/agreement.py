"""How well a grader agrees with people: the statistics, and how sure they are.

Every figure follows from a `Tally`, and tallies add up, so a bootstrap only adds. It draws whole questions, as the
answers to one question are graded by the same cues and are no independent cases.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import NamedTuple, Protocol

from service.domain.grade import BANDS, VerdictLabel

FLOORS = sorted(floor for floor, _ in BANDS)
LOW = 20
"""Points that words without understanding have to stay below."""


class Labelled(Protocol):
    """As a `Verdict`."""

    @property
    def point(self) -> str: ...
    @property
    def label(self) -> VerdictLabel: ...


class Judged(Protocol):
    """As a `Grade`."""

    @property
    def overall(self) -> float: ...
    @property
    def verdicts(self) -> Sequence[Labelled]: ...


class Tally(NamedTuple):
    """Counts over some answers. Of key points, `met` is what is looked for: a partial verdict is not."""

    answers: int = 0
    hits: int = 0
    """Key points that both call met."""
    false: int = 0
    """... that only the grader calls met."""
    missed: int = 0
    """... that only people call met."""
    neither: int = 0
    """... that none of them does."""
    difference: float = 0
    """Sum of the grader's score less people's, in points of 100."""
    distance: float = 0
    """Sum of how far they are apart."""
    low: int = 0
    """Answers that the grader gives less than `LOW` points."""
    bands: tuple[int, ...] = (0,) * len(BANDS) ** 2
    """Answers by people's band and the grader's, in rows of the grader's, worst band first."""


def tally(people: Judged, grader: Judged) -> Tally:
    """One answer, as people and as the grader judged it."""
    ours = {verdict.point for verdict in people.verdicts if verdict.label == "met"}
    theirs = {verdict.point for verdict in grader.verdicts if verdict.label == "met"}
    return scores(people.overall, grader.overall)._replace(
        hits=len(ours & theirs),
        false=len(theirs - ours),
        missed=len(ours - theirs),
        neither=len(people.verdicts) - len(ours | theirs),
    )


def scores(people: float, grader: float) -> Tally:
    """One answer of which only the scores are known, from 0 to 100."""
    bands = [0] * len(BANDS) ** 2
    bands[_band(people) * len(BANDS) + _band(grader)] = 1
    difference = grader - people
    return Tally(answers=1, bands=tuple(bands), difference=difference, distance=abs(difference), low=grader < LOW)


def total(tallies: Iterable[Tally]) -> Tally:
    columns = [sum(column) for column in zip(*map(_flat, tallies), strict=True)]
    return _tally(columns) if columns else Tally()


def _flat(t: Tally) -> tuple[float, ...]:
    return (*t[:-1], *t.bands)


def _tally(columns: Sequence[float]) -> Tally:
    """The opposite of `_flat`."""
    rest = len(Tally._fields) - 1
    return Tally._make([*columns[:rest], tuple(columns[rest:])])


def _band(overall: float) -> int:
    return sum(overall >= floor for floor in FLOORS) - 1


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def precision(t: Tally) -> float | None:
    """Of the key points that the grader calls met, the share that people do."""
    return _ratio(t.hits, t.hits + t.false)


def recall(t: Tally) -> float | None:
    """Of the key points that people call met, the share that the grader does."""
    return _ratio(t.hits, t.hits + t.missed)


def f1(t: Tally) -> float | None:
    """Harmonic mean of precision and recall."""
    return _ratio(2 * t.hits, 2 * t.hits + t.false + t.missed)


def accuracy(t: Tally) -> float | None:
    """Of all key points, the share on which both say the same: met, or not."""
    return _ratio(t.hits + t.neither, t.hits + t.neither + t.false + t.missed)


def point_kappa(t: Tally) -> float | None:
    """The same beyond chance (Cohen 1960)."""
    return _beyond_chance([[t.neither, t.false], [t.missed, t.hits]])


def kappa(t: Tally) -> float | None:
    """Agreement on the band beyond chance, a distance counted by its square (Cohen 1968). None where chance decides."""
    size = len(BANDS)
    return _beyond_chance([t.bands[i * size : (i + 1) * size] for i in range(size)])


def _beyond_chance(rows: Sequence[Sequence[int]]) -> float | None:
    """Kappa of counts in rows of the grader's, weighted by squares; of two classes that is the plain one."""
    people, grader = [sum(row) for row in rows], [sum(column) for column in zip(*rows, strict=True)]
    cells = [(i, j) for i in range(len(rows)) for j in range(len(rows))]
    seen = sum((i - j) ** 2 * rows[i][j] for i, j in cells)
    expected = sum((i - j) ** 2 * people[i] * grader[j] for i, j in cells)
    return 1 - seen * sum(people) / expected if expected else None


def bias(t: Tally) -> float | None:
    """The grader's score less people's, on average: above 0 it is generous."""
    return _ratio(t.difference, t.answers)


def error(t: Tally) -> float | None:
    """How far the scores are apart, on average (mean absolute error)."""
    return _ratio(t.distance, t.answers)


def low(t: Tally) -> float | None:
    """The share of answers below `LOW` points."""
    return _ratio(t.low, t.answers)


Statistic = Callable[[Tally], float | None]
STATISTICS: Mapping[str, Statistic] = {
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "kappa": kappa,
    "bias": bias,
    "error": error,
}
EVERY: Mapping[str, Statistic] = {"accuracy": accuracy, "point kappa": point_kappa, **STATISTICS}


@dataclass(frozen=True)
class Estimate:
    """A figure and the middle 95 % of what other draws of questions would have shown; None where there is none."""

    value: float | None
    between: tuple[float, float] | None


def estimates(
    by_question: Sequence[Tally], resamples: int, seed: int, statistics: Mapping[str, Statistic] = STATISTICS
) -> dict[str, Estimate]:
    """Every statistic over questions with their tallies. The same seed gives the same intervals."""
    rng = random.Random(seed)  # noqa: S311  (repeatable, not secret)
    whole, rows = total(by_question), [_flat(t) for t in by_question]
    draws = [
        _tally(list(map(sum, zip(*rng.choices(rows, k=len(rows)), strict=True))))
        for _ in range(resamples if rows else 0)
    ]
    return {
        name: Estimate(statistic(whole), _middle([v for draw in draws if (v := statistic(draw)) is not None]))
        for name, statistic in statistics.items()
    }


def _middle(values: Sequence[float]) -> tuple[float, float] | None:
    if len(values) < 2:
        return None
    cuts = quantiles(values, n=40, method="inclusive")
    return cuts[0], cuts[-1]
