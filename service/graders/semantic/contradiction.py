"""Sentences of an answer that contradict the rubric: they say a truth, but for a denial more or less."""

from typing import TYPE_CHECKING

import numpy as np

from service.graders.semantic.alike import Alike, Matrix, by_clause, share_of
from service.graders.semantic.parameters import COPIED, COPIED_WORDS, NEARLY, NOTHING_ELSE
from service.graders.semantic.texts import Text

if TYPE_CHECKING:
    from service.graders.semantic.board import Board


def contradicting(board: "Board", answer: Text, alike: Alike) -> set[int]:
    """Their numbers. Only the truth's very words count: what is said in other words may be denied for its own sake.

    "does not decrease" for "increases" denies nothing.
    """
    clauses = answer.clauses
    sentences = sorted({clause.sentence for clause in clauses})
    if not sentences:
        return set()
    own = [[n for n, clause in enumerate(clauses) if clause.sentence == sentence] for sentence in sentences]
    spans = [(clauses[numbers[0]].first, clauses[numbers[-1]].last) for numbers in own]
    exact = (np.maximum(alike.pro, alike.contra) > NEARLY).astype(np.float32)

    def by_sentence(like: Matrix) -> Matrix:
        found = by_clause(like, answer)
        return np.stack([found[:, numbers].max(axis=1) for numbers in own], axis=1)

    content = np.zeros(len(answer.words), dtype=np.float32)
    content[list(answer.content)] = 1
    repeated = np.add.reduceat(by_sentence(exact), board.starts, axis=0) / board.sizes[:, None]
    nothing_else = share_of(np.maximum.reduceat(exact, board.starts, axis=0), content, spans)
    opposite = np.maximum.reduceat(by_sentence(alike.contrary), board.starts, axis=0)
    denials = np.array([sum(answer.denials(clauses[n]) for n in numbers) for numbers in own])
    odd = (board.denials[:, None] + denials) % 2 == 1
    found = (repeated >= COPIED) & (nothing_else >= NOTHING_ELSE) & (opposite == 0) & odd
    against = found[board.truths & (board.sizes >= COPIED_WORDS)].any(axis=0)
    return {sentence for sentence, contradicts in zip(sentences, against, strict=True) if contradicts}
