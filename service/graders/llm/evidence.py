"""Finding in an answer the words that a model says it copied.

Models tidy what they copy: case, quotation marks, spaces, a typo or a filler. So a quote counts as found where all but
that stands in the answer. It never counts where what differs could turn the meaning: a number, a denial, another word.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from service.graders.lexicon import FILLERS, FUNCTION_WORDS, NEGATORS
from service.graders.llm.sanitise import sanitised
from service.graders.words import Word, read

SHORTEST = 8
"""Characters in a quote, or in a part of one."""
ALIKE = 88
"""Of 100, by rapidfuzz's partial ratio."""
_SAME_WORD = 70
_LONGER = 1.15
"""How many times as long as the answer a quote may be."""

_PLAIN = str.maketrans("‘’ʼ´`“”„«»‐‑‒–—−", "'''''\"\"\"\"\"------")
_GAP = re.compile(r"\s*(?:\[\s*)?(?:\.{3,}|…)(?:\s*\])?\s*")
_SPACES = re.compile(r"\s+")
_EDGES = " \t\n\"'.,;:!?()[]*_-"


class Folded(NamedTuple):
    """A text for comparing, and for each of its characters the offset in the text as it was."""

    text: str
    origin: Sequence[int]


class Place(NamedTuple):
    """Where a quote stands in a text: `text[start:end]`, whole words."""

    start: int
    end: int
    exact: bool


def fold(text: str) -> Folded:
    """`text` without differences of case, spaces and typographic marks."""
    folded: list[str] = []
    origin: list[int] = []
    if text.isascii():  # as below, but several times as fast
        after = 0
        for spaces in _SPACES.finditer(text):
            origin.extend(range(after, spaces.start() + 1))
            after = spaces.end()
        origin.extend(range(after, len(text) + 1))
        return Folded(_SPACES.sub(" ", text).lower(), origin)
    for offset, char in enumerate(text):
        if char.isspace():
            if folded and folded[-1] == " ":
                continue
            plain = " "
        elif char.isascii():
            plain = char.lower()
        else:
            plain = unicodedata.normalize("NFKC", char.translate(_PLAIN)).casefold()
        folded.extend(plain)
        origin.extend([offset] * len(plain))
    origin.append(len(text))
    return Folded("".join(folded), origin)


def locate(quote: str, text: str, folded: Folded) -> tuple[Place, ...]:
    """Where `quote` stands in `text`; a quote with gaps (...) has several places. Empty where it does not stand there.

    `folded` is `fold(text)`.
    """
    parts = [fold(part).text.strip(_EDGES) for part in _GAP.split(sanitised(quote).text)]
    parts = [part for part in parts if part]
    places: list[Place] = []
    after = 0
    for part in parts:
        found = _exact(part, folded, after) or _nearly(part, folded, after)
        if len(part) < SHORTEST or found is None:
            return ()
        start, end, exact = found
        after = end
        places.append(_whole_words(text, folded.origin[start], folded.origin[end - 1] + 1, exact))
    return tuple(places)


def _exact(part: str, folded: Folded, after: int) -> tuple[int, int, bool] | None:
    at = folded.text.find(part, after)
    return (at, at + len(part), True) if at >= 0 else None


def _nearly(part: str, folded: Folded, after: int) -> tuple[int, int, bool] | None:
    rest = folded.text[after:]
    if len(part) < SHORTEST or len(part) > _LONGER * len(rest):
        return None
    best = fuzz.partial_ratio_alignment(part, rest, score_cutoff=ALIKE)
    if best is None:
        return None
    start, end = _stretched(rest, best.dest_start, best.dest_end)
    start += len(rest[start:end]) - len(rest[start:end].lstrip())
    return (after + start, after + end, False) if _says_the_same(part, rest[start:end]) else None


def _stretched(text: str, start: int, end: int) -> tuple[int, int]:
    """From the beginning of the first word to the end of the last one."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


def _whole_words(text: str, start: int, end: int, exact: bool) -> Place:
    start, end = _stretched(text, start, end)
    return Place(start, end, exact)


def _says_the_same(quote: str, passage: str) -> bool:
    """Whether two passages that look alike have the same numbers and denials, and no word that is another one."""
    ours, theirs = read(quote).words, read(passage).words
    if _turning(ours) != _turning(theirs):
        return False
    stems = {word.stem for word in theirs}
    return all(
        word.stem in stems or word.text in FUNCTION_WORDS or any(_slip(word.text, other.text) for other in theirs)
        for word in ours
    )


def _turning(words: Sequence[Word]) -> Counter[str]:
    """What turns a meaning: numbers, and words that deny."""
    return Counter(word.stem for word in words if word.text in NEGATORS or any(c.isdecimal() for c in word.stem))


def _slip(word: str, other: str) -> bool:
    return word in FILLERS or (word[0] == other[0] and fuzz.ratio(word, other) >= _SAME_WORD)
