"""Topics and questions: browse, filter, search."""

from collections import Counter
from typing import Annotated, get_args

from fastapi import APIRouter, Query

from service.api import views
from service.api.deps import BankEtag, Limit, Now, Uses, Who
from service.api.problems import problems
from service.api.schemas.bank import LearningPath, QuestionOut, QuestionPage, TopicDetail, TopicsOut
from service.domain.question import Explanation, Frequency, Kind, Level

of_bank = APIRouter(dependencies=[BankEtag], responses={304: {"description": "Not Modified"}})
"""What depends on nothing but the organisation's bank."""


@of_bank.get("/topics")
async def list_topics(uses: Uses, who: Who) -> TopicsOut:
    """All topics with their counts."""
    bank = uses.bank_of(who)
    return TopicsOut(topics=[views.topic(bank, topic) for topic in bank.topics.values()])


@of_bank.get("/topics/{topic_id}", responses=problems(404))
async def read_topic(topic_id: str, uses: Uses, who: Who) -> TopicDetail:
    """One topic with its questions, an answer's template and a self-check list."""
    bank = uses.bank_of(who)
    topic = bank.topic(topic_id)
    return TopicDetail(
        **views.topic(bank, topic).model_dump(),
        answer_template=topic.answer_template,
        self_check=list(topic.self_check),
        items=[views.question(bank, item) for item in bank.search(topic=topic_id)],
    )


@of_bank.get("/questions")
async def list_questions(
    uses: Uses,
    who: Who,
    topic: Annotated[str | None, Query(examples=["inference"])] = None,
    level: Level | None = None,
    frequency: Frequency | None = None,
    kind: Kind | None = None,
    explanation: Annotated[Explanation | None, Query(description="What has to be explained.")] = None,
    tag: str | None = None,
    q: Annotated[str | None, Query(max_length=200, description="Words to find.", examples=["kv cache"])] = None,
    cursor: Annotated[str | None, Query(max_length=80, description="`next_cursor` of the page before.")] = None,
    limit: Limit = 50,
) -> QuestionPage:
    """Questions that pass every filter; with `q` the best match first."""
    bank = uses.bank_of(who)
    of_any = bank.search(topic=topic, level=level, frequency=frequency, kind=kind, tag=tag, q=q)
    found = [item for item in of_any if explanation in (None, item.question.explanation)]
    counts = Counter(item.question.explanation for item in of_any)
    ids = [item.id for item in found]
    start = ids.index(cursor) + 1 if cursor in ids else 0
    page = found[start : start + limit]
    more = start + limit < len(found)
    return QuestionPage(
        items=[views.question(bank, item) for item in page],
        total=len(found),
        explanations={each: counts[each] for each in get_args(Explanation)},
        next_cursor=page[-1].id if more else None,
    )


@of_bank.get("/questions/{question_id}", responses=problems(404))
async def read_question(question_id: str, uses: Uses, who: Who) -> QuestionOut:
    """One question, without its answer."""
    bank = uses.bank_of(who)
    item = bank.item(question_id)
    return QuestionOut(
        **views.question(bank, item).model_dump(), related=list(item.question.related), as_of=item.question.as_of
    )


router = APIRouter(tags=["bank"], responses=problems(422))
router.include_router(of_bank)


@router.get("/topics/{topic_id}/path", responses=problems(404, 503))
async def read_path(topic_id: str, uses: Uses, who: Who, now: Now) -> LearningPath:
    """The topic's questions in the order to learn them, with your scores."""
    bank = uses.bank_of(who)
    topic = bank.topic(topic_id)
    return views.learning_path(bank, topic, await uses.history.tried(who, topic.learning_path, now))
