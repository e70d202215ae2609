"""A reference answer in parts: each sentence, each entry of a list, and the clauses of a long sentence."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from service.graders.clauses import Clause, split
from service.graders.lexicon import FUNCTION_WORDS
from service.graders.words import Word, read

_ENTRY = re.compile(r"\s*(?:\n+|●|•|(?:^|\s)[-*]\s|(?:^|\s)\(?\d{1,2}[.)]\s)\s*")
_LONG = 14
"""Content words from which on a sentence falls into its clauses."""
_WEIGHTS = (4, 9)
"""Content words beyond which a part weighs 2, and 3."""


class Part(NamedTuple):
    text: str
    weight: int


def parts(reference: str) -> Iterator[Part]:
    """Those that have content words, in order."""
    for entry in _ENTRY.split(reference):
        words = read(entry).words
        for first, last in _spans(words):
            content = _content(words[first:last])
            if content:
                weight = 1 + sum(content > least for least in _WEIGHTS)
                yield Part(entry[words[first].start : words[last - 1].end], weight)


def _spans(words: list[Word]) -> Iterator[tuple[int, int]]:
    clauses = split(words)
    for number in sorted({clause.sentence for clause in clauses}):
        own = [clause for clause in clauses if clause.sentence == number]
        first, last = own[0].first, own[-1].last
        if _content(words[first:last]) <= _LONG:
            yield first, last
        else:
            yield from _grouped(own)


def _grouped(clauses: list[Clause]) -> Iterator[tuple[int, int]]:
    """Clauses, each with those that say more about it."""
    first = clauses[0].first
    for before, clause in pairwise(clauses):
        if clause.link != "tied":
            yield first, before.last
            first = clause.first
    yield first, clauses[-1].last


def _content(words: list[Word]) -> int:
    return sum(word.text not in FUNCTION_WORDS for word in words)
