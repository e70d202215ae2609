"""What a session, and a person's answers over time, add up to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import fmean
from uuid import UUID

from service.domain import Value
from service.domain.attempt import Attempt
from service.domain.grade import Grade
from service.domain.rubric import CRITERIA, CriterionName
from service.domain.session import PracticeSession, Slot


class DimensionMean(Value):
    name: CriterionName
    mean: float
    """0 to 100."""
    questions: int


class ReportRow(Value):
    slot: Slot
    attempt: Attempt | None
    grade: Grade | None
    seconds_used: float


class Report(Value):
    """A session so far: `strict_mean` counts a question without a graded answer as 0, `answered_mean` leaves it out."""

    session: PracticeSession
    strict_mean: float
    answered_mean: float | None
    answered: int
    seconds_used: float
    dimensions: tuple[DimensionMean, ...]
    rows: tuple[ReportRow, ...]


def report(session: PracticeSession, answers: Mapping[int, tuple[Attempt, Grade | None]], now: datetime) -> Report:
    """`answers` by position."""
    rows = []
    for slot in session.slots:
        attempt, grade = answers.get(slot.position, (None, None))
        used = slot.seconds_used(session.clock(now))
        rows.append(ReportRow(slot=slot, attempt=attempt, grade=grade, seconds_used=used))
    grades = [row.grade for row in rows if row.grade]
    return Report(
        session=session,
        strict_mean=round(sum(g.overall for g in grades) / len(rows), 1),
        answered_mean=round(fmean(g.overall for g in grades), 1) if grades else None,
        answered=sum(row.attempt is not None for row in rows),
        seconds_used=round(sum(row.seconds_used for row in rows), 1),
        dimensions=dimension_means(grades),
        rows=tuple(rows),
    )


def dimension_means(grades: Sequence[Grade]) -> tuple[DimensionMean, ...]:
    """Mean of every dimension over the grades that have it."""
    means = []
    for name in CRITERIA:
        scores = [c.score for grade in grades for c in grade.criteria if c.name == name]
        if scores:
            means.append(DimensionMean(name=name, mean=round(fmean(scores), 1), questions=len(scores)))
    return tuple(means)


class DimensionTrend(Value):
    name: CriterionName
    now: float
    before: float | None


class ScoreAt(Value):
    attempt_id: UUID
    question_id: str
    at: datetime
    overall: float


class Progress(Value):
    """Graded answers, the oldest first. A dimension's `now` is over the later half, `before` over the earlier."""

    scores: tuple[ScoreAt, ...]
    dimensions: tuple[DimensionTrend, ...]


def progress(graded: Sequence[tuple[Attempt, Grade]]) -> Progress:
    """`graded` is ordered by time, the oldest first."""
    half = len(graded) // 2
    before = {d.name: d.mean for d in dimension_means([grade for _, grade in graded[:half]])}
    later = dimension_means([grade for _, grade in graded[half:]])
    return Progress(
        scores=tuple(
            ScoreAt(attempt_id=a.id, question_id=a.question_id, at=a.submitted_at, overall=g.overall) for a, g in graded
        ),
        dimensions=tuple(DimensionTrend(name=d.name, now=d.mean, before=before.get(d.name)) for d in later),
    )
