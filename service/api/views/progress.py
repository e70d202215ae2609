"""How answers have developed."""

from collections.abc import Sequence
from statistics import fmean

from service.api.schemas.progress import DimensionProgress, ProgressOut, ScorePoint, TopicProgress
from service.api.views.attempts import TITLES
from service.bank import Bank
from service.domain.attempt import Attempt
from service.domain.grade import Grade
from service.domain.report import Progress


def progress(bank: Bank, progress: Progress, graded: Sequence[tuple[Attempt, Grade]]) -> ProgressOut:
    """`graded` is what `progress` was made of; questions that have left the bank count in no topic."""
    by_topic: dict[str, list[float]] = {}
    for attempt, grade in graded:
        if item := bank.items.get(attempt.question_id):
            by_topic.setdefault(item.question.topic, []).append(grade.overall)
    return ProgressOut(
        answers=len(progress.scores),
        scores=[
            ScorePoint(attempt_id=s.attempt_id, title=_title(bank, s.question_id), at=s.at, overall=s.overall)
            for s in progress.scores
        ],
        dimensions=[DimensionProgress(title=TITLES[d.name], **d.model_dump()) for d in progress.dimensions],
        topics=[
            TopicProgress(
                topic=t, title=bank.topics[t].title, mean=round(fmean(by_topic[t]), 1), answers=len(by_topic[t])
            )
            for t in bank.topics
            if t in by_topic
        ],
    )


def _title(bank: Bank, question_id: str) -> str:
    item = bank.items.get(question_id)
    return item.question.title if item else question_id
