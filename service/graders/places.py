"""Where the cues of an item stand in an answer."""

from collections.abc import Collection, Iterator, Sequence
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
        self._keys = [_keys(words, i, vocabulary) for i in range(len(words))]
        self._found: dict[Term, dict[int, list[tuple[Place, bool]]]] = {}
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

    def denied(self, word: int) -> bool:
        return self._polarity.denies(word, ())

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
        named = {i for there in found for place, denied in there if not denied for i in place}
        states = [self._state(there, named) for there in found]
        lenient = any(state == "denied as asked" for state, _ in states)
        wrong = any(state == "wrong" for state, _ in states) and not lenient
        return Match(
            missing=sum(state == "missing" for state, _ in states),
            contradicted=wrong or any(state == "wrong where denial was asked" for state, _ in states),
            words=frozenset(i for _, place in states for i in place),
        )

    def _state(self, there: Sequence[tuple[Place, bool]], named: Collection[int]) -> tuple[str, Place]:
        """Whether a term stands with the polarity that it asks for, and where."""
        best: tuple[str, Place] = ("missing", ())
        for place, asked in there:
            denied = any(self._polarity.denies(i, () if asked else named) for i in place)
            if denied == asked:
                return ("denied as asked" if denied else "there"), place
            best = ("wrong where denial was asked" if asked else "wrong"), place
        return best

    def _within(self, term: Term, spans: Sequence[Span]) -> Iterator[tuple[Place, bool]]:
        found = self._of(term)
        for first, last in spans if found else ():
            if first < last:
                for place, asked in found.get(self.clause_of[first], ()):
                    if first <= place[0] and place[-1] < last:
                        yield place, asked

    def _of(self, term: Term) -> dict[int, list[tuple[Place, bool]]]:
        """Places of `term` by clause, each with whether it has to be denied."""
        if term not in self._found:
            found: dict[int, list[tuple[Place, bool]]] = {}
            for phrase, asked in term.ways:
                for place in self._find(phrase):
                    found.setdefault(self.clause_of[place[0]], []).append((place, asked))
            for quantity in term.quantities:
                for place in self.stated.get(quantity, ()):
                    found.setdefault(self.clause_of[place[0]], []).append((place, False))
            self._found[term] = found
        return self._found[term]

    def _find(self, phrase: Phrase) -> Iterator[Place]:
        if all(key in self._positions for key in phrase):
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
    if (previous.isdigit() and len(key) <= 2) or (key.isdigit() and len(previous) <= 2):
        return 1
    return 2 if len(previous) == 1 or len(key) == 1 else 1 + MAX_BETWEEN


def _keys(words: Sequence[Word], i: int, vocabulary: Vocabulary) -> set[str]:
    """All that word `i` may stand for: its stem, the cue's word it is a slip of, itself and the next one as one word."""
    word = words[i]
    keys = {word.stem}
    if meant := vocabulary.corrected(word):
        keys.add(meant)
    if not word.after and i + 1 < len(words) and (joined := vocabulary.surfaces.get(word.text + words[i + 1].text)):
        keys.add(joined)
    return keys
