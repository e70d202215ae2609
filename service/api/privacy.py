"""Everything that there is of somebody, as a file; and nothing any more."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from service.api.credentials import address, cookie_name, forget
from service.api.deps import Admin, Now, SignedIn, Uses
from service.api.problems import problems
from service.api.schemas.accounts import ErasedOut, EraseIn
from service.domain.attempt import Person

router = APIRouter(tags=["privacy"], responses=problems(503))

ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {}}, "description": "A zip file: JSON for each kind of record, and sound"}
}


@router.get("/me/export", response_class=Response, responses=ZIP)
async def export_me(uses: Uses, who: SignedIn, now: Now) -> StreamingResponse:
    """Everything that there is of you here, as a zip file."""
    return _file(await uses.privacy.export(who.person, who.person, now))


@router.post("/me/erase", responses=problems(401, 403, 409, 413, 422, 429))
async def erase_me(
    wish: EraseIn, request: Request, response: Response, uses: Uses, who: SignedIn, now: Now
) -> ErasedOut:
    """Delete your account and everything that there is of you, for good.

    Send your password where you have one; else you have to have signed in just now.
    """
    settings = uses.settings.sign_in
    secret = request.cookies.get(cookie_name(settings))
    await uses.accounts.confirm(who, wish.password, secret, address(request, settings), now)
    clean = await uses.privacy.erase(who.person, who.person, now)
    forget(response, settings, cookie_name(settings))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'  # drafts and recordings that a browser has kept
    return ErasedOut(clean=clean)


@router.get("/people/{person_id}/export", response_class=Response, responses=ZIP | problems(404, 422))
async def export_person(person_id: UUID, uses: Uses, who: Admin, now: Now) -> StreamingResponse:
    """Everything that there is of somebody in your organisation, as a zip file."""
    return _file(await uses.privacy.export(who, _colleague(who, person_id), now))


@router.delete("/people/{person_id}", responses=problems(404, 409, 422))
async def erase_person(person_id: UUID, uses: Uses, who: Admin, now: Now) -> ErasedOut:
    """Delete somebody's account and everything that there is of them, for good. Not your own."""
    return ErasedOut(clean=await uses.privacy.erase(who, _colleague(who, person_id), now, other=True))


def _colleague(who: Person, person_id: UUID) -> Person:
    return Person(id=str(person_id), organisation=who.organisation)


def _file(pieces: Iterator[bytes]) -> StreamingResponse:
    headers = {"Content-Disposition": 'attachment; filename="viva-export.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)
