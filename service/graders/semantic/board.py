"""Statements beside an answer: how much of each the answer says, where, and whether it says the contrary.

A word of a statement counts as said as far as some word of the answer means the same: by stem, as a slip of it, or by
their vectors in context. Where one of the two is denied and the other not, or they are opposites, it counts against.
"""

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.graders.cues import Vocabulary
from service.graders.lexicon import COORDINATORS
from service.graders.places import keys
from service.graders.semantic.alike import Alike, Flags, Matrix, Numbers
from service.graders.semantic.comparison import Comparison
from service.graders.semantic.lists import apart, listed
from service.graders.semantic.model import WIDTH, Vectors
from service.graders.semantic.opposites import degrees, opposites
from service.graders.semantic.parameters import ALIKE, ASKED, LISTED, NEARLY, QUESTION_WORD
from service.graders.semantic.roles import Role, roles
from service.graders.semantic.texts import Text, normal

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


class Together(NamedTuple):
    """Some statements as one."""

    rows: Numbers
    stem: Numbers
    """Of each row its stem, as a number from 0: a word counts once."""
    weights: npt.NDArray[np.float64]
    """Of each stem; they add up to 1."""
    meaning: Vectors


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
        entries: list[tuple[int, int]] = []
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
            entries += [(len(self.statements), entry) for entry in _entries(text)] or [(len(self.statements), 0)]
            denied += [text.denied(i) for i in words] or [False]
        self._stems = np.array(stems)
        for row, stem in enumerate(stems):
            self._rows.setdefault(stem, []).append(row)
        vectors = [text.vectors[list(text.content)] if text.content else _NO_VECTOR for text in texts]
        self._vectors = np.concatenate(vectors).astype(np.float16)  # kept for long: half the memory
        self._denied = np.array(denied, dtype=bool)
        self._entries = np.unique(entries, axis=0, return_inverse=True)[1].ravel()
        self._numbers = np.array([stem[:1].isdecimal() for stem in stems], dtype=bool)
        self.sizes = np.array([len(s.weights) for s in self.statements])
        self._loose = np.array([s.loose for s in self.statements])
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

    def together(self, numbers: Sequence[int]) -> Together:
        rows = np.flatnonzero(np.isin(self.statement, numbers))
        stems, stem = np.unique(self._stems[rows], return_inverse=True)
        weights = np.array([ASKED if word in self._given else 1.0 for word in stems])
        meaning = self.meanings[list(numbers)].astype(np.float32).sum(axis=0, keepdims=True)
        return Together(rows, stem, weights / weights.sum(), normal(meaning)[0])

    def compare(self, answer: Text, counts: Sequence[bool], vocabulary: Vocabulary) -> Comparison:
        """`counts` says of each clause whether it asserts anything; one that is a list counts little."""
        like, contrary = self._like(answer, vocabulary)
        known, exact = like.max(axis=1), like > NEARLY
        agree = self._denied[:, None] == np.array([answer.denied(i) for i in range(len(answer.words))], dtype=bool)
        agree ^= contrary
        like[contrary] = 1
        agree |= like <= NEARLY  # what is only somewhat alike may be denied for its own sake
        asserts, content = np.zeros((2, len(answer.words)), dtype=bool)
        content[list(answer.content)] = True
        for clause, does in zip(answer.clauses, counts, strict=True):
            asserts[clause.first : clause.last] = does
        lists = np.where(self._loose[:, None], *listed(answer)).astype(np.int64)
        lists += apart(exact, self.statement, self._entries, answer)
        like *= (asserts * LISTED**lists)[self.statement]  # less again where a list is strung as well
        in_lists = (asserts & (lists > 0)).sum(axis=1) / max(asserts.sum(), 1)
        weights = content * np.array([QUESTION_WORD if word.stem in self._given else 1.0 for word in answer.words])
        alike = Alike(
            np.where(agree, like, 0), np.where(agree, 0, like), contrary.astype(np.float32), exact.astype(np.float32)
        )
        return Comparison(self, answer, alike, weights.astype(np.float32), known, in_lists)

    def _like(self, answer: Text, vocabulary: Vocabulary) -> tuple[Matrix, Flags]:
        """How alike rows and words are, and whether they are opposites."""
        like = (self._vectors.astype(np.float32) @ answer.vectors.T - ALIKE[0]) / (ALIKE[1] - ALIKE[0])
        like = np.clip(like, 0, NEARLY)
        like[self._numbers] = 0
        contrary = np.zeros(like.shape, dtype=bool)
        for column, word in enumerate(answer.words):
            for key in (*keys(answer.words, column, vocabulary), *degrees(word.stem)):
                like[self._rows.get(key, ()), column] = 1
            for stem in opposites(word.stem):
                contrary[self._rows.get(stem, ()), column] = True
        return like, contrary


def _entries(text: Text) -> Iterator[int]:
    """Of each content word the entry it stands in: what is enumerated has "and", "or" or a pause in between."""
    entry = 0
    for number, word in enumerate(text.words):
        entry += word.text in COORDINATORS
        if number in text.content:
            yield entry
        entry += bool(word.after)


def _meaning(text: Text) -> Vectors:
    """Of the clauses of a statement."""
    return text.meaning(text.clauses[0].first, text.clauses[-1].last) if text.clauses else _NO_VECTOR[0]
