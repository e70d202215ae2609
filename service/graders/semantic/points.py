"""What the statements of a key point, or of a mistake, show together: one statement alone may be near by chance."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np

from service.graders.semantic.alike import Matrix, Place
from service.graders.semantic.comparison import Comparison
from service.graders.semantic.page import Page
from service.graders.semantic.parameters import (
    BEST,
    CLOSE,
    DISTINCT,
    LITERAL,
    MATTER,
    MISTAKE_CLOSE,
    MISTAKE_DENIED,
    MISTAKE_TRUTH,
    RATHER,
    RIVAL,
    RIVALRY,
    UNDENIED,
    USUAL,
    WHOLE,
    WRONG,
)


class Found(NamedTuple):
    evidence: float
    """How surely: about 0 where nothing is like it, 1 and more where all is said in its own words."""
    clauses: Place


class Points:
    """A page beside one answer."""

    def __init__(self, page: Page, comparison: Comparison) -> None:
        self._page, self._comparison = page, comparison
        numbers = list(page.points.values())
        best = np.stack([comparison.within[list(own)].max(axis=0) for own in numbers])
        self._best = dict(zip(page.points, best, strict=True))
        self._distinct = dict(zip(page.points, _distinct(best), strict=True))
        truths = [number for own in numbers for number in own]
        told: Matrix = page.told @ comparison.meanings
        near = np.maximum(comparison.near[truths].max(axis=0), told.max(axis=0))
        self._mistakes = {id_: self._mistaken(id_, best.max(axis=0), near) for id_ in page.mistakes}
        """By place, how surely it says each mistake."""
        self._wrong = self._share_mistaken()
        self._whole = comparison.whole(page.whole)

    def point(self, id_: str) -> Found:
        """How surely the answer says a key point, and where."""
        own, comparison = self._page.points[id_], self._comparison
        first, *others = (comparison.seen(number) for number in own)
        seen = sorted((first, *others), key=lambda s: s.evidence, reverse=True)
        more = CLOSE * float(comparison.near[own[0]].max() - MATTER * comparison.beside[own[0]])
        more += DISTINCT * self._distinct[id_] + LITERAL * float(comparison.literal[list(own)].max())
        more += WHOLE * sqrt(self._page.shares[id_]) * first.plain * (self._whole - USUAL)
        evidence = float(np.mean([s.evidence for s in seen[: ceil(BEST * len(seen))]])) + first.trust * more
        best = int(self._best[id_].argmax())
        if self._page.board.denials[own[0]] and not comparison.denied(comparison.places[best]):
            evidence -= UNDENIED
        rival = max((float(said[best]) for said in self._mistakes.values()), default=0.0)
        evidence -= RIVALRY * max(rival - RIVAL, 0.0) + WRONG * self._wrong
        return Found(evidence, seen[0].clauses)

    def mistake(self, id_: str, allowed: Sequence[bool]) -> Found | None:
        """How surely one of the places whose clauses are `allowed` says a mistake, rather than any truth."""
        said = zip(self._mistakes[id_], self._comparison.places, strict=True)
        return max((Found(float(sure), place) for sure, place in said if all(allowed[c] for c in place)), default=None)

    def _share_mistaken(self) -> float:
        """The share of the answer's words in clauses that rather say a mistake."""
        clauses = [place for place in self._comparison.places if len(place) == 1]
        lengths = np.array([self._comparison.length(place) for place in clauses])
        surest = np.max([said[: len(clauses)] for said in self._mistakes.values()], axis=0, initial=0.0)
        return float(lengths[surest >= RATHER].sum() / lengths.sum()) if self._mistakes else 0.0

    def _mistaken(self, id_: str, true: Matrix, near_truth: Matrix) -> Matrix:
        """By place; with what it says of any key point, and how near it is to any truth."""
        comparison, page = self._comparison, self._page
        own, correction = list(page.mistakes[id_]), page.corrections[id_]
        within, near = comparison.within[own], comparison.near[own]
        said: Matrix = (within.max(axis=0) + within.mean(axis=0)) / 2
        said -= MISTAKE_TRUTH * np.maximum(true, comparison.within[correction])
        said += MISTAKE_CLOSE * (near.max(axis=0) - np.maximum(near_truth, comparison.near[correction]))
        plain = page.board.denials[own][within.argmax(axis=0)] == 0
        said -= MISTAKE_DENIED * (plain & np.array([comparison.denied(place) for place in comparison.places]))
        return said


def _distinct(best: Matrix) -> list[float]:
    """By key point, how much more some place says of it than of any other; 0 where there is no other."""
    if len(best) == 1:
        return [0.0]
    second, first = np.sort(best, axis=0)[-2:]
    return [float(found) for found in (best - np.where(best == first, second, first)).max(axis=1)]
