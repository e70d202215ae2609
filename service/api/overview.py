"""For reviewers: what the answers of their organisation come to, and every verdict as a file."""

from collections.abc import Iterator
from typing import Annotated, BinaryIO, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from service.api import export, views
from service.api.deps import Blind, Now, Reviewer, Uses
from service.api.problems import problems
from service.api.schemas.cohorts import Moment
from service.api.schemas.overview import OverviewOut
from service.team.overview import Encode, Filters

router = APIRouter(prefix="/overview", tags=["review"], responses=problems(404, 422, 503))

Format = Literal["csv", "json", "ndjson"]
TEXT, ROWS = {"type": "string"}, {"type": "array", "items": {"type": "object"}}
FORMATS: dict[Format, tuple[Encode, str]] = {
    "csv": (export.csv_of_verdicts, "text/csv"),
    "json": (export.json_of_verdicts, "application/json"),
    "ndjson": (export.lines_of_verdicts, "application/x-ndjson"),
}
CHUNK = 64 * 1024


def _filters(
    topic: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,80}$", examples=["inference"])] = None,
    question_id: Annotated[str | None, Query(pattern=r"^[a-z0-9-]{1,80}$", examples=["kv-cache"])] = None,
    since: Annotated[Moment | None, Query(description="Handed in then or later.")] = None,
    until: Annotated[Moment | None, Query(description="Handed in before then.")] = None,
    cohort: Annotated[UUID | None, Query(description="By people who are in this cohort now.")] = None,
    assignment: Annotated[UUID | None, Query(description="In sessions begun from this assignment.")] = None,
) -> Filters:
    return Filters(
        topic=topic,
        question_id=question_id,
        since=since,
        until=until,
        cohort_id=cohort,
        assignment_id=assignment,
    )


Chosen = Annotated[Filters, Depends(_filters)]


@router.get("")
async def read_overview(uses: Uses, who: Reviewer, chosen: Chosen) -> OverviewOut:
    """Means by question and dimension, common mistakes, what is left out, how far machines and people agree."""
    return views.overview(uses.bank_of(who), *await uses.overviews.read(who, chosen))


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {"content": {media: {"schema": ROWS if form == "json" else TEXT} for form, (_, media) in FORMATS.items()}},
    },
)
async def export_verdicts(
    uses: Uses,
    who: Reviewer,
    chosen: Chosen,
    now: Now,
    format: Annotated[Format, Query()] = "csv",
    blind: Blind = True,
) -> StreamingResponse:
    """A row for each verdict of the grades that count, as a file. It is written down in the audit log."""
    encode, media = FORMATS[format]
    naming = await uses.names.naming(who.organisation, blind, None)
    made = await uses.overviews.export(who, chosen, naming, encode, format, now)
    headers = {"Content-Disposition": f'attachment; filename="viva-verdicts.{format}"', "Cache-Control": "no-store"}
    return StreamingResponse(_chunks(made), media_type=media, headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
