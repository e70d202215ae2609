"""One answer as the guards have it before them: read, beside its rubric and what the keyword grader makes of it."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from service.domain.attempt import Answer
from service.domain.grade import Evidence, Finding, Marking, Reading, Verdict
from service.domain.rubric import Item
from service.graders.keyword import mark_read
from service.graders.llm.addressed import addressed
from service.graders.llm.concepts import Concepts, yardstick
from service.graders.llm.evidence import Place, fold, locate
from service.graders.llm.sanitise import Sanitised
from service.graders.llm.sight import Sight
from service.graders.places import Places
from service.graders.polarity import polarity
from service.graders.sheet import runs

_Shown = TypeVar("_Shown", Verdict, Finding, Reading)


class Span(Protocol):
    """Characters of the sanitised text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Case:
    """Everything about one answer that does not depend on a reply. Offsets are those of the sanitised text."""

    def __init__(self, item: Item, answer: Answer, clean: Sanitised) -> None:
        self.item = item
        self.answer = answer
        self.clean = clean
        self.sight = Sight(clean.text)
        self.addressed = addressed(self.sight)
        self._yard = yardstick(item)
        words, clauses = self.sight.reading.words, self.sight.clauses
        places = Places(words, clauses, polarity(self.sight.reading, clauses), self._yard.sheet.vocabulary)
        self._concepts = Concepts(self._yard, self.sight, places.of_words_alone())
        self._folded = fold(clean.text)
        self.baseline = self._baseline(places)

    def locate(self, quote: str) -> tuple[Place, ...]:
        """Where a quote stands; empty where it does not."""
        return locate(quote, self.clean.text, self._folded)

    def to_the_grader(self, spans: Iterable[Span]) -> bool:
        """Whether any of the spans is from a sentence that speaks to the grader."""
        return not self.addressed.clauses.isdisjoint(self._clauses(spans))

    def supports(self, point: str, spans: Iterable[Span]) -> bool:
        """Whether the sentences of the spans have to do with a key point."""
        return self._concepts.support(point, self.sight.sentence(self._clauses(spans)))

    def nearest(self, mistake: str) -> tuple[Place, ...]:
        """The sentence that has most of a mistake, and does not speak to the grader; none where none has enough."""
        clauses = self.sight.clauses
        sentences = {frozenset(self.sight.sentence({number})) for number in range(len(clauses))}
        found = [
            (self._concepts.nearness(mistake, sentence), -len(sentence), -min(sentence))
            for sentence in sentences
            if sentence.isdisjoint(self.addressed.clauses)
        ]
        near, length, first = max(found, default=(0, 0, 0))
        if not near:
            return ()
        words = self.sight.reading.words[clauses[-first].first : clauses[-first - length - 1].last]
        return (Place(words[0].start, words[-1].end, exact=True),)

    def words(self, spans: Iterable[Span]) -> frozenset[int]:
        return frozenset(w for span in spans for w in range(*self.sight.words_between(span.start, span.end)))

    def evidence(self, spans: Iterable[Span]) -> tuple[Evidence, ...]:
        """The spans as evidence in the answer as it was given."""
        original = (self.clean.to_original(span.start, span.end) for span in spans)
        return tuple(Evidence(start=start, end=end, quote=self.answer.text[start:end]) for start, end in original)

    @property
    def copied(self) -> float:
        """The share of five words in a row of the answer that stand in the model answer as well."""
        own = runs(self.sight.reading.words)
        return sum(run in self._yard.model_answer for run in own) / len(own) if own else 0.0

    def _baseline(self, places: Places) -> Marking:
        """The keyword grader's marking, without what speaks to the grader or is a wall of terms."""
        marking = mark_read(self._yard.sheet, self.clean.text, self.sight.reading, self.sight.clauses, places)
        return Marking(
            verdicts=self._kept(marking.verdicts),
            mistakes=self._kept(marking.mistakes),
            quantities=self._kept(marking.quantities),
        )

    def _kept(self, shown: tuple[_Shown, ...]) -> tuple[_Shown, ...]:
        return tuple(
            each.model_copy(update={"evidence": self.evidence(each.evidence)})
            for each in shown
            if not self.to_the_grader(each.evidence) and all(map(self.sight.asserts, self._clauses(each.evidence)))
        )

    def _clauses(self, spans: Iterable[Span]) -> set[int]:
        words = (self.sight.words_between(span.start, span.end) for span in spans)
        return {clause for first, last in words for clause in self.sight.clauses_of(first, last)}
