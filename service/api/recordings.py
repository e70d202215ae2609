"""A spoken answer to the open question: its chunks, its transcript."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from service import errors
from service.api.deps import Agreed, Now, Position, Stays, Uses, Wait, Who
from service.api.problems import STATUS, problems
from service.api.receiving import RECORDING, received
from service.domain.recording import Recording, RecordingState, sound_kind
from service.domain.transcript import Transcript

router = APIRouter(
    prefix="/sessions/{session_id}/questions/{position}/recording",
    tags=["voice"],
    responses=problems(404, 409, 422, 503),
)

Which = Annotated[UUID, Query(alias="recording", description="The recording's id, which the client makes.")]
STREAM_LOOK = 60.0
MOST_CHUNKS = 100_000
_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_BODY = {"requestBody": {"required": False, "content": _BINARY}}  # a browser's chunk may be empty


class CompleteIn(BaseModel, strict=True):
    chunks: int = Field(ge=1, le=MOST_CHUNKS, examples=[3])
    """How many there are, numbered from 0."""


class FailureOut(BaseModel):
    type: str = Field(examples=["urn:viva:problem:broken-audio"])
    detail: str


class RecordingOut(BaseModel):
    """How far a spoken answer has come."""

    id: UUID
    state: RecordingState
    chunks: int
    """How many have arrived."""
    text: str
    """What was heard so far: a hint."""
    transcript: Transcript | None
    """What was heard in the end, to be read and confirmed."""
    problem: FailureOut | None
    """Why nothing could be heard. The chunks are kept."""
    attempt_id: UUID | None
    """The answer that was made of it."""
    kept: bool
    """Whether its sound is still there."""


def _out(recording: Recording) -> RecordingOut:
    failure = recording.failure
    slug = STATUS.get(getattr(errors, failure.kind, errors.VivaError), (500, "internal"))[1] if failure else ""
    return RecordingOut(
        id=recording.id,
        state=recording.state,
        chunks=recording.chunks,
        text=recording.transcript.text if recording.transcript else recording.text,
        transcript=recording.transcript,
        problem=FailureOut(type=f"urn:viva:problem:{slug}", detail=failure.detail) if failure else None,
        attempt_id=recording.attempt_id,
        kept=recording.size > 0,
    )


@router.put("/chunks/{number}", dependencies=[Agreed], responses=problems(413), openapi_extra=_BODY)
async def put_chunk(
    session_id: UUID,
    position: Position,
    number: Annotated[int, Path(ge=0, lt=MOST_CHUNKS)],
    recording_id: Which,
    request: Request,
    uses: Uses,
    who: Who,
    now: Now,
) -> RecordingOut:
    """Keep a chunk of a spoken answer; the first one makes the recording. Sending it again changes nothing."""
    body = await request.body()
    return _out(await uses.recordings.put(who, session_id, position, recording_id, number, body, now))


@router.post("/complete", status_code=202)
async def complete_recording(
    session_id: UUID, position: Position, recording_id: Which, sent: CompleteIn, uses: Uses, who: Who, now: Now
) -> RecordingOut:
    """There are no more chunks: hear it to its end. 409 names the `missing` ones. In strict mode the clock stands."""
    return _out(await uses.recordings.complete(who, session_id, position, recording_id, sent.chunks, now))


@router.put("", status_code=202, dependencies=[Agreed], responses=problems(413, 429), openapi_extra=RECORDING)
async def put_recording(
    session_id: UUID, position: Position, recording_id: Which, request: Request, uses: Uses, who: Who, now: Now
) -> RecordingOut:
    """A whole recording as the spoken answer, to be heard at once. Sending it again changes nothing."""
    async with received(request, uses.recordings.max_bytes) as (path, _):
        return _out(await uses.recordings.upload(who, session_id, position, recording_id, path, now))


@router.get("")
async def read_recording(session_id: UUID, position: Position, uses: Uses, who: Who, wait: Wait = 0) -> RecordingOut:
    """How far the question's spoken answer has come. With `wait`, once it was heard."""
    return _out(await uses.recordings.follow(who, session_id, position, wait))


@router.delete("", status_code=204)
async def delete_recording(session_id: UUID, position: Position, uses: Uses, who: Who, now: Now) -> None:
    """Throw the recording away; of one that was handed in, the sound."""
    await uses.recordings.discard(who, session_id, position, now)


@router.get(
    "/audio", response_class=Response, responses={200: {"content": {"audio/*": {}}, "description": "The recording"}}
)
async def read_sound(session_id: UUID, position: Position, uses: Uses, who: Who) -> Response:
    """The recording itself, while it is kept."""
    sound = await uses.recordings.sound(who, session_id, position)
    return Response(sound, media_type=f"audio/{sound_kind(sound)}", headers={"Cache-Control": "no-store"})


def _event_id(recording: Recording) -> str:
    return f"{recording.id}-{recording.state}-{recording.chunks}-{len(recording.text)}"


async def _current(
    session_id: UUID, position: Position, uses: Uses, who: Who, last_event_id: Annotated[str | None, Header()] = None
) -> Recording:
    """How it stands before a stream begins. 204 where all was told before."""
    found = await uses.recordings.read(who, session_id, position)
    if found.state in ("transcribed", "failed") and _event_id(found) == last_event_id:
        raise HTTPException(204)
    return found


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses={204: {"description": "Nothing more will come: `Last-Event-ID` was the last event."}},
)
async def follow_recording(
    session_id: UUID,
    position: Position,
    uses: Uses,
    who: Who,
    found: Annotated[Recording, Depends(_current)],
    stays: Stays,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow it as server-sent events `recording`, until it was heard or has failed."""
    with uses.metrics.followers.track_inprogress():
        if _event_id(found) != last_event_id:
            yield _event(found)
        while found.state in ("recording", "transcribing") and not uses.live.closed:
            seen = found
            found = await uses.recordings.follow(who, session_id, position, STREAM_LOOK, seen)
            if not await stays():
                return
            if found != seen:
                yield _event(found)


def _event(recording: Recording) -> ServerSentEvent:
    return ServerSentEvent(event="recording", id=_event_id(recording), data=_out(recording))
