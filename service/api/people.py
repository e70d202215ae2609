"""What admins do: who is in their organisation, and whom they invite."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import Admin, Cursor, Limit, Now, Uses
from service.api.problems import problems
from service.api.schemas.accounts import (
    AuditOut,
    AuditPage,
    ImportLineOut,
    ImportOut,
    InviteIn,
    InviteOut,
    InvitesOut,
    NewInviteOut,
    PeoplePage,
    PersonIn,
    PersonOut,
)
from service.domain.identity import Account
from service.domain.roster import COLUMNS, Format, read
from service.errors import Invalid

Days = Annotated[int, Query(ge=1, le=90, description="Until the links end.")]
_PEOPLE = {
    "type": "object",
    "required": ["people"],
    "properties": {"people": {"type": "array", "items": {"description": f"An object with {', '.join(COLUMNS)}."}}},
    "example": {"people": [{"email": "ada@example.org", "name": "Ada", "role": "candidate", "cohort": "Autumn"}]},
}
_CSV = {"type": "string", "example": "email,name,role,cohort\nada@example.org,Ada,candidate,Autumn\n"}
LIST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": _CSV}, "application/json": {"schema": _PEOPLE}},
    }
}

router = APIRouter(tags=["people"], responses=problems(401, 403, 422, 503))


@router.get("/people")
async def list_people(uses: Uses, who: Admin, cursor: Cursor = None, limit: Limit = 50) -> PeoplePage:
    """Everybody in your organisation, who came first first."""
    found = await uses.people.page(who, cursor, limit + 1)
    return PeoplePage(
        items=[_person(account) for account in found[:limit]],
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.put("/people/{person_id}", responses=problems(404, 409, 413))
async def change_person(person_id: UUID, wish: PersonIn, uses: Uses, who: Admin, now: Now) -> PersonOut:
    """Give somebody another role or time factor, or disable their account. Not your own."""
    changed = await uses.people.change(who, person_id, wish.role, wish.disabled, wish.time_factor, now)
    return _person(changed)


@router.get("/invites")
async def list_invites(uses: Uses, who: Admin, now: Now) -> InvitesOut:
    """Invites that can still be accepted, the newest first."""
    found = await uses.people.invites(who, now)
    return InvitesOut(items=[InviteOut.model_validate(one.model_dump()) for one in found])


@router.post("/invites", status_code=201, responses=problems(409, 413))
async def invite(wish: InviteIn, response: Response, uses: Uses, who: Admin, now: Now) -> NewInviteOut:
    """Invite somebody: the answer has the link, which you send them. It is shown this once."""
    made, secret = await uses.people.invite(who, wish.role, wish.email, wish.days, now)
    response.headers["Cache-Control"] = "no-store"
    return NewInviteOut(**made.model_dump(), link=uses.people.link(secret))


@router.delete("/invites/{invite_id}", status_code=204, response_class=Response, responses=problems(404))
async def withdraw_invite(invite_id: UUID, uses: Uses, who: Admin, now: Now) -> Response:
    """Withdraw an invite: its link leads nowhere from now on."""
    await uses.people.withdraw(who, invite_id, now)
    return Response(status_code=204)


@router.get("/audit")
async def read_log(uses: Uses, who: Admin, cursor: Cursor = None, limit: Limit = 50) -> AuditPage:
    """Who did what in your organisation, the newest first: ids only. Nobody can change it."""
    found = await uses.people.log(who, cursor, limit + 1)
    return AuditPage(
        items=[AuditOut(**entry.model_dump(exclude={"who"}), who=entry.who.id) for entry in found[:limit]],
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post("/people/import", responses=problems(409, 413), openapi_extra=LIST)
async def import_people(
    request: Request, response: Response, uses: Uses, who: Admin, now: Now, dry_run: bool = False, days: Days = 7
) -> ImportOut:
    """Invite many: a CSV file whose first line names the columns `email` and, if you like, `name`, `role`, `cohort`; or
    the same as JSON. A line that is wrong stops no other, and who is there, or invited, is not invited again.
    With `dry_run` nothing is done, only told.
    """
    kind: Format = "json" if request.headers.get("content-type", "").startswith("application/json") else "csv"
    try:
        lines = read((await request.body()).decode("utf-8-sig"), kind)
    except UnicodeDecodeError as error:
        raise Invalid("The list is no text in UTF-8.") from error
    found = await uses.rosters.take(who, lines, days, now, dry=dry_run)
    response.headers["Cache-Control"] = "no-store"
    return ImportOut(items=[ImportLineOut.model_validate(one.model_dump()) for one in found])


def _person(account: Account) -> PersonOut:
    return PersonOut.model_validate(account.model_dump(exclude={"organisation"}))
