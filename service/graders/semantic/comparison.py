"""A board beside one answer: how much of each statement it says, where, and whether it says the contrary.

Everything is computed for all statements at once, in each place: a clause, or one with the clause before it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from service.graders.semantic.parameters import (
    CROSSED,
    DENIED,
    DISTRUST,
    MOST_RIVALRY,
    NO_MORE,
    NOTHING_ELSE,
    OPPOSED,
    REPEATED,
    RIVAL,
    RIVALRY,
    TOGETHER,
)
from service.graders.semantic.roles import crossed, roles
from service.graders.semantic.texts import Text
from service.graders.semantic.trust import denying, strung

if TYPE_CHECKING:
    from service.graders.semantic.board import Board

Matrix = npt.NDArray[np.float32]


class Alike(NamedTuple):
    """How alike each row of a board and each word of an answer are."""

    pro: Matrix
    """Those that agree."""
    contra: Matrix
    """Those of which one is denied, or that are opposites."""
    contrary: Matrix
    """1 for opposites."""


class Seen(NamedTuple):
    """What an answer shows of a statement."""

    evidence: float
    """From 0 (or below, where it says the contrary) to 1."""
    clauses: tuple[int, ...]
    """Where most of it stands."""


class Comparison:
    """What one answer shows of the statements of a board."""

    def __init__(self, board: "Board", answer: Text, alike: Alike, weights: Matrix) -> None:
        """`weights` of the answer's words."""
        self._board, self._answer, self._weights = board, answer, weights
        count = len(answer.clauses)
        self._places = [(n,) for n in range(count)] + [(n - 1, n) for n in range(1, count)]
        said, against = _by_clause(alike.pro, answer), _by_clause(alike.contra, answer)
        self._roles, self._undenied = roles(answer), denying(answer)
        self._trust = strung(alike.pro, board.statement, answer)
        contradicting = self._contradicting(said, against, alike)
        pro = alike.pro.copy()
        for number, clause in enumerate(answer.clauses):
            if clause.sentence in contradicting:
                said[board.true, number] = 0
                pro[board.true, clause.first : clause.last] = 0
        if len(contradicting) >= max(len({clause.sentence for clause in answer.clauses}) / 2, 1):
            self._trust *= DISTRUST
        both = (said, against, _by_clause(alike.contra * alike.contrary, answer))
        self._within = self._evidence(*map(_pairs, both)) if count else np.zeros((len(board.statements), 0), np.float32)
        found = self._within > 0
        self._within = np.where(found, (1 - NO_MORE) * self._within + NO_MORE * self._no_more(pro), self._within)
        if count:
            whole = [np.max(part, axis=1, keepdims=True) for part in both]
            self._spread = self._evidence(*whole)[:, 0]

    def seen(self, number: int) -> Seen:
        """What the answer shows of statement `number`."""
        if not self._places:
            return Seen(0.0, ())
        board = self._board
        best = int(self._within[number].argmax())
        together = float(self._within[number, best])
        evidence = TOGETHER * together + (1 - TOGETHER) * float(self._spread[number])
        if crossed(board.statements[number].roles, self._roles):
            evidence *= CROSSED
        if board.truths[number] and evidence > 0:
            evidence = (evidence - self._rivalled(together, self._places[best])) * self._trust
            if not board.statements[number].denials:
                evidence *= self._undenied
        return Seen(evidence, self._places[best])

    def within(self, number: int, clause: int) -> float:
        """What a clause shows of statement `number`."""
        return float(self._within[number, clause])

    def _rivalled(self, evidence: float, clauses: Sequence[int]) -> float:
        """What a truth loses to the mistake that its place says: "compared with the values" for "with the keys"."""
        mistaken = self._within[self._board.mistakes][:, list(clauses)]
        rival = float(mistaken.max()) if mistaken.size else 0.0
        return RIVALRY * min(max(rival - evidence + RIVAL, 0.0), MOST_RIVALRY) if mistaken.size else 0.0

    def _evidence(self, said: Matrix, against: Matrix, contrary: Matrix) -> Matrix:
        """By statement and place, of what is said in each place of each row."""
        found: Matrix = self._board.shares @ np.where(said >= against, said, -OPPOSED * against)
        opposite = np.maximum.reduceat(contrary > said, self._board.starts, axis=0)
        return np.where(opposite, CROSSED * found, found)

    def _no_more(self, pro: Matrix) -> Matrix:
        """By statement and place: how much of what is said there is in the statement."""
        known = np.maximum.reduceat(pro, self._board.starts, axis=0) * self._weights
        said = np.concatenate([np.zeros((len(known), 1), np.float32), np.cumsum(known, axis=1)], axis=1)
        words = np.concatenate([[0.0], np.cumsum(self._weights)])
        clauses = self._answer.clauses
        first = [clauses[place[0]].first for place in self._places]
        last = [clauses[place[-1]].last for place in self._places]
        return np.asarray(
            (said[:, last] - said[:, first]) / np.maximum(words[last] - words[first], 1e-6), dtype=np.float32
        )

    def _contradicting(self, said: Matrix, against: Matrix, alike: Alike) -> set[int]:
        """The sentences that deny most of what a truth says, or all but repeat it with one denial.

        They prove no other truth either.
        """
        board, clauses = self._board, self._answer.clauses
        if not clauses:
            return set()
        denied = against > said
        con = board.shares @ np.where(denied, against, 0)
        pro = board.shares @ np.where(denied, 0, said)
        found = (con >= DENIED) & (con > pro)
        odd = np.array([self._answer.denies(clause) for clause in clauses])
        # "does not decrease" for "increases" denies nothing
        repeated = odd & (board.shares @ _by_clause(alike.contrary, self._answer) == 0) & (con + pro >= REPEATED)
        nothing_else = self._no_more(alike.pro)[:, : len(clauses)] >= NOTHING_ELSE
        found |= repeated & board.single[:, None] & nothing_else
        against_any = found[board.firm].any(axis=0)
        return {clause.sentence for clause, contradicts in zip(clauses, against_any, strict=True) if contradicts}


def _by_clause(like: Matrix, answer: Text) -> Matrix:
    """The best of each row in each clause, what a pronoun in it stands for included."""
    found = np.zeros((like.shape[0], len(answer.clauses)), dtype=np.float32)
    for number, clause in enumerate(answer.clauses):
        for first, last in (clause.span, *clause.inherits):
            if first < last:
                found[:, number] = np.maximum(found[:, number], like[:, first:last].max(axis=1))
    return found


def _pairs(by_clause: Matrix) -> Matrix:
    """Beside each clause also each with the one before it."""
    return np.concatenate([by_clause, np.maximum(by_clause[:, 1:], by_clause[:, :-1])], axis=1)
