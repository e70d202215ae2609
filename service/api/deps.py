"""What routes ask for: the services, who is asking, when the request arrived."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from service.domain.attempt import LOCAL, Person
from service.errors import PreconditionMissing
from service.wiring import Services


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def person() -> Person:
    """Who is asking: on loopback, without sign-in, always the local user."""
    return LOCAL


def reviewer(who: Annotated[Person, Depends(person)]) -> Person:
    """Who is asking, as somebody who may review the answers of their organisation.

    The one place that decides it: until there is sign-in, the local user is candidate and reviewer.
    """
    return who


def _arrival(request: Request) -> datetime:
    arrived: datetime = request.state.arrived
    return arrived


def _revision(if_match: Annotated[str | None, Header(examples=['"3"'])] = None) -> int:
    """The revision in `If-Match: "<revision>"`; anything else that was sent can match nothing."""
    if if_match is None:
        raise PreconditionMissing
    number = if_match.strip().strip('"')
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1


def _bank_etag(request: Request, response: Response, if_none_match: Annotated[str | None, Header()] = None) -> None:
    """Bank reads change only with the bank: answer 304 to whoever has this one."""
    etag = f'"{_services(request).bank.digest[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    sent = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if etag in sent or "*" in sent:
        raise HTTPException(304, headers=headers)
    response.headers.update(headers)


Uses = Annotated[Services, Depends(_services)]
Who = Annotated[Person, Depends(person)]
Reviewer = Annotated[Person, Depends(reviewer)]
Now = Annotated[datetime, Depends(_arrival)]
Revision = Annotated[int, Depends(_revision)]
BankEtag = Depends(_bank_etag)
Position = Annotated[int, Path(ge=1, le=1000, description="Place of the question in its session, from 1.")]
Cursor = Annotated[UUID | None, Query(description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=100, description="Rows on a page.")]
Wait = Annotated[float, Query(ge=0, le=25, description="Seconds to wait for the grade, at most.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Any unique text, such as a UUID: sending the request again with it changes nothing.",
        examples=["3f0c2a52-7d0e-4f4b-9d53-0d6a4f6f8a11"],
    ),
]
