"""Questions and short answers read aloud, where the server has a voice."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import FileResponse

from service.api.deps import Now, Position, Uses, Who
from service.api.problems import problems
from service.api.prose import said
from service.voice.speech import Spoken

_AUDIO: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/webm": {}}, "description": "Opus; `X-Content-Duration` has its seconds"}
}
router = APIRouter(tags=["voice"], responses=problems(404, 422, 503) | _AUDIO)


@router.get("/questions/{question_id}/speech", response_class=FileResponse)
async def read_question_aloud(question_id: str, uses: Uses, who: Who) -> FileResponse:
    """The question, read aloud. 503 where the server has no voice: read it with the browser's."""
    return _sound(await uses.speech.read(said(uses.bank_of(who).item(question_id).question.prompt)))


@router.get(
    "/sessions/{session_id}/questions/{position}/review/speech", response_class=FileResponse, responses=problems(409)
)
async def read_short_answer_aloud(session_id: UUID, position: Position, uses: Uses, who: Who, now: Now) -> FileResponse:
    """The short answer to a question that was answered or revealed, read aloud."""
    item = await uses.practice.review(who, session_id, position, now)
    return _sound(await uses.speech.read(said(item.question.short_answer)))


def _sound(spoken: Spoken) -> FileResponse:
    headers = {"X-Content-Duration": f"{spoken.seconds:.3f}", "Cache-Control": "private, max-age=3600"}
    return FileResponse(spoken.path, media_type="audio/webm", headers=headers)
