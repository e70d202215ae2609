"""Topics and questions: browse, filter, search."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.api import views
from service.api.deps import BankEtag, Limit, Uses
from service.api.problems import problems
from service.api.schemas.bank import QuestionOut, QuestionPage, TopicDetail, TopicsOut
from service.domain.question import Frequency, Kind, Level

router = APIRouter(
    tags=["bank"], dependencies=[BankEtag], responses=problems(422) | {304: {"description": "Not Modified"}}
)


@router.get("/topics")
async def list_topics(uses: Uses) -> TopicsOut:
    """All topics with their counts."""
    return TopicsOut(topics=[views.topic(uses.bank, topic) for topic in uses.bank.topics.values()])


@router.get("/topics/{topic_id}", responses=problems(404))
async def read_topic(topic_id: str, uses: Uses) -> TopicDetail:
    """One topic with its questions."""
    topic = views.topic(uses.bank, uses.bank.topic(topic_id))
    return TopicDetail(
        **topic.model_dump(), items=[views.question(uses.bank, item) for item in uses.bank.search(topic=topic_id)]
    )


@router.get("/questions")
async def list_questions(
    uses: Uses,
    topic: Annotated[str | None, Query(examples=["inference"])] = None,
    level: Level | None = None,
    frequency: Frequency | None = None,
    kind: Kind | None = None,
    tag: str | None = None,
    q: Annotated[str | None, Query(max_length=200, description="Words to find.", examples=["kv cache"])] = None,
    cursor: Annotated[str | None, Query(max_length=80, description="`next_cursor` of the page before.")] = None,
    limit: Limit = 50,
) -> QuestionPage:
    """Questions that pass every filter; with `q` the best match first."""
    found = uses.bank.search(topic=topic, level=level, frequency=frequency, kind=kind, tag=tag, q=q)
    ids = [item.id for item in found]
    start = ids.index(cursor) + 1 if cursor in ids else 0
    page = found[start : start + limit]
    more = start + limit < len(found)
    return QuestionPage(
        items=[views.question(uses.bank, item) for item in page],
        total=len(found),
        next_cursor=page[-1].id if more else None,
    )


@router.get("/questions/{question_id}", responses=problems(404))
async def read_question(question_id: str, uses: Uses) -> QuestionOut:
    """One question, without its answer."""
    item = uses.bank.item(question_id)
    return QuestionOut(**views.question(uses.bank, item).model_dump(), related=list(item.question.related))
