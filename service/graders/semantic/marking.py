"""What an answer shows of an item: cues and meaning weighed together for each key point, and mistakes."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from service.domain.grade import Evidence, Finding, Marking, Verdict
from service.graders.conditions import condition
from service.graders.keyword import Sight, look
from service.graders.semantic.comparison import Comparison
from service.graders.semantic.model import Model
from service.graders.semantic.page import Page
from service.graders.semantic.parameters import (
    ASSERTED,
    BEYOND_TRUTH,
    CUES,
    EVEN,
    FEW_CUES,
    MET,
    MISTAKEN,
    PARTIAL,
    STEEPNESS,
)
from service.graders.semantic.texts import understand


def mark(page: Page, text: str, model: Model) -> Marking:
    sight = look(page.sheet, text)
    quantities = tuple(sight.quantities())
    (read,) = understand([text], model)
    view = View(page, sight, page.board.compare(read, sight.asserts, page.sheet.vocabulary))
    mistakes = tuple(view.mistakes())
    return Marking(verdicts=tuple(view.verdicts(mistakes)), mistakes=mistakes, quantities=quantities)


class View(NamedTuple):
    """One answer beside one page."""

    page: Page
    sight: Sight
    comparison: Comparison

    def verdicts(self, mistakes: Sequence[Finding]) -> Iterable[Verdict]:
        """Of each key point; where a mistake is asserted, hardly anything else is by its meaning alone."""
        wrong = {evidence.start for mistake in mistakes for evidence in mistake.evidence}
        for point, groups in self.page.sheet.points:
            cued = self.sight.verdict(point, groups)
            seen = [self.comparison.seen(number) for number in self.page.points[point]]
            best = max(seen, key=lambda s: s.evidence)
            cues = CUES[cued.label if cued else "missed"]
            if cued is None and len(groups) <= FEW_CUES:
                cues = 0.0
            shown = cued.evidence if cued else self._quote(best.clauses)
            evidence = (seen[0].evidence + best.evidence) / 2
            if cued is None and wrong.intersection(quote.start for quote in shown):
                evidence -= MISTAKEN
            yield _verdict(point, probability(evidence, cues), shown)

    def mistakes(self) -> Iterable[Finding]:
        for mistake, groups in self.page.sheet.mistakes:
            found = self.sight.mistake(mistake, groups) or self._asserted(mistake)
            if found:
                yield found

    def _asserted(self, mistake: str) -> Finding | None:
        """Where a clause says the mistake, and not rather the truth."""
        wrong, right = self.page.mistakes[mistake], self.page.corrections[mistake]
        for number in reversed(range(len(self.sight.clauses))):
            if not self.sight.counts[number]:
                continue
            said = self.comparison.within(wrong, number)
            if said < ASSERTED or said < BEYOND_TRUTH + self.comparison.within(right, number):
                continue
            if any(said < BEYOND_TRUTH + self.comparison.within(n, number) for n in self.page.truths()):
                continue
            if condition(self.sight.reading.words, self.sight.clauses, number) is None:
                return Finding(mistake=mistake, evidence=self._quote((number,)))
        return None

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
