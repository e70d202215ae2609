"""Where the cues of an item stand in an answer."""

from collections.abc import Collection, Iterator, Sequence
from copy import copy
from itertools import pairwise
from typing import NamedTuple

from service.graders.clauses import Clause, Span
from service.graders.cues import Group, Phrase, Term, Vocabulary
from service.graders.polarity import Polarity
from service.graders.words import Word

MAX_BETWEEN = 2
"""Other words that may stand between the words of one alternative."""

Place = tuple[int, ...]
"""Words of an answer, by position."""


class Match(NamedTuple):
    """How a group stands in some words."""

    missing: int
    """Terms that are not there."""
    contradicted: bool
    """A term is there, but denied where it should not be, or the other way round."""
    words: frozenset[int]
    """The words of the terms that are there."""

    @property
    def full(self) -> bool:
        return not self.missing and not self.contradicted


class Places:
    """Looks up cues among the words of one answer."""

    def __init__(
        self, words: Sequence[Word], clauses: Sequence[Clause], polarity: Polarity, vocabulary: Vocabulary
    ) -> None:
        self._polarity = polarity
        self._clauses = clauses
        self.clause_of = [n for n, clause in enumerate(clauses) for _ in range(clause.first, clause.last)]
        self.stated: dict[str, list[Place]] = {}
        """Where a quantity is stated rightly, by its id."""
        self._keys = [keys(words, i, vocabulary) for i in range(len(words))]
        self._found: dict[Term, dict[int, list[tuple[Place, bool]]]] = {}
        self._with_quantities: dict[Term, dict[int, list[tuple[Place, bool]]]] = {}
        """The same for terms that a right quantity does for."""
        self._index()
        slips = [(p[place], meant) for name, place, meant in vocabulary.slips for p in self._find(name)]
        for word, meant in slips:
            self._keys[word].add(meant)
        if slips:
            self._index()

    def _index(self) -> None:
        self._positions: dict[str, list[int]] = {}
        for i, keys in enumerate(self._keys):
            for key in keys:
                self._positions.setdefault(key, []).append(i)

    def of_words_alone(self) -> "Places":
        """The same, where no quantity counts as stated. What either looks up spares the other the work."""
        other = copy(self)
        other.stated, other._with_quantities = {}, {}
        return other

    def denied(self, word: int) -> bool:
        return self._polarity.denial((word,)) != ()

    def clauses_with(self, group: Group) -> set[int]:
        """Clauses in which any term of `group` stands; none where too many terms stand nowhere in the answer."""
        found = [self._of(term).keys() for term in group]
        absent = sum(not there for there in found)
        if absent > (len(group) >= 3):
            return set()
        return set().union(*found)

    def match(self, group: Group, spans: Sequence[Span]) -> Match:
        """How `group` stands in the words of `spans`."""
        found = [list(self._within(term, spans)) for term in group]
        named = {i for there in found for place, asked in there if not asked for i in place}
        asked_for = {self._polarity.denial(place) for there in found for place, asked in there if asked} - {()}
        words: set[int] = set()
        contradicted = False
        for there in found:
            place = next((p for p, asked in there if self._stands(p, asked, named, asked_for)), None)
            contradicted |= bool(there) and place is None
            words.update(place or ())
        return Match(sum(not there for there in found), contradicted, frozenset(words))

    def _stands(
        self, place: Place, asked: bool, named: Collection[int], asked_for: Collection[tuple[int, ...]]
    ) -> bool:
        """Whether a term at `place` is denied or not as it has to be; what denies another as asked may deny it too."""
        if asked:
            return self._polarity.denial(place) != ()
        return self._polarity.denial(place, named) in ((), *asked_for)

    def _within(self, term: Term, spans: Sequence[Span]) -> Iterator[tuple[Place, bool]]:
        found = self._of(term)
        for first, last in spans if found else ():
            if first < last:
                for place, asked in found.get(self.clause_of[first], ()):
                    if first <= place[0] and place[-1] < last:
                        yield place, asked

    def _of(self, term: Term) -> dict[int, list[tuple[Place, bool]]]:
        """Places of `term` by clause, each with whether it has to be denied."""
        known = self._with_quantities if term.quantities else self._found
        if term not in known:
            found: dict[int, list[tuple[Place, bool]]] = {}
            for phrase, asked in term.ways:
                for place in self._find(phrase):
                    found.setdefault(self.clause_of[place[0]], []).append((place, asked))
            for quantity in term.quantities:
                for place in self.stated.get(quantity, ()):
                    found.setdefault(self.clause_of[place[0]], []).append((place, False))
            known[term] = found
        return known[term]

    def _find(self, phrase: Phrase) -> Iterator[Place]:
        for key in phrase:
            if key not in self._positions:
                return
        for i in self._positions[phrase[0]]:
            if place := self._follow(phrase, i):
                yield place

    def _follow(self, phrase: Phrase, i: int) -> Place | None:
        """The words of `phrase` from word `i` on, in one clause."""
        place = [i]
        end = self._clauses[self.clause_of[i]].last
        for previous, key in pairwise(phrase):
            at = place[-1] + 1
            following = next((j for j in range(at, min(at + _reach(previous, key), end)) if key in self._keys[j]), None)
            if following is None:
                return None
            place.append(following)
        return tuple(place)


def _reach(previous: str, key: str) -> int:
    """How far from a word the next one of its phrase may stand; parts of one name stand together: FP16, 8B, n^2."""
    if (previous.isdecimal() and len(key) <= 2) or (key.isdecimal() and len(previous) <= 2):
        return 1
    return 2 if len(previous) == 1 or len(key) == 1 else 1 + MAX_BETWEEN


def keys(words: Sequence[Word], i: int, vocabulary: Vocabulary) -> set[str]:
    """What word `i` may stand for: its stem, the cue's word it is a slip of, itself and the next one in one."""
    word = words[i]
    keys = {word.stem}
    if meant := vocabulary.corrected(word):
        keys.add(meant)
    if not word.after and i + 1 < len(words) and (joined := vocabulary.surfaces.get(word.text + words[i + 1].text)):
        keys.add(joined)
    return keys
