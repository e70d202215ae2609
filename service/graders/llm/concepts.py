"""Whether the words around a quote have to do with the key point that they are to show.

A model that was talked round shows some sentence for every key point. So the sentence of a quote has to have at least
two concepts of its key point: two terms of one of its cues, undenied and in prose, or two of the words that say it
which the question did not give away. That proves no understanding, but what lacks even that deserves a second look.
The same shows where a mistake is claimed, if it is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from service.domain.rubric import Item
from service.graders.clauses import Clause, Span, split
from service.graders.cues import Group
from service.graders.lexicon import FUNCTION_WORDS
from service.graders.llm.sight import Sight
from service.graders.places import Places
from service.graders.polarity import polarity
from service.graders.sheet import Sheet, compile_item, runs
from service.graders.words import read

ENOUGH = 2
"""Concepts that have to stand together."""
_CACHED_ITEMS = 256


Term = tuple[str, bool]
"""A stem, and whether it is denied."""


class Yardstick(NamedTuple):
    """An item, compiled for the guards."""

    sheet: Sheet
    cues: dict[str, tuple[Group, ...]]
    says: dict[str, frozenset[Term]]
    """Each key point's and mistake's content words, without the question's own."""
    model_answer: frozenset[tuple[str, ...]]
    """Words in a row."""


@dataclass(frozen=True)
class _Keyed:
    """An item that counts as the same when its digest is."""

    digest: str
    item: Item = field(compare=False)


def yardstick(item: Item) -> Yardstick:
    return _yardstick(_Keyed(item.digest, item))


@lru_cache(maxsize=_CACHED_ITEMS)
def _yardstick(keyed: _Keyed) -> Yardstick:
    item = keyed.item
    sheet = compile_item(item)
    said = {point.id: point.says for point in item.rubric.points()}
    said |= {mistake.id: mistake.says for mistake in item.rubric.mistakes}
    says = {name: _terms_of(text, sheet.prompt) for name, text in said.items()}
    cues = dict((*sheet.points, *sheet.mistakes))
    return Yardstick(sheet, cues, says, frozenset(runs(read(item.question.model_answer).words)))


class Concepts:
    """Where the concepts of an item stand in one answer."""

    def __init__(self, yard: Yardstick, sight: Sight, places: Places) -> None:
        self._yard = yard
        self._sight = sight
        self._places = places

    @classmethod
    def of(cls, item: Item, sight: Sight) -> "Concepts":
        """Those of an answer that nobody else reads along with them."""
        yard, words, clauses = yardstick(item), sight.reading.words, sight.clauses
        return cls(yard, sight, Places(words, clauses, polarity(sight.reading, clauses), yard.sheet.vocabulary))

    def support(self, point: str, clauses: Collection[int]) -> bool:
        """Whether enough concepts of a key point stand together in `clauses`."""
        prose = self._prose(clauses)
        spans = _spans(prose)
        if any(self._related(group, spans) for group in self._yard.cues[point]):
            return True
        return len(self._terms(prose) & self._yard.says[point]) >= ENOUGH

    def nearness(self, mistake: str, clauses: Collection[int]) -> int:
        """How many concepts `clauses` have of a mistake: of a cue all, or of its own words, whichever are more.

        Nought for fewer than half of its words, and where as many are turned: denied, or not denied as it does.
        """
        prose = self._prose(clauses)
        wanted, there = self._yard.says[mistake], self._terms(prose)
        shared, turned = len(wanted & there), len({(stem, not denied) for stem, denied in wanted} & there - wanted)
        words = shared if shared >= max(ENOUGH, len(wanted) / 2) and shared > turned else 0
        spans = _spans(prose)
        return max([words, *(len(group) for group in self._yard.cues[mistake] if self._whole(group, spans))])

    def _prose(self, clauses: Collection[int]) -> list[Clause]:
        return [self._sight.clauses[number] for number in sorted(clauses) if self._sight.asserts(number)]

    def _terms(self, prose: Iterable[Clause]) -> set[Term]:
        words = self._sight.reading.words
        return {(words[i].stem, self._places.denied(i)) for clause in prose for i in range(clause.first, clause.last)}

    def _whole(self, group: Group, spans: list[Span]) -> bool:
        match = self._places.match(group, spans)
        return not match.contradicted and not match.missing

    def _related(self, group: Group, spans: list[Span]) -> bool:
        match = self._places.match(group, spans)
        return not match.contradicted and len(group) - match.missing >= min(ENOUGH, len(group))


def _spans(clauses: Iterable[Clause]) -> list[Span]:
    return [span for clause in clauses for span in (clause.span, *clause.inherits)]


def _terms_of(says: str, prompt: Collection[str]) -> frozenset[Term]:
    reading = read(says)
    denied = polarity(reading, split(reading.words)).denial
    return frozenset(
        (word.stem, denied((i,)) != ())
        for i, word in enumerate(reading.words)
        if word.text not in FUNCTION_WORDS and len(word.stem) > 1 and word.stem not in prompt
    )
