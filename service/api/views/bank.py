"""Topics and questions."""

from collections.abc import Mapping
from typing import get_args

from service.api.schemas.bank import LearningPath, PathStep, QuestionSummary, TopicOut
from service.bank import Bank
from service.domain.question import Level, Topic
from service.domain.rubric import Item
from service.history import Tried


def topic(bank: Bank, topic: Topic) -> TopicOut:
    levels = [item.question.level for item in bank.items.values() if item.question.topic == topic.id]
    return TopicOut(
        **topic.model_dump(include=set(TopicOut.model_fields)),
        questions=len(levels),
        levels={level: levels.count(level) for level in get_args(Level)},
    )


def question(bank: Bank, item: Item) -> QuestionSummary:
    """What may be seen before answering. The topic may have left the bank since."""
    fields = set(QuestionSummary.model_fields) - {"topic_title"}
    known = bank.topics.get(item.question.topic)
    return QuestionSummary(
        **item.question.model_dump(include=fields), topic_title=known.title if known else item.question.topic
    )


def learning_path(bank: Bank, topic: Topic, tried: Mapping[str, Tried]) -> LearningPath:
    """A question that has left the bank is left out."""
    items = [bank.items[slug] for slug in topic.learning_path if slug in bank.items]
    return LearningPath(
        steps=[PathStep(question=question(bank, item), **tried.get(item.id, Tried()).model_dump()) for item in items]
    )
