"""Lists of terms, and words without grammar between them: they are there, but say little."""

from itertools import pairwise

import numpy as np

from service.graders.lexicon import COORDINATORS, RELATING_WORDS
from service.graders.prose import is_enumeration
from service.graders.semantic.alike import Flags, Numbers
from service.graders.semantic.texts import Text

_SHORT = 3
"""Words of what is no list yet: "main method"."""
_ENTRY = 5
"""Words of what may be one entry of a list."""
_AROUND, _LEAST_RELATING = 15, 0.12
"""Share of relating words in and around a clause that sentences have, and lists have not."""


def listed(answer: Text) -> tuple[Flags, Flags]:
    """Of each word, whether it stands in a list: beside a statement that is no sentence, and beside one that is."""
    loose, sentence = np.zeros((2, len(answer.words)), dtype=bool)
    for clause in answer.clauses:
        words = answer.words[clause.first : clause.last]
        around = answer.words[max(clause.first - _AROUND, 0) : clause.last + _AROUND]
        relating = sum(word.text in RELATING_WORDS for word in around)
        own = slice(clause.first, clause.last)
        if is_enumeration(words) or (len(around) > _SHORT and relating < _LEAST_RELATING * len(around)):
            sentence[own] = True
            if len(words) > _ENTRY and not any(word.after or word.text in COORDINATORS for word in words[:-1]):
                loose[own] = True
    return loose, sentence


def apart(exact: Flags, statement: Numbers, entry: Numbers, answer: Text) -> Flags:
    """By statement and word of the answer, whether the word stands in a clause without grammar where words of the
    statement are side by side that are not so there: in another order, or with an "and" between them ("scope file").

    `exact` has rows by words; `statement` and `entry` are the numbers of each row's.
    """
    found = np.zeros((statement[-1] + 1, len(answer.words)), dtype=bool)
    for clause in answer.clauses:
        words = range(clause.first, clause.last)
        if not any(answer.words[i].text in RELATING_WORDS for i in words):
            for i, following in pairwise(words):
                if not answer.words[i].after:
                    one, other = np.flatnonzero(exact[:, i]), np.flatnonzero(exact[:, following])
                    beside = [statement[a] for a in one for b in other if a <= b and entry[a] == entry[b]]
                    both = set(statement[one]) & set(statement[other]) - set(beside)
                    found[list(both), clause.first : clause.last] = True
    return found
