"""What many answers come to: by question and dimension, by mistake, by key point; and where people saw it otherwise.

Answers are added one by one, and only counts are kept: the size of an `Overview` depends on the bank.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from service.domain import Value
from service.domain.agreement import Estimate, Tally, estimates, kappa, point_kappa, tally, total
from service.domain.grade import CriterionScore, VerdictLabel
from service.domain.rubric import CriterionName

MIN_ANSWERS = 20
"""Graded by both, below which agreement is not worth a figure."""
MIN_QUESTIONS = 5
"""Below which there is no interval: whole questions are drawn for it, and so few tell nothing of others."""
RESAMPLES = 500
LONGEST = 10
"""Entries in a list of what is most common."""
EXAMPLES = 5
"""Attempts named for each of them, the newest."""


class Label(Value):
    point: str
    label: VerdictLabel


class Asserted(Value):
    mistake: str


class Outcome(Value):
    """What a stored grade says, without the words that show it and what models replied: quick to read."""

    overall: float
    band: str
    criteria: tuple[CriterionScore, ...]
    verdicts: tuple[Label, ...]
    mistakes: tuple[Asserted, ...]


class Marked(Value):
    """An answer with one of its grades."""

    attempt_id: UUID
    owner: str
    question_id: str
    item_digest: str
    submitted_at: datetime
    number: int
    """Of the grade."""
    grader: str
    version: str
    by_person: bool
    outcome: Outcome


class Mean(Value):
    mean: float
    """0 to 100."""
    answers: int


class QuestionMeans(Value):
    question_id: str
    item_digest: str
    """Of the version that was answered last."""
    overall: Mean
    dimensions: Mapping[CriterionName, Mean]


class Common(Value):
    """A mistake that answers assert, or a key point that they leave out."""

    question_id: str
    item_digest: str
    id: str
    count: int
    """Answers that assert it, or leave it out."""
    partial: int = 0
    """Answers that make a key point in part."""
    of: int
    """Answers to the question."""
    attempts: tuple[UUID, ...]


class Agreement(Value):
    """Of machines' grades with those that people gave the same answers."""

    answers: int
    questions: int
    points: int
    graders: Mapping[str, int]
    """Answers by the machine that had graded them."""
    bands: Estimate | None
    """Kappa of the score's band, weighted by squares, as `domain/agreement.py` has it. None: too few answers."""
    verdicts: Estimate | None
    """Kappa of the verdict on a key point, met or not."""


class Summary(Value):
    answers: int
    people: int
    overall: Mean | None
    dimensions: Mapping[CriterionName, Mean]
    questions: tuple[QuestionMeans, ...]
    mistakes: tuple[Common, ...]
    """The most common first."""
    missed: tuple[Common, ...]
    agreement: Agreement


@dataclass
class _Sum:
    total: float = 0.0
    count: int = 0

    def add(self, score: float) -> None:
        self.total += score
        self.count += 1

    def mean(self) -> Mean:
        return Mean(mean=round(self.total / self.count, 1), answers=self.count)


@dataclass
class _Question:
    newest: tuple[datetime, str]
    overall: _Sum = field(default_factory=_Sum)
    dimensions: dict[CriterionName, _Sum] = field(default_factory=lambda: defaultdict(_Sum))
    asserted: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    partial: Counter[str] = field(default_factory=Counter)
    examples: dict[str, deque[UUID]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=EXAMPLES)))


class Overview:
    def __init__(self) -> None:
        self._people: set[str] = set()
        self._questions: dict[str, _Question] = {}
        self._tallies: dict[str, Tally] = {}
        self._graders: Counter[str] = Counter()

    def add(self, answer: Marked) -> None:
        """An answer with the grade that counts; the oldest answer comes first."""
        version = (answer.submitted_at, answer.item_digest)
        question = self._questions.setdefault(answer.question_id, _Question(newest=version))
        question.newest = max(question.newest, version)
        self._people.add(answer.owner)
        question.overall.add(answer.outcome.overall)
        for criterion in answer.outcome.criteria:
            question.dimensions[criterion.name].add(criterion.score)
        for mistake in answer.outcome.mistakes:
            question.asserted[mistake.mistake] += 1
            question.examples[mistake.mistake].append(answer.attempt_id)
        for verdict in answer.outcome.verdicts:
            if verdict.label == "partial":
                question.partial[verdict.point] += 1
            elif verdict.label == "missed":
                question.missed[verdict.point] += 1
                question.examples[verdict.point].append(answer.attempt_id)

    def compare(self, grades: Sequence[Marked]) -> None:
        """Every grade of an answer, in their order: its last machine's before any person's, with its last person's."""
        people = [grade for grade in grades if grade.by_person]
        machines = [grade for grade in grades if people and not grade.by_person and grade.number < people[0].number]
        if not machines:
            return
        machine, person = machines[-1], people[-1]
        earlier = self._tallies.get(person.question_id, Tally())
        self._tallies[person.question_id] = total([earlier, tally(person.outcome, machine.outcome)])
        self._graders[f"{machine.grader} {machine.version}"] += 1

    def summary(self) -> Summary:
        everything, dimensions = _Sum(), defaultdict[CriterionName, _Sum](_Sum)
        for question in self._questions.values():
            _join(everything, question.overall)
            for name, score in question.dimensions.items():
                _join(dimensions[name], score)
        return Summary(
            answers=everything.count,
            people=len(self._people),
            overall=everything.mean() if everything.count else None,
            dimensions=_means(dimensions),
            questions=tuple(
                QuestionMeans(
                    question_id=i, item_digest=q.newest[1], overall=q.overall.mean(), dimensions=_means(q.dimensions)
                )
                for i, q in sorted(self._questions.items())
            ),
            mistakes=_commonest(self._common(i, q, q.asserted) for i, q in self._questions.items()),
            missed=_commonest(self._common(i, q, q.missed) for i, q in self._questions.items()),
            agreement=self._agreement(),
        )

    def _common(self, question_id: str, question: _Question, counts: Counter[str]) -> Iterable[Common]:
        for entry, count in counts.items():
            yield Common(
                question_id=question_id,
                item_digest=question.newest[1],
                id=entry,
                count=count,
                partial=question.partial[entry],
                of=question.overall.count,
                attempts=tuple(reversed(question.examples[entry])),
            )

    def _agreement(self) -> Agreement:
        whole = total(self._tallies.values())
        found: dict[str, Estimate] = {}
        if whole.answers >= MIN_ANSWERS:
            resamples = RESAMPLES if len(self._tallies) >= MIN_QUESTIONS else 0
            statistics = {"bands": kappa, "verdicts": point_kappa}
            by_question = [self._tallies[question] for question in sorted(self._tallies)]
            found = estimates(by_question, resamples, seed=1, statistics=statistics)
        return Agreement(
            answers=whole.answers,
            questions=len(self._tallies),
            points=whole.hits + whole.false + whole.missed + whole.neither,
            graders=dict(self._graders.most_common()),
            bands=found.get("bands"),
            verdicts=found.get("verdicts"),
        )


def _join(sum_: _Sum, other: _Sum) -> None:
    sum_.total += other.total
    sum_.count += other.count


def _means(sums: Mapping[CriterionName, _Sum]) -> dict[CriterionName, Mean]:
    return {name: score.mean() for name, score in sums.items()}


def _commonest(found: Iterable[Iterable[Common]]) -> tuple[Common, ...]:
    """By how often, then by the share of answers; in one order where these are the same."""
    every = [entry for entries in found for entry in entries]
    return tuple(sorted(every, key=lambda e: (-e.count, -e.count / e.of, e.question_id, e.id))[:LONGEST])
