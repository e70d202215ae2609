"""An answer as the guards read it: words, clauses, sentences, and where they stand."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from functools import cached_property

from service.graders.clauses import Clause, split
from service.graders.lexicon import GRAMMAR_WORDS, RELATING_WORDS
from service.graders.words import Reading, read

SPRAWL = 40
"""Words from which on a sentence is too long to be one context: speech without marks."""
_WALL, _RELATED, _MORE_EACH = 24, 0.3, 0.01
"""A clause of so many words has that share of words that relate the others, and more with each further word: so does
every one of some 3,000 clauses of honest answers, and hardly any of terms strung together."""


class Sight:
    """One text, read once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reading: Reading = read(text)
        self.clauses: Sequence[Clause] = split(self.reading.words)

    def words_between(self, start: int, end: int) -> tuple[int, int]:
        """The words of `text[start:end]`, from the first up to, not including, the last."""
        return bisect_right(self._ends, start), bisect_left(self._starts, end)

    def clauses_of(self, first: int, last: int) -> set[int]:
        """The clauses that words `first` up to `last` stand in."""
        if first >= last or not self.clauses:
            return set()
        heads = self._heads
        return set(range(max(bisect_right(heads, first) - 1, 0), bisect_left(heads, last)))

    def asserts(self, number: int) -> bool:
        """Whether a clause can be evidence of anything: prose, no question, in no sentence that is a wall of terms."""
        clause = self.clauses[number]
        return clause.prose and not clause.question and clause.sentence not in self._walls

    def sentence(self, clauses: Collection[int]) -> set[int]:
        """The clauses of the sentences that `clauses` stand in; of a sprawling one only those around them."""
        around: set[int] = set()
        for number in clauses:
            own = self._sentences[self.clauses[number].sentence]
            if self.clauses[own[-1]].last - self.clauses[own[0]].first > SPRAWL:
                own = range(max(number - 1, own[0]), min(number + 1, own[-1]) + 1)
            around.update(own)
        return around

    @cached_property
    def _walls(self) -> set[int]:
        """Sentences with a long clause in which hardly a word relates the others."""
        walls = set()
        for clause in self.clauses:
            words = self.reading.words[clause.first : clause.last]
            relating = sum((word.text in RELATING_WORDS) + (word.text in GRAMMAR_WORDS) for word in words)
            if len(words) >= _WALL and relating < (_RELATED + _MORE_EACH * (len(words) - _WALL)) * len(words):
                walls.add(clause.sentence)
        return walls

    @cached_property
    def _starts(self) -> list[int]:
        return [word.start for word in self.reading.words]

    @cached_property
    def _ends(self) -> list[int]:
        return [word.end for word in self.reading.words]

    @cached_property
    def _heads(self) -> list[int]:
        return [clause.first for clause in self.clauses]

    @cached_property
    def _sentences(self) -> dict[int, range]:
        sentences: dict[int, range] = {}
        for number, clause in enumerate(self.clauses):
            first = sentences.get(clause.sentence, range(number, number)).start
            sentences[clause.sentence] = range(first, number + 1)
        return sentences
