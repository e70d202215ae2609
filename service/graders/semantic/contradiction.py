"""Sentences of an answer that contradict the rubric: they say a truth, but for a denial more or less."""

from typing import TYPE_CHECKING

import numpy as np

from service.graders.semantic.alike import Alike, Matrix, by_clause, share_of
from service.graders.semantic.parameters import COPIED, COPIED_WORDS, NEARLY, NOTHING_ELSE
from service.graders.semantic.texts import Text

if TYPE_CHECKING:
    from service.graders.semantic.board import Board

_ALL = 0.999


def contradicting(board: "Board", answer: Text, alike: Alike) -> set[int]:
    """Their numbers. Only the truth's very words count: what is said in other words may be denied for its own sake.

    "does not decrease" for "increases" denies nothing. A sentence contradicts as a whole, or in a clause, which has to
    repeat all of a truth by itself.
    """
    clauses = answer.clauses
    if not clauses:
        return set()
    sentences = [clause.sentence for clause in clauses]
    whole = [[n for n, sentence in enumerate(sentences) if sentence == one] for one in sorted(set(sentences))]
    own = [[n] for n in range(len(clauses))] + whole
    least = np.array([_ALL] * len(clauses) + [COPIED] * len(whole))
    spans = [(clauses[numbers[0]].first, clauses[numbers[-1]].last) for numbers in own]
    exact = (np.maximum(alike.pro, alike.contra) > NEARLY).astype(np.float32)

    def by_span(like: Matrix) -> Matrix:
        alone = [like[:, first:last].max(axis=1) for first, last in spans[: len(clauses)]]
        found = by_clause(like, answer)
        return np.stack(alone + [found[:, numbers].max(axis=1) for numbers in whole], axis=1)

    content = np.zeros(len(answer.words), dtype=np.float32)
    content[list(answer.content)] = 1
    repeated = np.add.reduceat(by_span(exact), board.starts, axis=0) / board.sizes[:, None]
    nothing_else = share_of(np.maximum.reduceat(exact, board.starts, axis=0), content, spans)
    opposite = np.maximum.reduceat(by_span(alike.contrary), board.starts, axis=0)
    denials = np.array([sum(answer.denials(clauses[n]) for n in numbers) for numbers in own])
    odd = (board.denials[:, None] + denials) % 2 == 1
    found = (repeated >= least) & (nothing_else >= NOTHING_ELSE) & (opposite == 0) & odd
    against = found[board.truths & (board.sizes >= COPIED_WORDS)].any(axis=0)
    return {sentences[numbers[0]] for numbers, contradicts in zip(own, against, strict=True) if contradicts}
