"""Statements beside an answer: how much of each the answer says, where, and whether it says the contrary.

A word of a statement counts as said as far as some word of the answer means the same: by stem, as a slip of it, or by
their vectors in context. Where one of the two is denied and the other not, or they are opposites, it counts against.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.graders.cues import Vocabulary
from service.graders.lexicon import COORDINATORS, RELATING_WORDS
from service.graders.places import keys
from service.graders.semantic.opposites import opposites
from service.graders.semantic.parameters import ALIKE, CROSSED, LIST, NEARLY, NO_MORE, OPPOSED, QUESTION_WORD, TOGETHER
from service.graders.semantic.roles import Role, crossed, roles
from service.graders.semantic.texts import Text

Matrix = npt.NDArray[np.float32]
_SHORT = 3
"""Words of what is no list yet: "main method"."""
_ENTRY = 5
"""Words of what may be one entry of a list."""
_AROUND, _LEAST_RELATING = 15, 0.12
"""Share of such words in and around a clause that sentences have, and lists have not."""


class Statement(NamedTuple):
    """A statement to look for, with its rows on the board."""

    rows: slice
    weights: Matrix
    """Of each row; they add up to 1."""
    loose: bool
    """It is no sentence: a list may say it."""
    roles: tuple[Role, ...]


class Seen(NamedTuple):
    """What an answer shows of a statement."""

    evidence: float
    """From 0 (or below, where it says the contrary) to 1."""
    clauses: tuple[int, ...]
    """Where most of it stands."""


class Board:
    """All statements of an item. A word that the question gave away (`given`, stems) hardly counts."""

    def __init__(self, texts: Sequence[Text], given: frozenset[str]) -> None:
        self._given = given
        self.statements: list[Statement] = []
        self._rows: dict[str, list[int]] = {}
        """Rows by the stem of their word."""
        stems: list[str] = []
        denied: list[bool] = []
        for text in texts:
            words = text.content
            own = [text.words[i].stem for i in words]
            weights = np.array([QUESTION_WORD if stem in given else 1.0 for stem in own], dtype=np.float32)
            rows = slice(len(stems), len(stems) + len(own))
            loose = not any(clause.prose and clause.verb is not None for clause in text.clauses)
            weights /= max(weights.sum(), 1e-9)
            self.statements.append(Statement(rows, weights, loose, roles(text)))
            stems += own
            denied += [text.denied(i) for i in words]
        for row, stem in enumerate(stems):
            self._rows.setdefault(stem, []).append(row)
        vectors = [text.vectors[list(text.content)] for text in texts]
        self._vectors = np.concatenate(vectors).astype(np.float16)  # kept for long: half the memory
        self._denied = np.array(denied, dtype=bool)
        self._numbers = np.array([stem[:1].isdecimal() for stem in stems], dtype=bool)
        self._loose = np.concatenate([np.full(len(s.weights), s.loose) for s in self.statements])

    def compare(self, answer: Text, counts: Sequence[bool], vocabulary: Vocabulary) -> "Comparison":
        """`counts` says of each clause whether it asserts anything; one that is a list counts little."""
        width = len(answer.words)
        like = (self._vectors.astype(np.float32) @ answer.vectors.T - ALIKE[0]) / (ALIKE[1] - ALIKE[0])
        like = np.clip(like, 0, NEARLY)
        like[self._numbers] = 0
        agree = self._denied[:, None] == np.array([answer.denied(i) for i in range(width)], dtype=bool)[None, :]
        contrary = np.zeros_like(agree)
        for column in range(width):
            for key in keys(answer.words, column, vocabulary):
                like[self._rows.get(key, ()), column] = 1
            for stem in opposites(answer.words[column].stem):
                contrary[self._rows.get(stem, ()), column] = True
        like[contrary] = 1
        agree ^= contrary
        agree |= like <= NEARLY  # what is only somewhat alike may be denied for its own sake
        worth, listed, run = _worth(answer, counts)
        like *= worth * np.where(self._loose[:, None], run[None, :], listed[None, :])
        given = np.array([QUESTION_WORD if word.stem in self._given else 1.0 for word in answer.words], np.float32)
        content = np.zeros(width, np.float32)
        content[list(answer.content)] = 1
        against = np.where(agree, 0, like)
        return Comparison(self, answer, np.where(agree, like, 0), against, against * contrary, given * content)


def _worth(answer: Text, counts: Sequence[bool]) -> tuple[Matrix, Matrix, Matrix]:
    """Of each word: whether it asserts anything; what it is worth in a list; and in one without so much as a comma."""
    worth, listed, run = np.ones((3, len(answer.words)), np.float32)
    for clause, asserts in zip(answer.clauses, counts, strict=True):
        words = answer.words[clause.first : clause.last]
        around = answer.words[max(clause.first - _AROUND, 0) : clause.last + _AROUND]
        relating = sum(word.text in RELATING_WORDS for word in around)
        if not asserts:
            worth[clause.first : clause.last] = 0
        if len(around) > _SHORT and relating < _LEAST_RELATING * len(around):
            listed[clause.first : clause.last] = LIST
            apart = any(word.after or word.text in COORDINATORS for word in words[:-1])
            run[clause.first : clause.last] = 1.0 if apart or len(words) <= _ENTRY else LIST
    return worth, listed, run


class Comparison:
    """A board beside one answer."""

    def __init__(
        self, board: Board, answer: Text, pro: Matrix, contra: Matrix, contrary: Matrix, weights: Matrix
    ) -> None:
        """How alike each row and each word are: `pro` of those that agree, `contra` of others, `contrary` of opposites.

        `weights` of the answer's words.
        """
        self._roles = roles(answer)
        self._board, self._answer, self._pro, self._weights = board, answer, pro, weights
        self._for = _by_clause(pro, answer)
        self._against = _by_clause(contra, answer)
        self._contrary = _by_clause(contrary, answer)

    def seen(self, number: int) -> Seen:
        """What the answer shows of statement `number`."""
        statement = self._board.statements[number]
        windows = list(self._windows())
        if not windows:
            return Seen(0.0, ())
        together = [self.within(number, window) for window in windows]
        best = max(range(len(windows)), key=together.__getitem__)
        evidence = TOGETHER * together[best] + (1 - TOGETHER) * self.within(number, range(len(self._answer.clauses)))
        if crossed(statement.roles, self._roles):
            evidence *= CROSSED
        return Seen(evidence, windows[best])

    def within(self, number: int, clauses: Sequence[int]) -> float:
        """What some clauses show of statement `number`."""
        statement, columns = self._board.statements[number], list(clauses)
        said = self._for[statement.rows, columns].max(axis=1)
        denied = self._against[statement.rows, columns].max(axis=1)
        found = float(statement.weights @ np.where(said >= denied, said, -OPPOSED * denied))
        if (self._contrary[statement.rows, columns].max(axis=1) > said).any():
            found *= CROSSED
        return (1 - NO_MORE) * found + NO_MORE * self._no_more(statement, clauses) if found > 0 else found

    def _no_more(self, statement: Statement, clauses: Sequence[int]) -> float:
        """How much of what some clauses say is in the statement."""
        words = slice(self._answer.clauses[clauses[0]].first, self._answer.clauses[clauses[-1]].last)
        weights = self._weights[words]
        return float(weights @ self._pro[statement.rows, words].max(axis=0) / max(weights.sum(), 1e-6))

    def _windows(self) -> Iterator[tuple[int, ...]]:
        """Each clause, and each with the one before it."""
        for clause in range(len(self._answer.clauses)):
            yield (clause,)
            if clause:
                yield (clause - 1, clause)


def _by_clause(like: Matrix, answer: Text) -> Matrix:
    """The best of each row in each clause, what a pronoun in it stands for included."""
    found = np.zeros((like.shape[0], len(answer.clauses)), dtype=np.float32)
    for number, clause in enumerate(answer.clauses):
        for first, last in (clause.span, *clause.inherits):
            if first < last:
                found[:, number] = np.maximum(found[:, number], like[:, first:last].max(axis=1))
    return found
