"""Lists of terms: words in them are there, but say little."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from service.graders.lexicon import COORDINATORS, RELATING_WORDS
from service.graders.prose import is_enumeration
from service.graders.semantic.parameters import LISTED
from service.graders.semantic.texts import Text

_SHORT = 3
"""Words of what is no list yet: "main method"."""
_ENTRY = 5
"""Words of what may be one entry of a list."""
_AROUND, _LEAST_RELATING = 15, 0.12
"""Share of relating words in and around a clause that sentences have, and lists have not."""

Worths = npt.NDArray[np.float32]


def worths(answer: Text, counts: Sequence[bool]) -> tuple[Worths, Worths]:
    """Of each word, 0 where it asserts nothing: what it is worth for a sentence, and for what is none."""
    sentence, loose = np.ones((2, len(answer.words)), np.float32)
    for clause, asserts in zip(answer.clauses, counts, strict=True):
        words = answer.words[clause.first : clause.last]
        around = answer.words[max(clause.first - _AROUND, 0) : clause.last + _AROUND]
        relating = sum(word.text in RELATING_WORDS for word in around)
        own = slice(clause.first, clause.last)
        if is_enumeration(words) or (len(around) > _SHORT and relating < _LEAST_RELATING * len(around)):
            sentence[own] = LISTED
            if len(words) > _ENTRY and not any(word.after or word.text in COORDINATORS for word in words[:-1]):
                loose[own] = LISTED
        if not asserts:
            sentence[own] = loose[own] = 0
    return sentence, loose
