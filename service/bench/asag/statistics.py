"""Agreement of two scores: correlations with paired bootstraps by question, kappa, error, and ranking.

Arrays have one entry for each answer. `question` numbers its question from 0.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
LEAST_ANSWERS = 8
"""Of a question that counts for the correlation within questions."""
LEVELS = 5
"""Of scores, for kappa."""


@dataclass(frozen=True)
class Correlation:
    """Pearson's r over all answers, and its mean over questions; with the middle 95 % of draws of questions."""

    pooled: float
    within: float
    pooled_between: tuple[float, float]
    within_between: tuple[float, float]


class Drawn:
    """Correlations of one set of answers, over the questions as they are and as they were drawn again."""

    def __init__(self, question: npt.NDArray[np.int64], people: Numbers, draws: int, seed: int) -> None:
        self._question, self._people = question, people
        self._count = int(question.max()) + 1
        rng = np.random.default_rng(seed)
        drawn = rng.integers(self._count, size=(draws, self._count))
        self._times = np.stack([np.bincount(row, minlength=self._count) for row in drawn]).astype(float)

    def correlations(self, scores: Numbers) -> tuple[Numbers, Numbers]:
        """Pooled and within questions: the figure itself first, then one for each draw."""
        x, y = scores, self._people
        sums = np.stack([self._sums(v) for v in (np.ones_like(x), x, y, x * x, y * y, x * y)], axis=1)
        times = np.vstack([np.ones(self._count), self._times])
        own = _pearson(sums)
        counted = (sums[:, 0] >= LEAST_ANSWERS) & (sums[:, 4] * sums[:, 0] - sums[:, 2] ** 2 > 1e-9)
        weights = times * counted
        with np.errstate(invalid="ignore", divide="ignore"):
            return _pearson(times @ sums), (weights @ own) / weights.sum(axis=1)

    def _sums(self, values: Numbers) -> Numbers:
        return np.asarray(np.bincount(self._question, values, self._count), dtype=np.float64)


def _pearson(sums: Numbers) -> Numbers:
    """Rows of n and the sums of x, y, xx, yy, xy; 0 where one of both does not vary."""
    n, x, y, xx, yy, xy = sums.T
    spread = (n * xx - x * x) * (n * yy - y * y)
    return np.where(spread > 1e-12, (n * xy - x * y) / np.sqrt(np.maximum(spread, 1e-12)), 0.0)


def middle(draws: Numbers) -> tuple[float, float]:
    """The middle 95 %."""
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return float(low), float(high)


def rmse(people: Numbers, grader: Numbers) -> float:
    return float(np.sqrt(np.mean((people - grader) ** 2)))


def kappa(people: Numbers, grader: Numbers, levels: int = LEVELS) -> float:
    """Cohen's, a distance counted by its square, of scores from 0 to 1 rounded to so many levels."""
    a, b = (np.rint(v * (levels - 1)).astype(int) for v in (people, grader))
    seen = np.mean((a - b) ** 2)
    chance = np.mean((a[:, None] - np.arange(levels)[None, :]) ** 2, axis=0) @ np.bincount(b, minlength=levels) / len(b)
    return float(1 - seen / chance) if chance else 1.0


def auc(higher: Numbers, lower: Numbers) -> float:
    """How often one of `higher` is above one of `lower`; a tie counts half."""
    order = np.sort(lower)
    below = np.searchsorted(order, higher, "left") + np.searchsorted(order, higher, "right")
    return float(below.mean() / (2 * len(lower)))
