"""What routes ask for: the services, who is asking, when the request arrived."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from service.api.credentials import cookie_name, peer
from service.domain.attempt import Person
from service.domain.identity import THE_LOCAL_USER, Caller, Scope
from service.errors import Forbidden, PreconditionMissing, SignInRequired, TooManyRequests
from service.identity.proxies import within
from service.wiring import Services


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def caller(request: Request) -> Caller:
    """Who is asking, where a minute has room for one more request of theirs. Raises SignInRequired, TooManyRequests."""
    who = await _known(request, _arrival(request))
    allowed, standings = await _services(request).rates.count(who.person, _arrival(request))
    request.state.standings = standings  # told with the answer, whatever it is
    if not allowed:
        raise TooManyRequests(standings[0].seconds)
    return who


async def _known(request: Request, now: datetime) -> Caller:
    """The one place that reads credentials: a token, else a cookie, else what a trusted proxy says.

    Where no sign-in is configured only this machine can ask: it is the local user. Raises SignInRequired.
    """
    services = _services(request)
    settings = services.settings.sign_in
    if not settings.configured:
        return THE_LOCAL_USER
    found: Caller | None = None
    authorization = request.headers.get("authorization")
    cookie = request.cookies.get(cookie_name(settings))
    named = request.headers.get(settings.header) if settings.header else None
    if authorization is not None:
        kind, _, secret = authorization.partition(" ")
        # One that is wrong is not passed over: a program would not notice that somebody else is asking.
        found = await services.tokens.caller(secret.strip(), now) if kind.lower() == "bearer" else None
    else:
        found = await services.accounts.by_cookie(cookie, now) if cookie else None
        if found is None and named and within(peer(request), settings.proxies):
            found = await services.accounts.by_header(named, now)
    if found is None:
        raise SignInRequired
    return found


def _may(who: Caller, scope: Scope) -> None:
    if scope not in who.scopes:
        raise Forbidden(f"This needs the scope {scope!r}, which you have not here.")


def person(request: Request, who: Annotated[Caller, Depends(caller)]) -> Person:
    """Who is asking, about what is theirs: to read it, or to practise."""
    _may(who, "read" if request.method in ("GET", "HEAD") else "practice")
    return who.person


async def _agreed(request: Request, who: Annotated[Person, Depends(person)]) -> None:
    """Raises NotAgreed."""
    await _services(request).consents.heard_elsewhere(who.organisation)


def reviewer(who: Annotated[Caller, Depends(caller)]) -> Person:
    """Who is asking, as somebody who may review the answers of their organisation."""
    _may(who, "review")
    return who.person


def admin(who: Annotated[Caller, Depends(caller)]) -> Person:
    """Who is asking, as somebody who manages their organisation."""
    _may(who, "admin")
    return who.person


def signed_in(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """Who is asking, in person: a token may not make tokens, or outlive the password that it was made with."""
    if who.way == "token":
        raise Forbidden("An API token cannot do this: sign in.")
    return who


def _staying(request: Request) -> Callable[[], Awaitable[bool]]:
    async def stays() -> bool:
        try:
            who = await _known(request, _services(request).clock())
        except (SignInRequired, Forbidden):
            return False
        return "read" in who.scopes

    return stays


def _arrival(request: Request) -> datetime:
    arrived: datetime = request.state.arrived
    return arrived


def _revision(if_match: Annotated[str | None, Header(examples=['"3"'])] = None) -> int:
    """The revision in `If-Match: "<revision>"`; anything else that was sent can match nothing."""
    if if_match is None:
        raise PreconditionMissing
    number = if_match.strip().strip('"')
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1


def _bank_etag(
    request: Request,
    response: Response,
    who: Annotated[Person, Depends(person)],
    if_none_match: Annotated[str | None, Header()] = None,
) -> None:
    """Bank reads change only with the bank: answer 304 to whoever has this one. Another organisation has another."""
    etag = f'"{_services(request).bank_of(who).digest[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    sent = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if etag in sent or "*" in sent:
        raise HTTPException(304, headers=headers)
    response.headers.update(headers)


Uses = Annotated[Services, Depends(_services)]
Who = Annotated[Person, Depends(person)]
Asking = Annotated[Caller, Depends(caller)]
SignedIn = Annotated[Caller, Depends(signed_in)]
Reviewer = Annotated[Person, Depends(reviewer)]
Admin = Annotated[Person, Depends(admin)]
Member = Depends(person)
"""For routes that are the same for everybody who may come in."""
Stays = Annotated[Callable[[], Awaitable[bool]], Depends(_staying)]
"""Whether whoever began to read a stream still may: they may have signed out since, or been disabled."""
Agreed = Depends(_agreed)
"""For routes that take in speech."""
Now = Annotated[datetime, Depends(_arrival)]
Revision = Annotated[int, Depends(_revision)]
BankEtag = Depends(_bank_etag)
Position = Annotated[int, Path(ge=1, le=1000, description="Place of the question in its session, from 1.")]
Cursor = Annotated[UUID | None, Query(description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=100, description="Rows on a page.")]
Blind = Annotated[
    bool, Query(description="Nobody is named: pseudonyms in place of ids, the same each time, and no names.")
]
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
