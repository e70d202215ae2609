"""Which words a person should look at, and which terms of the glossary they may have been.

The glossary makes a model hear terms, also one that was nearly said: "decoder" for "encoder". What it was talked into
is of low probability, so terms are doubted sooner than other words. Nothing is corrected here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from service.domain.transcript import Doubt
from service.voice import Word

UNSURE_TERM, UNSURE, UNSURE_ALIKE = 0.6, 0.35, 0.9
"""Probability below which a glossary's term, another word, or words that are like a term are doubted."""
ALIKE = 82.0
"""Similarity of letters, 0 to 100, from which words are like a term."""
SHORTEST = 3
"""Letters from which words can be like a term."""
MOST_SUGGESTIONS = 3


@dataclass(frozen=True)
class _Placed:
    """A word without the punctuation around it, and its place in the text."""

    text: str
    start: int
    end: int
    probability: float


def written(words: Sequence[Word]) -> str:
    """The text of these words."""
    return "".join(word.text for word in words).strip()


def doubts(words: Sequence[Word], glossary: Sequence[str]) -> tuple[Doubt, ...]:
    """In order, none within another. Places count from the start of `written(words)`."""
    text, placed = written(words), list(_placed(words))
    terms = {_plain(term): term for term in glossary}
    longest = max((len(term.split()) for term in glossary), default=1) + 1
    found, at = list[Doubt](), 0
    while at < len(placed):
        for length in range(min(longest, len(placed) - at), 0, -1):
            if doubt := _doubt(text, placed[at : at + length], terms):
                found.append(doubt)
                at += length
                break
        else:
            at += 1
    return tuple(found)


def _doubt(text: str, words: list[_Placed], terms: dict[str, str]) -> Doubt | None:
    said, probability = _said(words), min(word.probability for word in words)
    alike = _alike(words, terms)
    doubted = (
        probability < UNSURE_TERM
        if said in terms
        else (alike and probability < UNSURE_ALIKE) or (len(words) == 1 and len(said) > 2 and probability < UNSURE)
    )
    if not doubted:
        return None
    start, end = words[0].start, words[-1].end
    return Doubt(
        start=start,
        end=end,
        quote=text[start:end],
        probability=round(probability, 3),
        suggestions=alike[:MOST_SUGGESTIONS],
    )


def _alike(words: list[_Placed], terms: dict[str, str]) -> tuple[str, ...]:
    """Terms that are written nearly like `words`, the closest first; none where a part of them is closer to it."""
    rated = _rated(words, terms)
    parts = [part for part in (words[1:], words[:-1]) if part]
    closer = max((score for part in parts for score, _ in _rated(part, terms)), default=0.0)
    best = max((score for score, _ in rated), default=0.0)
    if best < ALIKE or closer >= best:
        return ()
    return tuple(term for score, term in sorted(rated, key=lambda pair: -pair[0]) if score >= ALIKE)


def _rated(words: list[_Placed], terms: dict[str, str]) -> list[tuple[float, str]]:
    """How alike each term is, 0 to 100: not those that stand in `words`, or are another form or a whole of them."""
    said = _said(words)
    if len(said) < SHORTEST:
        return []
    among = {_said(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
    return [
        (fuzz.ratio(said, plain), term)
        for plain, term in terms.items()
        if plain not in among and not said.startswith(plain) and not plain.startswith(said) and not plain.endswith(said)
    ]


def _said(words: list[_Placed]) -> str:
    return _plain(" ".join(word.text for word in words))


def _placed(words: Sequence[Word]) -> Iterator[_Placed]:
    whole = "".join(word.text for word in words)
    at = len(whole.lstrip()) - len(whole)  # the text is written without the space before it
    for word in words:
        if match := re.search(r"\w(?:.*\w)?", word.text, re.S):
            yield _Placed(match[0], at + match.start(), at + match.end(), word.probability)
        at += len(word.text)


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
