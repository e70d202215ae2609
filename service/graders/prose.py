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
    for first, others in {"D": "ACDPRSp.", "P": "CPSp", "p": "ACPS", "C": "C.", "R": "D", "A": "C"}.items()
    for second in others
}
"""Kinds that hardly ever follow each other ("the is", "of and", "it the"); `.` is the end of a sentence."""
_ODD_SHARE, _ODD_COUNT = 0.1, 2
"""Of the places where a pair could be odd. Good answers stay far below; four of five shuffled ones lie above."""
_AROUND = 15
"""Words on either side of a clause that tell whether it stands among sentences; a longer clause tells by itself."""
_FLUENT, _SPARSE = 0.25, 0.16
"""Shares of relating words there, those of sentences counted twice: terse notes lie above the first, lists below."""
_LONG, _LEAST_GRAMMAR = 50, 0.1
"""Words from which on a text has a share of grammar words; in terse ones of that length it is an eighth and more."""


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
        elif not word.after and word.text != following.text:  # who speaks stutters
            odd += kind + _KIND_OF.get(following.text, "") in _ODD
    return odd >= _ODD_COUNT and odd > _ODD_SHARE * places


def is_list(words: Sequence[Word]) -> bool:
    """Whether a long text, as a whole, is terms without sentences."""
    return len(words) >= _LONG and _share(words, GRAMMAR_WORDS) < _LEAST_GRAMMAR


def is_enumeration(clause: Sequence[Word]) -> bool:
    """Whether it is short entries between commas: "prefill, decode, one pass, KV cache, one token at a time"."""
    pauses = sum(word.after == "," for word in clause[:-1])
    return pauses >= 4 and len(clause) < 3 * (pauses + 1)


def is_prose(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether the clause of words `first` to `last` is no list of terms: it or what is around it relates its words."""
    clause, around = words[first:last], words[max(first - _AROUND, 0) : last + _AROUND]
    length = last - first
    if length < 2 or is_enumeration(clause):
        return False
    fluency = _share(around, RELATING_WORDS) + _share(around, GRAMMAR_WORDS)
    if length <= _AROUND and fluency >= _FLUENT:
        return True
    if length < 3 or (len(around) >= 12 and fluency < _SPARSE):
        return False
    relating = _share(clause, RELATING_WORDS)
    if any(word.stem in VERB_STEMS or word.text in AUXILIARIES for word in clause):
        return relating >= 0.14 or (length <= 10 and not any(word.after == "," for word in clause[:-1]))
    return relating > (0.19 if length <= 12 else 0.25)


def _share(words: Sequence[Word], of: frozenset[str]) -> float:
    return sum(word.text in of for word in words) / len(words)
