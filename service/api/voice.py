"""Recordings in, text out, nothing kept."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from service.api.deps import Uses
from service.api.problems import problems
from service.api.receiving import RECORDING, received
from service.domain.question import Slug
from service.domain.transcript import Transcript
from service.voice import Hints
from service.voice.hearing import hints_for

router = APIRouter(tags=["voice"], responses=problems(404, 413, 415, 422, 429, 503))


@router.post("/transcribe", openapi_extra=RECORDING)
async def transcribe(
    request: Request,
    uses: Uses,
    question_id: Annotated[Slug | None, Query(description="Its glossary helps to hear.", examples=["kv-cache"])] = None,
) -> Transcript:
    """What is said in a recording, and how. Nothing is stored. A silent one has an empty text."""
    async with received(request, uses.settings.voice.max_bytes) as (path, named):
        wanted = question_id or named
        hints = hints_for(uses.bank.item(wanted).question) if wanted else Hints()
        return await uses.voice.transcribe(path, hints)
