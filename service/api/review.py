"""Disputes of candidates, and what reviewers do: the queue, every grade of an attempt, overrides, regrades."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from service.api import views
from service.api.deps import Blind, Cursor, Limit, Now, Reviewer, Uses, Who
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
from service.domain.attempt import Person
from service.domain.review import Cause, Changes, ReviewKind, involved
from service.errors import Invalid
from service.team.review import Reviewed
from service.wiring import Services

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
    cause: Annotated[Cause | None, Query(description="Doubts of this kind only.")] = None,
    question_id: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,80}$", examples=["kv-cache"])] = None,
    closed: Annotated[bool, Query(description="Those that are closed, the last one first.")] = False,
    blind: Blind = True,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ReviewPage:
    """What waits for a person: disputes of candidates and doubts of graders, the oldest first."""
    found = await uses.reviews.queue(
        who, cursor, limit + 1, closed=closed, kind=kind, cause=cause, question_id=question_id
    )
    naming = await uses.names.naming(who.organisation, blind, involved(found))
    return ReviewPage(
        items=[views.queued(uses.bank_of(who), review, naming) for review in found[:limit]],
        names=dict(naming.names),
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post("/review/{review_id}/close", tags=["review"], responses=problems(404, 409, 413))
async def close_review(
    review_id: UUID, close: CloseIn, uses: Uses, who: Reviewer, now: Now, blind: Blind = True
) -> ReviewOut:
    """Let the grade stand, and reply. To change it, post another."""
    closed = await uses.reviews.close(who, review_id, close.reply, now)
    return views.queued(uses.bank_of(who), closed, await uses.names.naming(who.organisation, blind))


@router.get("/review/attempts/{attempt_id}/grades", tags=["review"], responses=problems(404))
async def read_grades(attempt_id: UUID, uses: Uses, who: Reviewer, blind: Blind = True) -> ReviewedAttempt:
    """Every grade of an attempt, by which grader, how it came about, and what people said to it."""
    return await _shown(uses, who, await uses.reviews.grades(who, attempt_id), blind)


@router.post(
    "/review/attempts/{attempt_id}/grades", tags=["review"], status_code=201, responses=problems(404, 412, 413)
)
async def override_grade(
    attempt_id: UUID, override: OverrideIn, uses: Uses, who: Reviewer, now: Now, blind: Blind = True
) -> ReviewedAttempt:
    """Add your grade: the one of number `based_on` with your changes. It wins over any machine's, earlier or later.

    412 tells that another grade has been added meanwhile; nothing is overwritten then.
    """
    changes = Changes.model_validate(override.model_dump(exclude={"based_on"}))
    graded = await uses.reviews.override(who, attempt_id, changes, override.based_on, now)
    return await _shown(uses, who, graded, blind)


@router.post("/review/attempts/{attempt_id}/regrade", tags=["review"], status_code=202, responses=problems(404, 409))
async def regrade_attempt(attempt_id: UUID, uses: Uses, who: Reviewer, now: Now) -> RegradeOut:
    """Have it graded again by the present grader. 409 where a person has graded it: that grade stands."""
    return RegradeOut(enqueued=await uses.reviews.regrade(who, attempt_id, now))


async def _shown(uses: Services, who: Person, found: Reviewed, blind: bool) -> ReviewedAttempt:
    ids = {found.attempt.owner.id, *(kept.person for kept in found.grades), *involved(found.reviews)}
    return views.reviewed(uses.bank_of(who), found, await uses.names.naming(who.organisation, blind, ids))
