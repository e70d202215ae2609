"""Recordings in, text out, nothing kept."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from service.api.deps import Agreed, Uses, Who
from service.api.problems import problems
from service.api.receiving import RECORDING, received
from service.domain.question import Slug
from service.domain.transcript import Transcript
from service.errors import NotAgreed, VoiceUnavailable
from service.voice import Hints
from service.voice.hearing import hints_for

router = APIRouter(tags=["voice"], responses=problems(404, 413, 415, 422, 429, 503))


class VoiceOut(BaseModel):
    """Whether answers can be spoken here."""

    problem: str | None
    """Why nobody can listen, and what to do about it; null where somebody can."""
    max_seconds: float
    """Longest recording."""
    keeps: bool
    """Whether the sound of an answer is kept after it is graded."""
    speaks: bool
    """Whether questions and short answers can be had as sound."""


@router.get("/voice")
async def voice(uses: Uses, who: Who) -> VoiceOut:
    """Whether answers can be spoken here, and how long they may be."""
    settings = uses.settings.voice
    try:
        await uses.consents.heard_elsewhere(who.organisation)
        await asyncio.to_thread(lambda: uses.voice.transcriber.model)
        problem = None
    except (NotAgreed, VoiceUnavailable) as error:
        problem = str(error)
    return VoiceOut(problem=problem, max_seconds=settings.max_seconds, keeps=settings.keep, speaks=uses.speech.possible)


@router.post("/transcribe", dependencies=[Agreed], openapi_extra=RECORDING)
async def transcribe(
    request: Request,
    uses: Uses,
    who: Who,
    question_id: Annotated[Slug | None, Query(description="Its glossary helps to hear.", examples=["kv-cache"])] = None,
) -> Transcript:
    """What is said in a recording, and how. Nothing is stored. A silent one has an empty text."""
    async with received(request, uses.settings.voice.max_bytes) as (path, named):
        wanted = question_id or named
        hints = hints_for(uses.bank_of(who).item(wanted).question) if wanted else Hints()
        return await uses.voice.transcribe(path, hints)
