"""Sentences and clauses: where a subject keeps its predicate.

A sentence is split where both sides carry a finite verb, so that "prefill is compute-bound, decode is bandwidth-bound"
gives two clauses and "stores keys, values and positions" stays one. A clause whose subject is a pronoun, or that has
none, takes over the subject of the clause before it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from service.graders.lexicon import (
    ANAPHORS,
    ARTICLES,
    AUXILIARIES,
    CONTRASTS,
    COORDINATORS,
    DETERMINERS,
    FUNCTION_WORDS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_STARTS,
    RELATIVES,
    SPLITTERS,
    TIES,
)
from service.graders.prose import is_list, is_prose, is_shuffled
from service.graders.words import VERB_STEMS, Word

_BEFORE_NOUNS = PREPOSITIONS | DETERMINERS - {"this", "that", "these", "those", "each", "all"}
_BEFORE_OBJECTS = ARTICLES | {"its", "their", "each", "every"}
_RELATIVES = RELATIVES | {"that"}
_LONG = 30
"""Words from which on a sentence is taken for run-on speech."""


class Span(NamedTuple):
    """Words from `first` up to, not including, `last`."""

    first: int
    last: int


@dataclass(slots=True)
class Clause:
    first: int
    last: int
    """Words from `first` up to, not including, `last`."""
    sentence: int
    link: str
    """To the clause before it: 'tied', 'contrast', 'plain' or, where a sentence begins, 'none'."""
    verb: int | None
    """Its first finite verb."""
    question: bool
    prose: bool
    denied: bool = False
    """Whether its verb is: it says nothing of its subject then."""
    inherits: tuple[Span, ...] = ()
    """Words of earlier clauses that its subject stands for."""

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)


def split(words: Sequence[Word]) -> list[Clause]:
    """The clauses of a text, in order."""
    clauses: list[Clause] = []
    ordered = not (is_shuffled(words) or is_list(words))
    first = 0
    number = 0
    for i, word in enumerate(words):
        if word.after in (".", "?") or i == len(words) - 1:
            cuts = [first, *_cuts(words, first, i + 1), i + 1]
            asks = word.after == "?" and _asks(words, first, i + 1)
            for a, b in pairwise(cuts):
                link = _link(words, a, clauses[-1].first) if a > first else "none"
                prose = ordered and is_prose(words, a, b)
                clause = Clause(a, b, number, link, _first_verb(words, a, b), asks, prose)
                clause.inherits = _inherited(words, clause, clauses[-1]) if clauses else ()
                clauses.append(clause)
            first, number = i + 1, number + 1
    return clauses


def is_finite(words: Sequence[Word], i: int, first: int) -> bool:
    """Whether word `i` of a clause from `first` on is a finite verb, as far as its form and its neighbours tell."""
    word = words[i]
    before = words[i - 1].text if i > first else ""
    if before == "to":
        return False
    if word.text in AUXILIARIES:
        return word.text != "be"
    following = words[i + 1].text if i + 1 < len(words) and not word.after else ""
    if word.stem not in VERB_STEMS:
        unknown = word.text.endswith("s") and len(word.text) > 3 and word.text not in FUNCTION_WORDS
        return unknown and following in _BEFORE_OBJECTS and before not in PREPOSITIONS | DETERMINERS
    if word.text.endswith("ing") or before in _BEFORE_NOUNS or following in AUXILIARIES:
        return False  # "the cost", "memory reads are"
    if word.text.endswith("ed"):
        return before in PRONOUNS
    return word.text.endswith("s") or not before or before in PRONOUNS or before[-1:] == "s" or before[-2:] == "ly"


def _first_verb(words: Sequence[Word], first: int, last: int) -> int | None:
    return next((i for i in range(first, last) if is_finite(words, i, first)), None)


def _cuts(words: Sequence[Word], first: int, last: int) -> list[int]:
    """Where the sentence of words `first` to `last` falls into clauses."""
    verbs = [i for i in range(first, last) if is_finite(words, i, first)]
    if words[first].text == "no" and not words[first].after:
        verbs.insert(0, first)  # "no recurrence, so ..." says as much as "there is no recurrence"
    spoken = last - first > _LONG
    candidates = [i for i in range(first + 1, last) if _may_split(words, i) or _starts_anew(words, i, last, spoken)]
    cuts: list[int] = []
    begin = first
    for number, i in enumerate(candidates):
        if words[i - 1].after in (";", ":"):
            cuts.append(i)
            begin = i
            continue
        conjunction = _strong(words, i)
        ends = (c for c in candidates[number + 1 : number + 5] if not conjunction or _strong(words, c))
        end = next(ends, last)
        left, right = bisect_left(verbs, begin), bisect_left(verbs, i)
        own = right < len(verbs) and verbs[right] < end and _own_clause(words, i, verbs[right])
        if left < right and (own or _gapped(words, begin, i, end)):
            cuts.append(i)
            begin = i
    return cuts


def _strong(words: Sequence[Word], i: int) -> bool:
    """Whether a conjunction stands at `i` ("because", "and then") or a clause has ended before it."""
    joined = words[i].text in COORDINATORS and i + 1 < len(words) and words[i + 1].text in SPLITTERS
    return joined or words[i].text in SPLITTERS or words[i - 1].after in (";", ":")


def _starts_anew(words: Sequence[Word], i: int, last: int, spoken: bool) -> bool:
    """Speech without marks: "... of past tokens it is read", and in long sentences "... it grows with ..."."""
    if words[i].text not in ("it", "they", "we", "you", "this") or i + 1 == last or not is_finite(words, i + 1, i):
        return False
    opens = spoken or words[i + 1].text in ("is", "are")
    before = words[i - 1]
    noun = before.stem not in VERB_STEMS or words[i - 2].text in ARTICLES  # "the result it is ..."
    return opens and noun and before.text not in FUNCTION_WORDS


def _may_split(words: Sequence[Word], i: int) -> bool:
    if words[i - 1].after in (",", ";", ":") or words[i].text in COORDINATORS:
        return True
    return words[i].text in SPLITTERS and words[i - 1].text not in COORDINATORS


def _own_clause(words: Sequence[Word], i: int, verb: int) -> bool:
    """After `and` a verb needs a subject of its own, and not one inside a relative clause."""
    if words[i].text not in COORDINATORS or words[i - 1].after or words[i + 1].text in SPLITTERS:
        return True
    subject = [w.text for w in words[i + 1 : verb]]
    return any(t not in FUNCTION_WORDS or t in PRONOUNS for t in subject) and _RELATIVES.isdisjoint(subject)


def _gapped(words: Sequence[Word], begin: int, i: int, end: int) -> bool:
    """The verb is left out, the pattern repeats: "prefill is compute-bound and decode memory-bound"."""
    if i - begin < 3 or end - i < 3:
        return False
    return words[i - 1].stem == words[end - 1].stem and words[i - 2].stem != words[end - 2].stem


def _link(words: Sequence[Word], first: int, previous: int) -> str:
    joined = words[first].text in COORDINATORS and first + 1 < len(words) and _strong(words, first)
    opening = words[first + joined].text
    if opening in CONTRASTS or words[previous].text in CONTRASTS - {"but", "however", "yet"}:
        return "contrast"
    if opening in TIES or words[previous].text in TIES or words[first - 1].after == ":":
        return "tied"
    return "plain"


def _inherited(words: Sequence[Word], clause: Clause, previous: Clause) -> tuple[Span, ...]:
    """What a pronoun or a missing subject at the head of `clause` stands for."""
    same = clause.sentence == previous.sentence
    if same and words[clause.first - 1].after == ":" and previous.verb is None:
        return (*previous.inherits[-2:], previous.span)  # a heading: "Prefill: ..."
    head = [w.text for w in words[clause.first : clause.verb if clause.verb is not None else clause.first]]
    if same and RELATIVES.intersection(head[:2]):
        return (*previous.inherits[-2:], previous.span)
    subjectless = clause.verb is not None and all(t in CONTRASTS | TIES | COORDINATORS | {"then"} for t in head)
    if (subjectless and same) or ANAPHORS.intersection(head):
        subject = Span(previous.first, previous.last if previous.verb is None else previous.verb)
        return (*previous.inherits[-2:], subject)
    return ()


def _asks(words: Sequence[Word], first: int, last: int) -> bool:
    """A question asserts nothing; "..., right?" does."""
    return words[first].text in QUESTION_STARTS and words[last - 1].text not in ("right", "no", "correct")
