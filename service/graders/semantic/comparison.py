"""A board beside one answer: how much of each statement it says, and where.

Everything is computed for all statements at once, in each place: a clause, or one with the clause before it.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from service.graders.semantic.alike import Alike, Flags, Matrix, Place, by_clause, by_place, places, share_of
from service.graders.semantic.contradiction import contradicting
from service.graders.semantic.parameters import (
    CROSSED,
    DISTRUST,
    KNOWN,
    NO_MORE,
    OPPOSED,
    RECALLED,
    TOGETHER,
)
from service.graders.semantic.roles import crossed, roles
from service.graders.semantic.texts import Text
from service.graders.semantic.trust import denying, listing, strung

if TYPE_CHECKING:
    from service.graders.semantic.board import Board, Together


class Seen(NamedTuple):
    """What an answer shows of a statement."""

    evidence: float
    """From 0 (or below, where it says the contrary) to 1."""
    clauses: Place
    """Where most of it stands."""
    trust: float
    """What of all evidence for the statement counts, from 0 to 1."""
    plain: float
    """What of the answer as a whole counts for it: less, where most of that is a list."""


class Comparison:
    """What one answer shows of the statements of a board. There has to be a clause."""

    def __init__(
        self, board: "Board", answer: Text, alike: Alike, weights: Matrix, known: Matrix, lists: Matrix
    ) -> None:
        """`weights` of the answer's words; `known`, by row, is how near its nearest word is, whatever is said of it;
        `lists`, by statement, is the share of the answer in lists.
        """
        self._board, self._answer, self._known, self._lists = board, answer, known, lists
        self.places = places(answer.clauses)
        self._roles, self._undenied = roles(answer), denying(answer)
        self._trust = strung(alike.pro, board.statement, board.core, answer)
        pro = self._uncontradicted(alike)
        both = (
            by_clause(pro, answer),
            by_clause(alike.contra, answer),
            by_clause(alike.contra * alike.contrary, answer),
        )
        spans = [(answer.clauses[place[0]].first, answer.clauses[place[-1]].last) for place in self.places]
        no_more = share_of(np.maximum.reduceat(pro, board.starts, axis=0), weights, spans)
        within = self._evidence(*map(by_place, both))
        self._opposed = self._opposite(by_place(both[0]), by_place(both[2]))
        self.within = np.where(within > 0, (1 - NO_MORE) * within + NO_MORE * no_more, within)
        """By statement and place, the share that is said there."""
        self._spread = self._evidence(*(part.max(axis=1, keepdims=True) for part in both))[:, 0]
        self.literal = board.shares((pro * alike.exact).max(axis=1, keepdims=True))[:, 0]
        """By statement, the share that stands somewhere in its own words."""
        self.meanings: Matrix = np.stack([answer.meaning(*span) for span in spans], axis=1)
        """The vectors of the places, as columns."""
        meanings = board.meanings.astype(np.float32)
        self.near: Matrix = meanings @ self.meanings
        """By statement and place, the cosine of their meanings."""
        self._meaning = answer.meaning(0, len(answer.words))
        self.beside: Matrix = meanings @ self._meaning
        """By statement, the cosine with the whole answer: how much of `near` the matter alone brings."""

    def seen(self, number: int) -> Seen:
        """What the answer shows of statement `number`."""
        board = self._board
        best = int(self.within[number].argmax())
        together = float(self.within[number, best])
        evidence = TOGETHER * together + (1 - TOGETHER) * float(self._spread[number])
        trust = CROSSED if crossed(board.statements[number].roles, self._roles) else 1.0
        if board.truths[number]:
            trust *= self._trust if board.statements[number].denials else self._trust * self._undenied
        evidence *= trust if evidence > 0 else 1
        trust *= CROSSED if self._opposed[number, best] else 1
        return Seen(evidence, self.places[best], trust, listing(self._lists[number]))

    def whole(self, statements: "Together") -> float:
        """How much the answer says of some statements taken together: their words, and their meaning; 1 is all."""
        known = np.zeros(len(statements.weights))
        np.maximum.at(known, statements.stem, self._known[statements.rows])
        recalled = float(np.where(known >= KNOWN, known, 0) @ statements.weights)
        return RECALLED * recalled + (1 - RECALLED) * float(statements.meaning @ self._meaning)

    def length(self, place: Place) -> int:
        """Words there."""
        return sum(self._answer.clauses[number].last - self._answer.clauses[number].first for number in place)

    def denied(self, place: Place) -> bool:
        """Whether any word there denies."""
        return any(self._answer.denials(self._answer.clauses[number]) for number in place)

    def _uncontradicted(self, alike: Alike) -> Matrix:
        """`alike.pro`, with nothing left of truths in sentences that contradict one: they prove no other either."""
        board, answer = self._board, self._answer
        sentences = contradicting(board, answer, alike)
        pro = alike.pro.copy()
        for clause in answer.clauses:
            if clause.sentence in sentences:
                pro[board.true, clause.first : clause.last] = 0
        if len(sentences) >= max(len({clause.sentence for clause in answer.clauses}) / 2, 1):
            self._trust *= DISTRUST
        return pro

    def _evidence(self, said: Matrix, against: Matrix, contrary: Matrix) -> Matrix:
        """By statement and place, of what is said in each place of each row."""
        found = self._board.shares(np.where(said >= against, said, -OPPOSED * against))
        return np.where(self._opposite(said, contrary), CROSSED * found, found)

    def _opposite(self, said: Matrix, contrary: Matrix) -> Flags:
        """By statement and place, whether the opposite of a word is said there rather than the word."""
        found: Flags = np.maximum.reduceat(contrary > said, self._board.starts, axis=0)
        return found
