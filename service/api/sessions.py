"""Practice sessions: plan, run, pause, end, report."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service.api import export, views
from service.api.deps import Cursor, Limit, Now, Uses, Who
from service.api.problems import problems
from service.api.schemas.sessions import ReportOut, SessionCreate, SessionOut, SessionPage
from service.domain.plan import Plan

router = APIRouter(prefix="/sessions", tags=["sessions"], responses=problems(422, 503))


@router.post("", status_code=201, responses=problems(413))
async def create_session(wish: SessionCreate, uses: Uses, who: Who, now: Now) -> SessionOut:
    """Draw the questions of a session. It is planned: its clock starts with `start`."""
    session = await uses.practice.create(who, Plan.model_validate(wish.model_dump()), now)
    return views.session(uses.bank_of(who), session, {}, now)


@router.get("")
async def list_sessions(uses: Uses, who: Who, now: Now, cursor: Cursor = None, limit: Limit = 20) -> SessionPage:
    """Your sessions, the newest first."""
    found = await uses.history.sessions(who, cursor, limit + 1, now)
    return SessionPage(
        items=[views.session_summary(session, now) for session in found[:limit]],
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.get("/{session_id}", responses=problems(404))
async def read_session(session_id: UUID, uses: Uses, who: Who, now: Now) -> SessionOut:
    """The session by the server's clock."""
    session = await uses.practice.session(who, session_id, now)
    return views.session(uses.bank_of(who), session, await uses.history.answers(who, session), now)


@router.post("/{session_id}/start", responses=problems(404, 409))
async def start_session(session_id: UUID, uses: Uses, who: Who, now: Now) -> SessionOut:
    """Start the clock."""
    session = await uses.practice.start(who, session_id, now)
    return views.session(uses.bank_of(who), session, {}, now)


@router.post("/{session_id}/pause", responses=problems(404, 409))
async def pause_session(session_id: UUID, uses: Uses, who: Who, now: Now) -> SessionOut:
    """Stop the clock (practice mode)."""
    session = await uses.practice.pause(who, session_id, now)
    return views.session(uses.bank_of(who), session, await uses.history.answers(who, session), now)


@router.post("/{session_id}/resume", responses=problems(404, 409))
async def resume_session(session_id: UUID, uses: Uses, who: Who, now: Now) -> SessionOut:
    """Go on: every deadline moves by the length of the pause."""
    session = await uses.practice.resume(who, session_id, now)
    return views.session(uses.bank_of(who), session, await uses.history.answers(who, session), now)


@router.post("/{session_id}/finish", responses=problems(404, 409))
async def finish_session(session_id: UUID, uses: Uses, who: Who, now: Now) -> SessionOut:
    """End it; the open question's draft is handed in."""
    session = await uses.practice.finish(who, session_id, now)
    return views.session(uses.bank_of(who), session, await uses.history.answers(who, session), now)


@router.post("/{session_id}/abandon", responses=problems(404, 409))
async def abandon_session(session_id: UUID, uses: Uses, who: Who, now: Now) -> SessionOut:
    """Leave it: nothing more is graded."""
    session = await uses.practice.abandon(who, session_id, now)
    return views.session(uses.bank_of(who), session, await uses.history.answers(who, session), now)


@router.get(
    "/{session_id}/report",
    response_model=ReportOut,
    responses=problems(404)
    | {200: {"content": {"text/csv": {"schema": {"type": "string"}}, "text/markdown": {"schema": {"type": "string"}}}}},
)
async def read_report(
    session_id: UUID,
    uses: Uses,
    who: Who,
    now: Now,
    format: Annotated[Literal["json", "csv", "markdown"], Query()] = "json",
) -> ReportOut | Response:
    """How it went, so far or in the end, also as a file."""
    found, changes = await uses.history.report(who, session_id, now)
    report = views.report(uses.bank_of(who), found, changes, now)
    if format == "json":
        return report
    body, media_type, ending = (
        (export.csv_of(report), "text/csv", "csv")
        if format == "csv"
        else (export.markdown_of(report), "text/markdown", "md")
    )
    name = f'attachment; filename="viva-report-{session_id}.{ending}"'
    return Response(body, media_type=media_type, headers={"Content-Disposition": name})
