"""Statements beside an answer: how much of each the answer says, where, and whether it says the contrary.

A word of a statement counts as said as far as some word of the answer means the same: by stem, as a slip of it, or by
their vectors in context. Where one of the two is denied and the other not, or they are opposites, it counts against.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.graders.clauses import Clause
from service.graders.cues import Vocabulary
from service.graders.lexicon import NEGATORS, RELATING_WORDS
from service.graders.places import keys
from service.graders.semantic.lists import worths
from service.graders.semantic.opposites import opposites
from service.graders.semantic.parameters import (
    ALIKE,
    CROSSED,
    DENIED,
    DISTRUST,
    LIST,
    MOST_RIVALRY,
    NEARLY,
    NO_MORE,
    NOTHING_ELSE,
    OPPOSED,
    QUESTION_WORD,
    REPEATED,
    RIVAL,
    RIVALRY,
    TOGETHER,
)
from service.graders.semantic.roles import Role, crossed, roles
from service.graders.semantic.texts import Text
from service.graders.semantic.trust import denying, strung

Matrix = npt.NDArray[np.float32]
_FIRM = 2
"""Content words that a truth has to have to be contradicted."""


class Statement(NamedTuple):
    """A statement to look for, with its rows on the board."""

    rows: slice
    weights: Matrix
    """Of each row; they add up to 1."""
    loose: bool
    """It is no sentence: a list may say it."""
    roles: tuple[Role, ...]
    denials: int
    """Words in it that deny."""
    single: bool
    """It is one clause."""


class Seen(NamedTuple):
    """What an answer shows of a statement."""

    evidence: float
    """From 0 (or below, where it says the contrary) to 1."""
    clauses: tuple[int, ...]
    """Where most of it stands."""


class Board:
    """All statements of an item. A word that the question gave away (`given`, stems) hardly counts."""

    def __init__(self, texts: Sequence[Text], given: frozenset[str], mistakes: range, firm: range) -> None:
        """`mistakes` are the numbers of statements that are false, `firm` of truths that can be contradicted."""
        self._given = given
        self.mistakes = mistakes
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
            denials = sum(_denials(text, clause) for clause in text.clauses)
            self.statements.append(Statement(rows, weights, loose, roles(text), denials, len(text.clauses) == 1))
            stems += own
            denied += [text.denied(i) for i in words]
        for row, stem in enumerate(stems):
            self._rows.setdefault(stem, []).append(row)
        vectors = [text.vectors[list(text.content)] for text in texts]
        self._vectors = np.concatenate(vectors).astype(np.float16)  # kept for long: half the memory
        self._denied = np.array(denied, dtype=bool)
        self._numbers = np.array([stem[:1].isdecimal() for stem in stems], dtype=bool)
        self._loose = np.concatenate([np.full(len(s.weights), s.loose) for s in self.statements])
        self.truths = np.array([number not in mistakes for number in range(len(texts))])
        self.true = np.repeat(self.truths, [len(s.weights) for s in self.statements])
        """The rows of truths."""
        self.firm = np.array(
            [n in firm and len(s.weights) >= _FIRM and not s.denials for n, s in enumerate(self.statements)]
        )
        self.statement = np.repeat(np.arange(len(texts)), [len(s.weights) for s in self.statements])
        self.shares = np.zeros((len(texts), len(stems)), np.float32)
        """By statement the weight of each row in it."""
        for number, statement in enumerate(self.statements):
            self.shares[number, statement.rows] = statement.weights

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
        worth, listed, run = worths(answer, counts)
        like *= worth * np.where(self._loose[:, None], run[None, :], listed[None, :])
        for clause in answer.clauses:
            for statement in self._disordered(answer, clause, vocabulary):
                like[statement.rows, clause.first : clause.last] *= LIST
        given = np.array([QUESTION_WORD if word.stem in self._given else 1.0 for word in answer.words], np.float32)
        content = np.zeros(width, np.float32)
        content[list(answer.content)] = 1
        against = np.where(agree, 0, like)
        return Comparison(self, answer, np.where(agree, like, 0), against, contrary.astype(np.float32), given * content)

    def _disordered(self, answer: Text, clause: Clause, vocabulary: Vocabulary) -> Iterator[Statement]:
        """What words without grammar between them hardly say, as they stand in another order: "scope file"."""
        words = range(clause.first, clause.last)
        if any(answer.words[i].text in RELATING_WORDS for i in words):
            return
        found = [{r for key in keys(answer.words, i, vocabulary) for r in self._rows.get(key, ())} for i in words]
        beside = [(a, b) for i, (a, b) in zip(words, pairwise(found), strict=False) if not answer.words[i].after]
        for statement in self.statements:
            rows = range(statement.rows.start, statement.rows.stop)
            if any(
                (one := a.intersection(rows)) and (other := b.intersection(rows)) and min(other) < min(one)
                for a, b in beside
            ):
                yield statement


class Comparison:
    """A board beside one answer."""

    def __init__(
        self, board: Board, answer: Text, pro: Matrix, contra: Matrix, contrary: Matrix, weights: Matrix
    ) -> None:
        """How alike each row and each word are: `pro` of those that agree, `contra` of others, `contrary` of opposites.

        `weights` of the answer's words.
        """
        self._roles = roles(answer)
        self._mistaken: dict[int, float] = {}
        self._board, self._answer, self._pro, self._weights = board, answer, pro, weights
        self._trust, self._undenied = strung(pro, board.statement, answer), denying(answer)
        self._for = _by_clause(pro, answer)
        self._against = _by_clause(contra, answer)
        self._contrary = _by_clause(contra * contrary, answer)
        self._opposites = _by_clause(contrary, answer)
        contradicting = self._contradicting()
        said = [clause.sentence in contradicting for clause in answer.clauses]
        self._for[np.ix_(board.true, np.array(said, dtype=bool))] = 0
        for clause in (clause for clause, against in zip(answer.clauses, said, strict=True) if against):
            pro[board.true, clause.first : clause.last] = 0
        sentences = len({clause.sentence for clause in answer.clauses})
        if len(contradicting) >= max(sentences / 2, 1):
            self._trust *= DISTRUST

    def _contradicting(self) -> set[int]:
        """The sentences that deny most of what a truth says, or all but repeat it with one denial more or less.

        They prove no other truth either.
        """
        board, clauses = self._board, self._answer.clauses
        denied = self._against > self._for
        con = board.shares @ np.where(denied, self._against, 0)
        pro = board.shares @ np.where(denied, 0, self._for)
        denials = np.array([s.denials for s in board.statements])[:, None]
        other = denials % 2 != np.array([_denials(self._answer, clause) % 2 for clause in clauses])
        found = ((denials == 0) | other) & (con >= DENIED) & (con > pro)
        other &= board.shares @ self._opposites == 0  # "does not decrease" for "increases" denies nothing
        repeated = other & (con + pro >= REPEATED) & np.array([s.single for s in board.statements])[:, None]
        for number, clause in zip(*repeated.nonzero(), strict=True):
            found[number, clause] |= self._no_more(board.statements[number], (clause,)) >= NOTHING_ELSE
        against = found[board.firm].any(axis=0)
        return {clause.sentence for clause, contradicts in zip(clauses, against, strict=True) if contradicts}

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
        if self._board.truths[number] and evidence > 0:
            evidence -= self._rivalled(together[best], windows[best])
            evidence *= self._trust
            if not statement.denials:
                evidence *= self._undenied
        return Seen(evidence, windows[best])

    def _rivalled(self, evidence: float, clauses: Sequence[int]) -> float:
        """What a truth loses to the mistake that its place says: "compared with the values" for "with the keys"."""
        for clause in clauses:
            if clause not in self._mistaken:
                said = (self.within(mistake, (clause,)) for mistake in self._board.mistakes)
                self._mistaken[clause] = max(said, default=0.0)
        rival = max(self._mistaken[clause] for clause in clauses)
        return RIVALRY * min(max(rival - evidence + RIVAL, 0.0), MOST_RIVALRY) if self._board.mistakes else 0.0

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


def _denials(text: Text, clause: Clause) -> int:
    return sum(word.text in NEGATORS for word in text.words[clause.first : clause.last])


def _by_clause(like: Matrix, answer: Text) -> Matrix:
    """The best of each row in each clause, what a pronoun in it stands for included."""
    found = np.zeros((like.shape[0], len(answer.clauses)), dtype=np.float32)
    for number, clause in enumerate(answer.clauses):
        for first, last in (clause.span, *clause.inherits):
            if first < last:
                found[:, number] = np.maximum(found[:, number], like[:, first:last].max(axis=1))
    return found
