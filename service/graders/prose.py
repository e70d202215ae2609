"""Whether words are prose: they relate to each other and follow an order that English has."""

from collections.abc import Sequence
from itertools import zip_longest

from service.graders.lexicon import (
    ARTICLES,
    AUXILIARIES,
    COORDINATORS,
    PREPOSITIONS,
    RELATING_WORDS,
    SPLITTERS,
)
from service.graders.words import VERB_STEMS, Word

_KINDS = {
    "D": ARTICLES | {"its", "their", "every", "our"},
    "C": COORDINATORS,
    "S": SPLITTERS,
    "A": AUXILIARIES,
    "R": frozenset({"it", "they", "we", "you", "i"}),
    "P": frozenset({"of", "from", "with", "into", "for", "by", "between", "at", "to"}),
    "p": PREPOSITIONS,
}
"""Determiners, coordinators, subordinators, auxiliaries, pronouns, prepositions; a word's first kind counts."""
_KIND_OF = {word: kind for kind, words in reversed(_KINDS.items()) for word in words}
_ODD = {
    first + second
    for first, others in {"D": "ACDPRSp.", "P": "CPp", "p": "ACP", "C": "C", "R": "CD", "A": "CRS"}.items()
    for second in others
}
"""Kinds that hardly ever follow each other ("the is", "of and", "it the"); `.` is the end of a sentence."""
_ODD_SHARE, _ODD_COUNT = 0.12, 2
"""Of the places where a pair could be odd. Good answers stay far below; two of three shuffled ones lie above."""


def is_shuffled(words: Sequence[Word]) -> bool:
    """Whether a text is words without order, or hardly has any that relate others."""
    places = odd = 0
    for word, following in zip_longest(words, words[1:]):
        kind = _KIND_OF.get(word.text)
        if kind is None or kind == "S":
            continue
        places += 1
        if following is None or word.after in (".", "?"):
            odd += kind + "." in _ODD
        elif not word.after:
            odd += kind + _KIND_OF.get(following.text, "") in _ODD
    relating = sum(word.text in RELATING_WORDS for word in words)
    bare = len(words) >= 12 and relating < 0.08 * len(words)
    return bare or (odd >= _ODD_COUNT and odd > _ODD_SHARE * places)


def is_prose(words: Sequence[Word]) -> bool:
    """Whether a clause relates its words: it has a verb or prepositions, and is no list of terms."""
    length = len(words)
    if length < 3:
        return False
    relating = sum(word.text in RELATING_WORDS for word in words)
    if not any(word.stem in VERB_STEMS or word.text in AUXILIARIES for word in words):
        likely = any(word.text.endswith(("s", "ed")) for word in words[1:-1])
        return relating >= (max(1, 0.14 * length) if likely else max(2, 0.25 * length))
    pauses = sum(word.after == "," for word in words[:-1])
    if pauses >= 4 and length < 3 * (pauses + 1):
        return False  # "prefill, decode, one pass, KV cache, one token at a time"
    return relating >= (0.1 if length <= 10 else 0.14) * length or (length <= 6 and not pauses)
