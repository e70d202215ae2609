"""The keyword grader: the baseline that needs no model, no network and no training.

An answer is read into words, clauses and what is denied in them; a key point is met where all terms of one of its cues
stand together in a clause of prose, undenied. docs/writing-questions.md has the grammar of cues.
"""

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from service.domain.attempt import Answer
from service.domain.grade import Evidence, Finding, GraderName, Marking, Verdict
from service.domain.grade import Reading as QuantityReading
from service.domain.rubric import Item
from service.graders.clauses import Clause, Span, split
from service.graders.conditions import condition
from service.graders.cues import Group
from service.graders.formulas import Formula
from service.graders.lexicon import FUNCTION_WORDS, SPLITTERS
from service.graders.numbers import Number, numbers, states
from service.graders.places import Match, Places
from service.graders.polarity import polarity
from service.graders.scenarios import scenarios
from service.graders.sheet import Sheet, compile_item, runs
from service.graders.words import Reading, read

_CACHED_ITEMS = 256
_TO_THE_GRADER = re.compile(
    r"\bfull (?:marks?|credit|points)\b|\b(?:top|maximum|perfect|highest) (?:marks?|grades?|band)\b|\bfully met\b"
    r"|\bmet[\"' ]*[=:] *true\b|\b(?:ignore|disregard|forget|set) (?:\w+ ){0,3}(?:instructions?|rubric|guidelines)\b"
    r"|\b(?:to|dear) (?:the )?(?:grader|examiner|marker)\b|(?:^|\n)[^\w\n]*(?:grader|examiner|marker|system)\W*:"
)


class KeywordGrader:
    """Marks by cues. Deterministic; a short answer takes it a few milliseconds."""

    identity = GraderName(name="keyword", version="2")

    def __init__(self) -> None:
        self._sheets: OrderedDict[str, Sheet] = OrderedDict()

    async def mark(self, item: Item, answer: Answer) -> Marking:
        """Verdicts with the clauses that earned them."""
        return mark(self._sheet(item), answer.text)

    def _sheet(self, item: Item) -> Sheet:
        digest = item.digest
        if digest not in self._sheets:
            self._sheets[digest] = compile_item(item)
            if len(self._sheets) > _CACHED_ITEMS:
                self._sheets.popitem(last=False)
        return self._sheets[digest]


def mark(sheet: Sheet, text: str) -> Marking:
    """What `text` shows of the item behind `sheet`."""
    return look(sheet, text).marking()


def mark_read(sheet: Sheet, text: str, reading: Reading, clauses: Sequence[Clause], places: Places) -> Marking:
    """The same of a text that was read already; `places` may be used only once."""
    return _look(sheet, text, reading, clauses, places).marking()


def look(sheet: Sheet, text: str) -> "Sight":
    """`text` read for the item behind `sheet`."""
    reading = read(text)
    clauses = split(reading.words)
    places = Places(reading.words, clauses, polarity(reading, clauses), sheet.vocabulary)
    return _look(sheet, text, reading, clauses, places)


def _look(sheet: Sheet, text: str, reading: Reading, clauses: Sequence[Clause], places: Places) -> "Sight":
    addressed = _addressed(reading, clauses)
    asserts = [c.sentence not in addressed and _asserts(sheet, reading, c, places) for c in clauses]
    counts = [asserted and clause.prose for asserted, clause in zip(asserts, clauses, strict=True)]
    return Sight(sheet, text, reading, clauses, places, asserts, counts)


