"""Attempts, progress, and grading without storing."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, HTTPException, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.api import views
from service.api.deps import Cursor, Limit, Now, Stays, Uses, Wait, Who
from service.api.problems import problems
from service.api.schemas.attempts import AttemptOut, AttemptPage, GradeRequest, GradeResponse
from service.api.schemas.progress import ProgressOut
from service.api.schemas.sessions import SessionOut
from service.domain.attempt import Answer
from service.domain.progress import Course
from service.domain.question import Question, Source
from service.domain.rubric import Item, Rubric
from service.errors import Invalid

router = APIRouter(responses=problems(422, 503))

STREAM_LOOK = 60.0
"""Seconds after which a stream asks anew, whether its reader may still read it too."""


@router.get("/attempts", tags=["attempts"])
async def list_attempts(
    uses: Uses,
    who: Who,
    now: Now,
    question_id: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,80}$", examples=["kv-cache"])] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> AttemptPage:
    """Your attempts, the newest first."""
    found = await uses.history.attempts(who, cursor, limit + 1, question_id, now)
    return AttemptPage(
        items=[views.attempt_summary(uses.bank_of(who), attempt, result) for attempt, result in found[:limit]],
        next_cursor=str(found[limit - 1][0].id) if len(found) > limit else None,
    )


@router.get("/attempts/{attempt_id}", tags=["attempts"], responses=problems(404))
async def read_attempt(attempt_id: UUID, uses: Uses, who: Who, wait: Wait = 0) -> AttemptOut:
    """One attempt with its grade, the model answer and the notes. With `wait`, once it is graded."""
    if wait:
        await uses.practice.following.until_over(who, attempt_id, wait)
    return views.attempt(uses.bank_of(who), await uses.history.attempt(who, attempt_id))


async def _course(
    attempt_id: UUID, uses: Uses, who: Who, last_event_id: Annotated[str | None, Header()] = None
) -> Course:
    """How the grading goes, before a stream begins. 204 where all was told before, so that a browser stays away."""
    course = await uses.practice.following.course(who, attempt_id, 0)
    if course.standing.status != "submitted" and last_event_id == views.event_id(course.standing):
        raise HTTPException(204)
    return course


@router.get(
    "/attempts/{attempt_id}/events",
    tags=["attempts"],
    response_class=EventSourceResponse,
    responses=problems(404) | {204: {"description": "Nothing more will come: `Last-Event-ID` was the last event."}},
)
async def follow_attempt(
    attempt_id: UUID,
    uses: Uses,
    who: Who,
    course: Annotated[Course, Depends(_course)],
    stays: Stays,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow the grading as server-sent events, until there is a final grade.

    `standing`: how it stands, at first and with each change. Its id says so: sent back as `Last-Event-ID`, the stream
    goes on after it. Between these `verdict` and `feedback`, as a model writes them; each may yet be taken back.
    `setback`: a try came to nothing, so what was told of it does not count; there will be another.
    """
    with uses.metrics.followers.track_inprogress():
        seen: Course | None = None
        while True:
            for event in views.events(seen, course):
                if event.id is None or event.id != last_event_id:
                    yield event
            if course.standing.status != "submitted" or uses.live.closed:
                return
            seen, course = course, await uses.practice.following.course(who, attempt_id, STREAM_LOOK, course)
            if not await stays():
                return


@router.post("/attempts/{attempt_id}/retry", tags=["attempts"], status_code=201, responses=problems(404, 409))
async def retry_attempt(attempt_id: UUID, uses: Uses, who: Who, now: Now) -> SessionOut:
    """A new running session with this question, under the same limits."""
    return views.session(uses.bank_of(who), await uses.practice.retry(who, attempt_id, now), {}, now)


@router.get("/progress", tags=["attempts"])
async def read_progress(uses: Uses, who: Who, now: Now) -> ProgressOut:
    """How your answers have developed."""
    progress, graded = await uses.history.progress(who, now)
    return views.progress(uses.bank_of(who), progress, graded)


@router.post("/grade", tags=["grading"], responses=problems(404, 409, 413))
async def grade_answer(request: GradeRequest, uses: Uses, who: Who, now: Now) -> GradeResponse:
    """Grade an answer without storing it, by a question of the bank or by a rubric that you send along."""
    if (request.question_id is None) == (request.rubric is None):
        raise Invalid("Send either question_id or rubric.")
    answer = Answer.of(request.answer)
    if request.rubric is not None:
        item = _loose(request.rubric)
    else:
        item = uses.bank_of(who).item(request.question_id or "")
        await uses.practice.check_open_to(who, item.id, now)
    return views.grade_response(item.rubric, await uses.grading.mark(item, answer, who))


def _loose(rubric: Rubric) -> Item:
    """An item around a rubric that belongs to no question of the bank."""
    unused = "-"
    question = Question(
        id=rubric.question_id,
        topic="inline",
        title=unused,
        prompt=unused,
        level="mid",
        frequency="common",
        kind="conceptual",
        minutes=1,
        concept=rubric.question_id,
        hint=unused,
        sources=(Source(title=unused),),
        short_answer=unused,
        model_answer=unused,
        deeper_notes=unused,
    )
    return Item(question=question, rubric=rubric)
