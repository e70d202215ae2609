"""How alike the rows of a board and the words of an answer are, and the places where they are looked for."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.graders.clauses import Clause
from service.graders.semantic.texts import Text

Matrix = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

Place = tuple[int, ...]
"""Clauses, by number: one, or one with the clause before it."""


class Alike(NamedTuple):
    """By row of a board and word of an answer."""

    pro: Matrix
    """Those that agree."""
    contra: Matrix
    """Those of which one is denied, or that are opposites."""
    contrary: Matrix
    """1 for opposites."""
    exact: Matrix
    """1 for words that are the same by stem or name."""


def places(clauses: Sequence[Clause]) -> list[Place]:
    """Each clause, then each with the one before it."""
    count = len(clauses)
    return [(n,) for n in range(count)] + [(n - 1, n) for n in range(1, count)]


def by_clause(like: Matrix, answer: Text) -> Matrix:
    """The best of each row in each clause, what a pronoun in it stands for included."""
    found = np.zeros((like.shape[0], len(answer.clauses)), dtype=np.float32)
    for number, clause in enumerate(answer.clauses):
        for first, last in (clause.span, *clause.inherits):
            if first < last:
                found[:, number] = np.maximum(found[:, number], like[:, first:last].max(axis=1))
    return found


def by_place(by_clause: Matrix) -> Matrix:
    """The same in each of the `places`."""
    return np.concatenate([by_clause, np.maximum(by_clause[:, 1:], by_clause[:, :-1])], axis=1)


def share_of(known: Matrix, weights: Matrix, spans: Sequence[tuple[int, int]]) -> Matrix:
    """Of the words in each span, how much is `known`: rows by words, and the `weights` of the words."""
    said = np.concatenate([np.zeros((len(known), 1), np.float32), np.cumsum(known * weights, axis=1)], axis=1)
    words = np.concatenate([[0.0], np.cumsum(weights)])
    first, last = [span[0] for span in spans], [span[1] for span in spans]
    return np.asarray((said[:, last] - said[:, first]) / np.maximum(words[last] - words[first], 1e-6), dtype=np.float32)
