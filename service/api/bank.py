"""Topics and questions: browse, filter, search."""

from collections import Counter
from typing import Annotated, get_args

from fastapi import APIRouter, Query

from service.api import views
from service.api.deps import BankEtag, Limit, Member, Now, Uses, Who
from service.api.problems import problems
from service.api.schemas.bank import LearningPath, QuestionOut, QuestionPage, TopicDetail, TopicsOut
from service.domain.question import Explanation, Frequency, Kind, Level

same_for_all = APIRouter(dependencies=[Member, BankEtag], responses={304: {"description": "Not Modified"}})
"""What depends on the bank alone."""


@same_for_all.get("/topics")
async def list_topics(uses: Uses) -> TopicsOut:
    """All topics with their counts."""
    return TopicsOut(topics=[views.topic(uses.bank, topic) for topic in uses.bank.topics.values()])


@same_for_all.get("/topics/{topic_id}", responses=problems(404))
async def read_topic(topic_id: str, uses: Uses) -> TopicDetail:
    """One topic with its questions, an answer's template and a self-check list."""
    topic = uses.bank.topic(topic_id)
    return TopicDetail(
        **views.topic(uses.bank, topic).model_dump(),
        answer_template=topic.answer_template,
        self_check=list(topic.self_check),
        items=[views.question(uses.bank, item) for item in uses.bank.search(topic=topic_id)],
    )


@same_for_all.get("/questions")
async def list_questions(
    uses: Uses,
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
    of_any = uses.bank.search(topic=topic, level=level, frequency=frequency, kind=kind, tag=tag, q=q)
    found = [item for item in of_any if explanation in (None, item.question.explanation)]
    counts = Counter(item.question.explanation for item in of_any)
    ids = [item.id for item in found]
    start = ids.index(cursor) + 1 if cursor in ids else 0
    page = found[start : start + limit]
    more = start + limit < len(found)
    return QuestionPage(
        items=[views.question(uses.bank, item) for item in page],
        total=len(found),
        explanations={each: counts[each] for each in get_args(Explanation)},
        next_cursor=page[-1].id if more else None,
    )


@same_for_all.get("/questions/{question_id}", responses=problems(404))
async def read_question(question_id: str, uses: Uses) -> QuestionOut:
    """One question, without its answer."""
    item = uses.bank.item(question_id)
    return QuestionOut(
        **views.question(uses.bank, item).model_dump(), related=list(item.question.related), as_of=item.question.as_of
    )


router = APIRouter(tags=["bank"], responses=problems(422))
router.include_router(same_for_all)


@router.get("/topics/{topic_id}/path", responses=problems(404, 503))
async def read_path(topic_id: str, uses: Uses, who: Who, now: Now) -> LearningPath:
    """The topic's questions in the order to learn them, with your scores."""
    topic = uses.bank.topic(topic_id)
    return views.learning_path(uses.bank, topic, await uses.history.tried(who, topic.learning_path, now))
