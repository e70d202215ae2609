"""The open question of a session: read it, save drafts, hand in."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.api import views
from service.api.deps import Key, Now, Position, Revision, Uses, Wait, Who
from service.api.problems import problems
from service.api.schemas.attempts import AttemptOut, Review
from service.api.schemas.sessions import DraftIn, DraftOut, ExtendIn, OpenQuestion, SessionOut, SubmitIn
from service.domain.session import PracticeSession
from service.errors import Conflict

router = APIRouter(
    prefix="/sessions/{session_id}/questions/{position}", tags=["answering"], responses=problems(404, 409, 422, 503)
)


async def _open_question(uses: Uses, who: Who, session: PracticeSession, position: int, now: Now) -> OpenQuestion:
    slot = session.slot(position)
    if not slot.active:
        raise Conflict(f"Question {position} is {slot.state}.")
    item = await uses.grading.item(slot.item_digest)
    recording = await uses.recordings.find(who, session.id, position)
    return views.open_question(uses.bank_of(who), session, slot, item, recording.id if recording else None, now)


@router.get("")
async def read_open_question(session_id: UUID, position: Position, uses: Uses, who: Who, now: Now) -> OpenQuestion:
    """The open question, its clock and its draft; the same on every device."""
    session = await uses.practice.session(who, session_id, now)
    return await _open_question(uses, who, session, position, now)


@router.post("/open")
async def open_question(session_id: UUID, position: Position, uses: Uses, who: Who, now: Now) -> OpenQuestion:
    """Show a question and start its clock. Opening the open one again changes nothing."""
    session = await uses.practice.open(who, session_id, position, now)
    return await _open_question(uses, who, session, position, now)


@router.put("/draft", responses=problems(412, 413, 428))
async def save_draft(
    session_id: UUID,
    position: Position,
    draft: DraftIn,
    response: Response,
    revision: Revision,
    uses: Uses,
    who: Who,
    now: Now,
) -> DraftOut:
    """Save a draft on top of the revision in `If-Match`. 412 tells that a newer one was saved elsewhere."""
    saved = await uses.practice.save(who, session_id, position, draft.text, revision, now)
    response.headers["ETag"] = f'"{saved}"'
    return DraftOut(revision=saved)


@router.post(
    "/submit",
    status_code=201,
    responses=problems(413) | {200: {"model": AttemptOut, "description": "Handed in before, with the same key"}},
)
async def submit_answer(
    session_id: UUID,
    position: Position,
    answer: SubmitIn,
    response: Response,
    uses: Uses,
    who: Who,
    now: Now,
    key: Key = None,
    wait: Wait | None = None,
) -> AttemptOut:
    """Hand in the answer: its grade, the model answer, the notes. A grade that takes longer can be followed."""
    attempt_id, replayed = await uses.practice.submit(
        who, session_id, position, answer.text, key, now, wait, answer.recording
    )
    if replayed:
        response.status_code = 200
    return views.attempt(uses.bank_of(who), await uses.history.attempt(who, attempt_id))


@router.post("/skip")
async def skip_question(session_id: UUID, position: Position, uses: Uses, who: Who, now: Now) -> SessionOut:
    """Leave the question out."""
    session = await uses.practice.skip(who, session_id, position, now)
    return views.session(uses.bank_of(who), session, await uses.history.answers(who, session), now)


@router.post("/reveal")
async def reveal_answer(session_id: UUID, position: Position, uses: Uses, who: Who, now: Now) -> Review:
    """Read the model answer instead of trying: recorded as revealed (practice mode)."""
    return views.review(uses.bank_of(who), await uses.practice.reveal(who, session_id, position, now))


@router.get("/review")
async def read_review(session_id: UUID, position: Position, uses: Uses, who: Who, now: Now) -> Review:
    """The model answer, notes and rubric of a question that was answered or revealed."""
    return views.review(uses.bank_of(who), await uses.practice.review(who, session_id, position, now))


@router.post("/hint")
async def use_hint(session_id: UUID, position: Position, uses: Uses, who: Who, now: Now) -> OpenQuestion:
    """Get the hint; its use is recorded (practice mode)."""
    session = await uses.practice.hint(who, session_id, position, now)
    return await _open_question(uses, who, session, position, now)


@router.post("/extend", responses=problems(413))
async def extend_question(
    session_id: UUID, position: Position, more: ExtendIn, uses: Uses, who: Who, now: Now
) -> OpenQuestion:
    """More time; it is recorded (practice mode)."""
    session = await uses.practice.extend(who, session_id, position, more.seconds, now)
    return await _open_question(uses, who, session, position, now)