class Sight(NamedTuple):
    """One answer beside one sheet."""

    sheet: Sheet
    text: str
    reading: Reading
    clauses: Sequence[Clause]
    places: Places
    asserts: list[bool]
    """For each clause whether it says something that the question did not."""
    counts: list[bool]
    """For each clause whether it can be evidence: prose that asserts something."""

    def marking(self) -> Marking:
        quantities = tuple(self.quantities())
        verdicts = tuple(v for point, groups in self.sheet.points if (v := self.verdict(point, groups)))
        mistakes = tuple(f for mistake, groups in self.sheet.mistakes if (f := self.mistake(mistake, groups)))
        return Marking(verdicts=verdicts, mistakes=mistakes, quantities=quantities)

    def verdict(self, point: str, groups: Sequence[Group]) -> Verdict | None:
        """The best that any clause shows of a key point; None where it was missed."""
        partial: list[Clause] | None = None
        for group in groups:
            for number in sorted(self.places.clauses_with(group)):
                if not self.counts[number]:
                    continue
                clause = self.clauses[number]
                match = self._claim(group, number)
                if match.full:
                    return Verdict(point=point, label="met", evidence=self.evidence(clause))
                if match.contradicted:
                    continue
                if clause.link == "tied" and self.counts[number - 1] and self._claim(group, number, number - 1).full:
                    return Verdict(point=point, label="met", evidence=self.evidence(self.clauses[number - 1], clause))
                if partial is None:
                    partial = self._part(group, number, match)
        return Verdict(point=point, label="partial", evidence=self.evidence(*partial)) if partial else None

    def _part(self, group: Group, number: int, match: Match) -> list[Clause] | None:
        """All but one term of three or more, or a group spread over neighbours that do not compare two things."""
        clause = self.clauses[number]
        if len(group) >= 3 and match.missing == 1 and self._own_words(match):
            return [clause]
        beside = clause.link == "plain" and self.counts[number - 1] and not self._parallel(number)
        if beside and self._claim(group, number, number - 1).full:
            return [self.clauses[number - 1], clause]
        return None

    def mistake(self, mistake: str, groups: Sequence[Group]) -> Finding | None:
        """Where a mistake is asserted. What a later clause says of it counts: people correct themselves.

        A hypothetical clause asserts nothing, unless the cue itself names the condition.
        """
        last, asserted = -1, False
        for group in groups:
            for number in sorted(self.places.clauses_with(group)):
                match = self._claim(group, number)
                if match.missing or number < last or not self.counts[number]:
                    continue
                if condition(self.reading.words, self.clauses, number) not in (None, *match.words):
                    continue
                asserted = match.full or (asserted and number == last)
                last = number
        return Finding(mistake=mistake, evidence=self.evidence(self.clauses[last])) if asserted else None

    def quantities(self) -> Iterator[QuantityReading]:
        """Every quantity that the answer states, as it states it last."""
        found = numbers(self.reading.words)
        for quantity, groups, formula in self.sheet.quantities:
            said: tuple[int, bool] | None = None
            for number in found:
                clause = self.places.clause_of[number.first]
                values = self._values(formula, clause, found) if formula else [quantity.value]
                right = states(number, quantity, self.reading.words, values) if values else None
                if right is None or not self._about(groups, number, clause, right):
                    continue
                if right and quantity.status == "verified":
                    self.places.stated.setdefault(quantity.id, []).append(tuple(range(number.first, number.last)))
                elif said == (clause, True):
                    continue  # several numbers in one clause: one of them is right
                said = (clause, right)
            if said:
                evidence = self.evidence(self.clauses[said[0]])
                yield QuantityReading(quantity=quantity.id, right=said[1], evidence=evidence)

    def _about(self, groups: Sequence[Group], number: Number, clause: int, near: bool) -> bool:
        """Whether a clause (or with `near` a tied one) speaks of the quantity, with `number` as more than a cue."""
        if self.clauses[clause].question or self.places.denied(number.first):
            return False
        scopes: list[tuple[int, ...]] = [(clause,)]
        if near:
            scopes += [(n - 1, n) for n in (clause, clause + 1) if self._tied(n)]
        for group in groups:
            for scope in scopes:
                match = self._match(group, *scope)
                if match.full and match.words.isdisjoint(range(number.first, number.last)):
                    return True
        return False

    def _values(self, formula: Formula, clause: int, found: Sequence[Number]) -> list[float]:
        """What `formula` comes to for all that a clause and those tied to it may speak of."""
        first = self.clauses[clause - self._tied(clause)].first
        last = self.clauses[clause + self._tied(clause + 1)].last
        values = []
        for names in scenarios(self.reading.words, found, first, last):
            with suppress(ValueError):  # a wrong formula is for the lint to tell
                values.append(formula(names))
        return values

    def _tied(self, number: int) -> bool:
        return 0 < number < len(self.clauses) and self.clauses[number].link == "tied"

    def _match(self, group: Group, *numbers: int) -> Match:
        spans: list[Span] = []
        for number in numbers:
            spans += [self.clauses[number].span, *self.clauses[number].inherits]
        return self.places.match(group, spans)

    def _claim(self, group: Group, *numbers: int) -> Match:
        """As `_match`, but nothing is claimed by the subject alone of a verb that is denied."""
        match = self._match(group, *numbers)
        for clause in (self.clauses[number] for number in numbers):
            own = [word for word in match.words if clause.first <= word < clause.last]
            if clause.denied and clause.verb is not None and own and max(own) < clause.verb:
                between = self.reading.words[max(own) + 1 : clause.verb]
                if SPLITTERS.isdisjoint(word.text for word in between):  # "cache them so that we do not ..."
                    return match._replace(contradicted=True)
        return match

    def _own_words(self, match: Match) -> bool:
        """Whether all of an incomplete match is more than what the question gave away."""
        return self.sheet.prompt.isdisjoint(self.reading.words[i].stem for i in match.words)

    def _parallel(self, number: int) -> bool:
        """Two clauses with the same verb compare two things: "prefill is ... and decode is ..."."""
        a, b = self.clauses[number - 1].verb, self.clauses[number].verb
        return a is None or b is None or self.reading.words[a].stem == self.reading.words[b].stem

    def evidence(self, *clauses: Clause) -> tuple[Evidence, ...]:
        spans = [(self.reading.words[c.first].start, self.reading.words[c.last - 1].end) for c in clauses]
        return tuple(Evidence(start=start, end=end, quote=self.text[start:end]) for start, end in spans)


def _addressed(reading: Reading, clauses: Sequence[Clause]) -> set[int]:
    """The sentences that speak to the grader."""
    starts = [word.at for word in reading.words]
    found = (bisect_right(starts, match.end() - 1) - 1 for match in _TO_THE_GRADER.finditer(reading.folded))
    firsts = [clause.first for clause in clauses]
    return {clauses[bisect_right(firsts, max(word, 0)) - 1].sentence for word in found if clauses}


def _asserts(sheet: Sheet, reading: Reading, clause: Clause, places: Places) -> bool:
    """Whether a clause asserts something which the question did not say."""
    if clause.question:
        return False
    words = reading.words[clause.first : clause.last]
    if sheet.offers_choice:
        return sheet.prompt_runs.isdisjoint(runs(words))
    if any(w.text not in FUNCTION_WORDS and w.stem not in sheet.prompt for w in words):
        return True
    return any(places.denied(i) for i in range(clause.first, clause.last))
