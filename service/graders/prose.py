"""Whether words are prose: they relate to each other and follow an order that English has."""

from collections.abc import Sequence
from itertools import zip_longest

from service.graders.lexicon import (
    ARTICLES,
    AUXILIARIES,
    COORDINATORS,
    GRAMMAR_WORDS,
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
    """Whether a text is words without order."""
    places = odd = 0
    before = ""
    for word, following in zip_longest(words, words[1:]):
        kind = _KIND_OF.get(word.text)
        spelled = word.text == "a" and len(before) == 1  # "M H A"
        before = word.text
        if kind is None or kind == "S" or spelled:
            continue
        places += 1
        if following is None or word.after in (".", "?"):
            odd += kind + "." in _ODD
        elif not word.after:
            odd += kind + _KIND_OF.get(following.text, "") in _ODD
    return odd >= _ODD_COUNT and odd > _ODD_SHARE * places


def is_list(words: Sequence[Word]) -> bool:
    """Whether a text, as a whole, is terms without sentences."""
    relating = sum(word.text in RELATING_WORDS for word in words)
    grammar = sum(word.text in GRAMMAR_WORDS for word in words)
    return (len(words) >= 12 and relating < 0.08 * len(words)) or (len(words) >= 40 and grammar < 0.08 * len(words))


def is_prose(words: Sequence[Word]) -> bool:
    """Whether a clause relates its words: it has a verb or prepositions, and is no list of terms."""
    length = len(words)
    if length < 3:
        return False
    pauses = sum(word.after == "," for word in words[:-1])
    if pauses >= 4 and length < 3 * (pauses + 1):
        return False  # "prefill, decode, one pass, KV cache, one token at a time"
    relating = sum(word.text in RELATING_WORDS for word in words)
    if any(word.stem in VERB_STEMS or word.text in AUXILIARIES for word in words):
        if length <= 10:
            short = sum(len(word.text) > 1 and not word.stem.isdecimal() for word in words) <= 6  # "Llama-3-8B"
            return relating > 0 or (not pauses and (short or any(word.text in COORDINATORS for word in words)))
        return relating >= 0.14 * length
    if any(word.text.endswith(("s", "ed")) for word in words[1:-1]):  # one of them may be a verb that we do not know
        return relating >= max(1, (0.14 if length <= 12 else 0.3) * length)
    return length <= 12 and relating >= max(2, 0.25 * length)
