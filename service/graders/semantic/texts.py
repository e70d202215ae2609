"""A text with its words, clauses and denials, and a vector for each word in its context."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from service.graders.clauses import Clause, split
from service.graders.lexicon import FUNCTION_WORDS, NEGATORS
from service.graders.polarity import Polarity, polarity
from service.graders.semantic.model import WIDTH, Encoded, Model, Vectors
from service.graders.words import Reading, Word, read

_PASS = 600
"""Characters from which on a text is read in several passes: the model was trained on no more."""


class Text(NamedTuple):
    """A text as it was understood."""

    text: str
    reading: Reading
    clauses: list[Clause]
    polarity: Polarity
    vectors: Vectors
    """One of length 1 for each word."""
    content: tuple[int, ...]
    """Words that are not merely grammar; all where there are no others."""

    @property
    def words(self) -> list[Word]:
        return self.reading.words

    def denied(self, word: int) -> bool:
        return self.polarity.denial((word,)) != ()

    def denials(self, clause: Clause) -> int:
        """Words of a clause that deny; "No, ..." answers."""
        words = self.words[clause.first : clause.last]
        return sum(word.text in NEGATORS and not (word.text == "no" and word.after) for word in words)

    def denies(self, clause: Clause) -> bool:
        """Whether the verb of a clause is denied, or it stands in a frame such as "it is wrong that"."""
        return clause.denied or any(self.polarity.frame[clause.first : clause.last])

    def meaning(self, first: int, last: int) -> Vectors:
        """What words `first` to `last` mean together: the mean of their vectors, with length 1; or nothing."""
        (vector,) = normal(self.vectors[first:last].sum(axis=0, keepdims=True))
        return np.asarray(vector, dtype=np.float32)

    def part(self, start: int, end: int) -> "Text":
        """The clauses that stand between two offsets, with what the words mean in the whole."""
        words = self.words
        inside = [c for c in self.clauses if words[c.first].start >= start and words[c.last - 1].end <= end]
        return self._replace(clauses=inside, content=_content(words, inside))


def understand(text: str, model: Model) -> Text:
    reading = read(text)
    vectors = np.zeros((len(reading.words), WIDTH), dtype=np.float32)
    for start, end in _parts(text, reading.words):
        _pool(model.encode(text[start:end]), start, reading.words, vectors)
    clauses = split(reading.words)
    content = _content(reading.words, clauses)
    return Text(text, reading, clauses, polarity(reading, clauses), normal(vectors), content)


def _content(words: Sequence[Word], clauses: Sequence[Clause]) -> tuple[int, ...]:
    every = tuple(i for clause in clauses for i in range(clause.first, clause.last))
    return tuple(i for i in every if words[i].text not in FUNCTION_WORDS) or every


def normal(vectors: Vectors) -> Vectors:
    """The same directions with length 1; nothing where there was nothing."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def _parts(text: str, words: Sequence[Word]) -> Iterable[tuple[int, int]]:
    """Where each pass begins and ends: at a sentence's end where there is one."""
    begin = 0
    for word, following in pairwise(words):
        length = following.start - begin
        if length >= _PASS and (word.after in (".", "?") or length >= 2 * _PASS):
            yield begin, following.start
            begin = following.start
    if words:
        yield begin, len(text)


def _pool(encoded: Encoded, offset: int, words: Sequence[Word], vectors: Vectors) -> None:
    """Adds each token's vector to that of the word in which it stands."""
    starts = [word.start for word in words]
    for vector, (start, end) in zip(encoded.vectors, encoded.offsets, strict=True):
        word = bisect_right(starts, offset + start) - 1
        if end > start and word >= 0 and offset + start < words[word].end:
            vectors[word] += vector
