"""Cohorts, and what is assigned to them: for reviewers."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.api.deps import Cursor, Limit, Now, Reviewer, Uses
from service.api.problems import problems
from service.api.schemas.cohorts import (
    AssignmentIn,
    AssignmentOut,
    CohortDetail,
    CohortIn,
    CohortOut,
    CohortPage,
    MemberPage,
    StandingOut,
)
from service.api.views import cohorts as views
from service.domain.cohort import Terms
from service.domain.identity import normal_name
from service.domain.plan import Plan

router = APIRouter(tags=["cohorts"], responses=problems(422, 503))


@router.get("/cohorts")
async def list_cohorts(uses: Uses, who: Reviewer, cursor: Cursor = None, limit: Limit = 50) -> CohortPage:
    """The cohorts of your organisation, the newest first."""
    found = await uses.cohorts.page(who, cursor, limit + 1)
    return CohortPage(
        items=[views.cohort(cohort) for cohort in found[:limit]],
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post("/cohorts", status_code=201, responses=problems(413))
async def make_cohort(wish: CohortIn, uses: Uses, who: Reviewer, now: Now) -> CohortOut:
    """Make a cohort. Nobody is in it yet."""
    return views.cohort(await uses.cohorts.make(who, wish.name, now))


@router.get("/cohorts/{cohort_id}", responses=problems(404))
async def read_cohort(cohort_id: UUID, uses: Uses, who: Reviewer, now: Now) -> CohortDetail:
    """Who is in it, and what is assigned to it."""
    cohort, people, assignments = await uses.cohorts.read(who, cohort_id)
    return views.cohort_detail(cohort, people, assignments, now)


@router.put("/cohorts/{cohort_id}", responses=problems(404, 413))
async def rename_cohort(cohort_id: UUID, wish: CohortIn, uses: Uses, who: Reviewer) -> CohortOut:
    """Give it another name."""
    return views.cohort(await uses.cohorts.rename(who, cohort_id, wish.name))


@router.delete("/cohorts/{cohort_id}", status_code=204, response_class=Response, responses=problems(404))
async def delete_cohort(cohort_id: UUID, uses: Uses, who: Reviewer, now: Now) -> Response:
    """Delete it with its assignments. The sessions that people began stay theirs."""
    await uses.cohorts.remove(who, cohort_id, now)
    return Response(status_code=204)


@router.get("/cohorts/{cohort_id}/others", responses=problems(404))
async def list_others(
    cohort_id: UUID, uses: Uses, who: Reviewer, cursor: Cursor = None, limit: Limit = 50
) -> MemberPage:
    """Who in your organisation could be put in, who came first first."""
    found = await uses.cohorts.others(who, cohort_id, cursor, limit + 1)
    return MemberPage(
        items=[views.member(account) for account in found[:limit]],
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.put(
    "/cohorts/{cohort_id}/members/{person_id}", status_code=204, response_class=Response, responses=problems(404)
)
async def put_member(cohort_id: UUID, person_id: UUID, uses: Uses, who: Reviewer, now: Now) -> Response:
    """Put somebody in. Doing it again changes nothing."""
    await uses.cohorts.put(who, cohort_id, person_id, now)
    return Response(status_code=204)


@router.delete(
    "/cohorts/{cohort_id}/members/{person_id}", status_code=204, response_class=Response, responses=problems(404)
)
async def take_member(cohort_id: UUID, person_id: UUID, uses: Uses, who: Reviewer, now: Now) -> Response:
    """Take somebody out. The sessions that they began stay theirs."""
    await uses.cohorts.take(who, cohort_id, person_id, now)
    return Response(status_code=204)


@router.post("/cohorts/{cohort_id}/assignments", status_code=201, responses=problems(404, 413))
async def make_assignment(cohort_id: UUID, wish: AssignmentIn, uses: Uses, who: Reviewer, now: Now) -> AssignmentOut:
    """Assign a session to a cohort. Its questions are drawn now, and are the same for everybody."""
    return views.assignment(await uses.assignments.make(who, cohort_id, _terms(wish), now), now)


@router.put("/assignments/{assignment_id}", responses=problems(404, 409, 413))
async def change_assignment(
    assignment_id: UUID, wish: AssignmentIn, uses: Uses, who: Reviewer, now: Now
) -> AssignmentOut:
    """Change it. Once somebody has begun, only `title`, `closes_at` and `attempts`; strict deadlines move along."""
    return views.assignment(await uses.assignments.change(who, assignment_id, _terms(wish), now), now)


@router.delete("/assignments/{assignment_id}", status_code=204, response_class=Response, responses=problems(404))
async def delete_assignment(assignment_id: UUID, uses: Uses, who: Reviewer, now: Now) -> Response:
    """Delete it. The sessions that people began stay theirs."""
    await uses.assignments.remove(who, assignment_id, now)
    return Response(status_code=204)


@router.get("/assignments/{assignment_id}/standing", responses=problems(404))
async def read_standing(assignment_id: UUID, uses: Uses, who: Reviewer, now: Now) -> StandingOut:
    """Who has begun and finished it, with which score."""
    assignment, stands = await uses.assignments.standing(who, assignment_id, now)
    return views.standing(assignment, stands, now)


def _terms(wish: AssignmentIn) -> Terms:
    fields = wish.model_dump(include={"opens_at", "closes_at", "attempts"})
    return Terms(title=normal_name(wish.title), plan=Plan.model_validate(wish.plan.model_dump()), **fields)
