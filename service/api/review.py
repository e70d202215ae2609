"""Disputes of candidates, and what reviewers do: the queue, every grade of an attempt, overrides, regrades."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from service.api import views
from service.api.deps import Cursor, Limit, Now, Reviewer, Uses, Who
from service.api.problems import problems
from service.api.schemas.attempts import DisputeOut
from service.api.schemas.review import (
    CloseIn,
    DisputeIn,
    OverrideIn,
    RegradeOut,
    ReviewedAttempt,
    ReviewOut,
    ReviewPage,
)
from service.domain.review import Changes, ReviewKind
from service.errors import Invalid

router = APIRouter(responses=problems(422, 503))


@router.post("/attempts/{attempt_id}/disputes", tags=["attempts"], status_code=201, responses=problems(404, 409, 413))
async def dispute_verdict(attempt_id: UUID, dispute: DisputeIn, uses: Uses, who: Who, now: Now) -> DisputeOut:
    """Disagree with a verdict of your grade: a person will look at it. One for each key point or mistake at a time."""
    if (dispute.point is None) == (dispute.mistake is None):
        raise Invalid("Send either point or mistake.")
    about = dispute.point or dispute.mistake or ""
    return views.dispute(await uses.reviews.dispute(who, attempt_id, about, dispute.text, now))


@router.get("/review", tags=["review"])
async def read_queue(
    uses: Uses,
    who: Reviewer,
    kind: ReviewKind | None = None,
    question_id: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,80}$", examples=["kv-cache"])] = None,
    closed: Annotated[bool, Query(description="Those that are closed, the last one first.")] = False,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ReviewPage:
    """What waits for a person: disputes of candidates and doubts of graders, the oldest first."""
    found = await uses.reviews.queue(who, cursor, limit + 1, closed=closed, kind=kind, question_id=question_id)
    return ReviewPage(
        items=[views.queued(uses.bank_of(who), review) for review in found[:limit]],
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post("/review/{review_id}/close", tags=["review"], responses=problems(404, 409, 413))
async def close_review(review_id: UUID, close: CloseIn, uses: Uses, who: Reviewer, now: Now) -> ReviewOut:
    """Let the grade stand, and reply. To change it, post another."""
    return views.queued(uses.bank_of(who), await uses.reviews.close(who, review_id, close.reply, now))


@router.get("/review/attempts/{attempt_id}/grades", tags=["review"], responses=problems(404))
async def read_grades(attempt_id: UUID, uses: Uses, who: Reviewer) -> ReviewedAttempt:
    """Every grade of an attempt, by which grader, how it came about, and what people said to it."""
    return views.reviewed(uses.bank_of(who), await uses.reviews.grades(who, attempt_id))


@router.post(
    "/review/attempts/{attempt_id}/grades", tags=["review"], status_code=201, responses=problems(404, 412, 413)
)
async def override_grade(
    attempt_id: UUID, override: OverrideIn, uses: Uses, who: Reviewer, now: Now
) -> ReviewedAttempt:
    """Add your grade: the one of number `based_on` with your changes. It wins over any machine's, earlier or later.

    412 tells that another grade has been added meanwhile; nothing is overwritten then.
    """
    changes = Changes.model_validate(override.model_dump(exclude={"based_on"}))
    return views.reviewed(
        uses.bank_of(who), await uses.reviews.override(who, attempt_id, changes, override.based_on, now)
    )


@router.post("/review/attempts/{attempt_id}/regrade", tags=["review"], status_code=202, responses=problems(404, 409))
async def regrade_attempt(attempt_id: UUID, uses: Uses, who: Reviewer, now: Now) -> RegradeOut:
    """Have it graded again by the present grader. 409 where a person has graded it: that grade stands."""
    return RegradeOut(enqueued=await uses.reviews.regrade(who, attempt_id, now))
