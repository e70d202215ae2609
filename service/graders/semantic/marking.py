"""What an answer shows of an item: cues and meaning weighed together for each key point, and mistakes."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from service.domain.grade import Evidence, Finding, Marking, Verdict
from service.graders.conditions import condition
from service.graders.keyword import Sight, look
from service.graders.semantic.model import Model
from service.graders.semantic.page import Page
from service.graders.semantic.parameters import (
    ASSERTED,
    CUES,
    EVEN,
    FEW_CUES,
    MET,
    MISTAKEN,
    PARTIAL,
    STEEPNESS,
)
from service.graders.semantic.points import Points
from service.graders.semantic.texts import understand


def mark(page: Page, text: str, model: Model) -> Marking:
    sight = look(page.sheet, text)
    read = understand(text, model)
    if not read.clauses:
        return Marking(verdicts=tuple(Verdict(point=point, label="missed", confidence=1.0) for point in page.points))
    view = View(page, sight, Points(page, page.board.compare(read, sight.asserts, page.sheet.vocabulary)))
    mistakes = tuple(view.mistakes())
    quantities = tuple(sight.quantities())
    return Marking(verdicts=tuple(view.verdicts(mistakes)), mistakes=mistakes, quantities=quantities)


class View(NamedTuple):
    """One answer beside one page."""

    page: Page
    sight: Sight
    shown: Points

    def verdicts(self, mistakes: Sequence[Finding]) -> Iterable[Verdict]:
        """Of each key point; where a mistake is asserted, hardly anything else is by its meaning alone."""
        wrong = {evidence.start for mistake in mistakes for evidence in mistake.evidence}
        for point, groups in self.page.sheet.points:
            cued = self.sight.verdict(point, groups)
            seen = self.shown.point(point)
            cues = CUES[cued.label if cued else "missed"]
            if cued is None and len(groups) <= FEW_CUES:
                cues = 0.0
            shown = cued.evidence if cued else self._quote(seen.clauses)
            evidence = seen.evidence
            if cued is None and wrong.intersection(quote.start for quote in shown):
                evidence -= MISTAKEN
            yield _verdict(point, probability(evidence, cues), shown)

    def mistakes(self) -> Iterable[Finding]:
        """Those that cues find, and those that a place says by its meaning, no condition aside."""
        sight = self.sight
        clauses = range(len(sight.clauses))
        allowed = [sight.counts[n] and condition(sight.reading.words, sight.clauses, n) is None for n in clauses]
        for mistake, groups in self.page.sheet.mistakes:
            found = sight.mistake(mistake, groups)
            seen = None if found else self.shown.mistake(mistake, allowed)
            if seen and seen.evidence >= ASSERTED:
                found = Finding(mistake=mistake, evidence=self._quote(seen.clauses))
            if found:
                yield found

    def _quote(self, clauses: Iterable[int]) -> tuple[Evidence, ...]:
        return self.sight.evidence(*(self.sight.clauses[number] for number in clauses))


def probability(evidence: float, cues: float) -> float:
    """How likely people call a key point met; `cues` as in `CUES`."""
    return 1 / (1 + math.exp(-(STEEPNESS * (evidence - EVEN) + cues)))


def _verdict(point: str, met: float, shown: tuple[Evidence, ...]) -> Verdict:
    """Confidence is how likely the label is; for a partial one, that it is not missed."""
    if met >= MET:
        return Verdict(point=point, label="met", evidence=shown, confidence=round(met, 4))
    if met >= PARTIAL:
        return Verdict(point=point, label="partial", evidence=shown, confidence=round(met / MET, 4))
    return Verdict(point=point, label="missed", confidence=round(1 - met, 4))
