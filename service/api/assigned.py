"""What is assigned to whoever asks, and the sessions that they begin from it."""

from uuid import UUID

from fastapi import APIRouter

from service.api import views
from service.api.deps import Cursor, Limit, Now, Uses, Who
from service.api.problems import problems
from service.api.schemas.cohorts import AssignedPage
from service.api.schemas.sessions import SessionOut
from service.api.views import cohorts

router = APIRouter(prefix="/assignments", tags=["assignments"], responses=problems(422, 503))


@router.get("")
async def list_assigned(uses: Uses, who: Who, now: Now, cursor: Cursor = None, limit: Limit = 20) -> AssignedPage:
    """What is assigned to you, the newest first, with the sessions that you began and their scores."""
    found = await uses.assignments.assigned(who, cursor, limit + 1, now)
    return AssignedPage(
        items=[cohorts.assigned(each, now) for each in found[:limit]],
        next_cursor=str(found[limit - 1].assignment.id) if len(found) > limit else None,
    )


@router.post("/{assignment_id}/sessions", status_code=201, responses=problems(404, 409))
async def begin_assigned(assignment_id: UUID, uses: Uses, who: Who, now: Now) -> SessionOut:
    """Begin a session, which counts as an attempt. It is planned: its clock starts with `start`."""
    return views.session(uses.bank_of(who), await uses.assignments.begin(who, assignment_id, now), {}, now)
