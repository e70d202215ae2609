"""Statements beside an answer: how much of each the answer says, where, and whether it says the contrary.

A word of a statement counts as said as far as some word of the answer means the same: by stem, as a slip of it, or by
their vectors in context. Where one of the two is denied and the other not, or they are opposites, it counts against.
"""

from collections.abc import Container, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from service.graders.clauses import Clause
from service.graders.cues import Vocabulary
from service.graders.lexicon import RELATING_WORDS
from service.graders.places import keys
from service.graders.semantic.alike import Alike, Matrix
from service.graders.semantic.comparison import Comparison
from service.graders.semantic.lists import worths
from service.graders.semantic.model import WIDTH, Vectors
from service.graders.semantic.opposites import opposites
from service.graders.semantic.parameters import ALIKE, LISTED, NEARLY, QUESTION_WORD
from service.graders.semantic.roles import Role, roles
from service.graders.semantic.texts import Text

_NO_VECTOR = np.zeros((1, WIDTH), dtype=np.float32)


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


class Board:
    """All statements of an item. A word that the question gave away (`given`, stems) hardly counts."""

    def __init__(
        self,
        texts: Sequence[Text],
        given: frozenset[str],
        mistakes: Container[int],
        paraphrases: Container[int],
    ) -> None:
        """`mistakes` are the numbers of statements that are false, `paraphrases` of those beside the rubric's own."""
        self._given = given
        self.statements: list[Statement] = []
        self._rows: dict[str, list[int]] = {}
        """Rows by the stem of their word."""
        stems: list[str] = []
        denied: list[bool] = []
        for text in texts:
            words = text.content
            own = [text.words[i].stem for i in words] or [""]  # every statement has a row
            weights = np.array([QUESTION_WORD if stem in given else 1.0 for stem in own], dtype=np.float32)
            rows = slice(len(stems), len(stems) + len(own))
            loose = not any(clause.prose and clause.verb is not None for clause in text.clauses)
            weights /= max(weights.sum(), 1e-9)
            denials = sum(map(text.denials, text.clauses))
            self.statements.append(Statement(rows, weights, loose, roles(text), denials))
            stems += own
            denied += [text.denied(i) for i in words] or [False]
        for row, stem in enumerate(stems):
            self._rows.setdefault(stem, []).append(row)
        vectors = [text.vectors[list(text.content)] if text.content else _NO_VECTOR for text in texts]
        self._vectors = np.concatenate(vectors).astype(np.float16)  # kept for long: half the memory
        self._denied = np.array(denied, dtype=bool)
        self._numbers = np.array([stem[:1].isdecimal() for stem in stems], dtype=bool)
        self.sizes = np.array([len(s.weights) for s in self.statements])
        self._loose = np.repeat([s.loose for s in self.statements], self.sizes)
        self.truths = np.array([number not in mistakes for number in range(len(texts))])
        self.core = np.repeat([number not in paraphrases for number in range(len(texts))], self.sizes)
        """The rows of the rubric's own statements."""
        self.true = np.repeat(self.truths, self.sizes)
        """The rows of truths."""
        self.denials = np.array([s.denials for s in self.statements])
        self.meanings = np.stack([_meaning(text) for text in texts]).astype(np.float16)
        self.starts = np.array([s.rows.start for s in self.statements])
        """The first row of each statement."""
        self.statement = np.repeat(np.arange(len(texts)), self.sizes)
        self._weights = np.concatenate([s.weights for s in self.statements])[:, None]

    def shares(self, rows: Matrix) -> Matrix:
        """By statement, of what is said of each of its rows: their weighted mean."""
        return np.asarray(np.add.reduceat(self._weights * rows, self.starts, axis=0), dtype=np.float32)

    def compare(self, answer: Text, counts: Sequence[bool], vocabulary: Vocabulary) -> Comparison:
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
        exact = like > NEARLY
        like[contrary] = 1
        agree ^= contrary
        agree |= like <= NEARLY  # what is only somewhat alike may be denied for its own sake
        sentence, loose = worths(answer, counts)
        like *= np.where(self._loose[:, None], loose, sentence)
        for clause in answer.clauses:
            for statement in self._disordered(answer, clause, vocabulary):
                like[statement.rows, clause.first : clause.last] *= LISTED
        given = np.array([QUESTION_WORD if word.stem in self._given else 1.0 for word in answer.words], np.float32)
        content = np.zeros(width, np.float32)
        content[list(answer.content)] = 1
        alike = Alike(
            np.where(agree, like, 0), np.where(agree, 0, like), contrary.astype(np.float32), exact.astype(np.float32)
        )
        return Comparison(self, answer, alike, given * content)

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


def _meaning(text: Text) -> Vectors:
    """Of the clauses of a statement."""
    return text.meaning(text.clauses[0].first, text.clauses[-1].last) if text.clauses else _NO_VECTOR[0]
