"""Signing in and out, by a password or at a provider."""

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from service.api.credentials import address, cookie_name, flow_name, forget, set_cookie, set_flow
from service.api.deps import Asking, Now, SignedIn, Uses
from service.api.problems import problems
from service.api.schemas.accounts import (
    AcceptIn,
    BudgetOut,
    CodeIn,
    DestinationOut,
    InvitedOut,
    LimitsOut,
    MeOut,
    PasswordIn,
    ProviderIn,
    ProviderOut,
    RateOut,
    SetupIn,
    SignInIn,
    WaysOut,
)
from service.domain.identity import SCOPES, Account, Caller, caller
from service.domain.rate import SIDES
from service.errors import Forbidden, NotAgreed, ProviderUnavailable, SignInFailed
from service.identity.oidc import CALLBACK
from service.spending import next_day
from service.wiring import Services

router = APIRouter(prefix="/auth", tags=["signing in"], responses=problems(422, 503))


@router.get("/ways")
async def read_ways(uses: Uses) -> WaysOut:
    """How people sign in here. Needs no credential."""
    settings = uses.settings.sign_in
    return WaysOut(
        needed=settings.configured,
        password=settings.password,
        provider=settings.oidc_issuer is not None,
        set_up=not settings.password or await uses.accounts.is_set_up(),
    )


@router.post("/setup", status_code=201, responses=problems(403, 409, 413, 429))
async def set_up(wish: SetupIn, request: Request, response: Response, uses: Uses, now: Now) -> MeOut:
    """Become the first admin, who knows the setup code. There is one, whoever tries at the same time."""
    origin = address(request, uses.settings.sign_in)
    made = await uses.accounts.set_up(wish.code, wish.email, wish.name, wish.password, origin, now)
    return await _stay(response, uses, *made)


@router.post("/sign-in", responses=problems(401, 409, 413, 429))
async def sign_in(wish: SignInIn, request: Request, response: Response, uses: Uses, now: Now) -> MeOut:
    """Sign in with a password: the answer sets the cookie. 429 after too many wrong ones."""
    origin = address(request, uses.settings.sign_in)
    return await _stay(response, uses, *await uses.accounts.sign_in(wish.email, wish.password, origin, now))


@router.post("/sign-out", status_code=204, response_class=Response)
async def sign_out(request: Request, uses: Uses) -> Response:
    """Sign out of this browser: its cookie is worth nothing any more, wherever a copy of it is."""
    settings = uses.settings.sign_in
    if secret := request.cookies.get(cookie_name(settings)):
        await uses.accounts.sign_out(secret)
    response = Response(status_code=204)
    forget(response, settings, cookie_name(settings))
    return response


@router.get("/me", responses=problems(401, 403))
async def read_me(uses: Uses, who: Asking) -> MeOut:
    """Who you are here, and what the credential that you sent may do."""
    return await _me(uses, who)


@router.get("/me/limits", responses=problems(401, 403, 429))
async def read_limits(request: Request, uses: Uses, who: Asking, now: Now) -> LimitsOut:
    """What is left of your limits, and of your organisation's: this minute's requests, today's language model.

    The first are told with every answer as well: `RateLimit` and `RateLimit-Policy`.
    """
    spent = await uses.spending.standing(who.person, now)
    budget, midnight = uses.spending.budget, next_day(now)
    return LimitsOut(
        requests=[
            RateOut(of=each.of, limit=each.limit, left=each.left, begins_anew=now + timedelta(seconds=each.seconds))
            for each in request.state.standings
        ],
        budget=[
            BudgetOut(of=of, unit=budget.unit, limit=limit, spent=used, begins_anew=midnight)
            for of, limit, used in zip(SIDES, (budget.person, budget.organisation), spent, strict=True)
            if limit is not None
        ],
    )


@router.put("/password", status_code=204, response_class=Response, responses=problems(401, 403, 409, 413, 429))
async def change_password(wish: PasswordIn, request: Request, uses: Uses, who: SignedIn, now: Now) -> Response:
    """Change your password. Every other browser is signed out; API tokens stay."""
    settings = uses.settings.sign_in
    secret = request.cookies.get(cookie_name(settings))
    await uses.accounts.change_password(who.person, wish.old, wish.new, secret, address(request, settings), now)
    return Response(status_code=204)


@router.post("/invites/look", responses=problems(404, 413))
async def look_at_invite(wish: CodeIn, uses: Uses, now: Now) -> InvitedOut:
    """What an invite is for. Whoever has its link may know."""
    found = await uses.accounts.invite(wish.code, now)
    return InvitedOut(role=found.role, email=found.email, name=found.name, expires_at=found.expires_at)


@router.post("/invites/accept", status_code=201, responses=problems(404, 409, 413))
async def accept_invite(wish: AcceptIn, response: Response, uses: Uses, now: Now) -> MeOut:
    """Make your account by an invite, with a password. Once for each invite."""
    made = await uses.accounts.accept(wish.code, wish.email, wish.name, wish.password, now)
    return await _stay(response, uses, *made)


@router.post("/oidc", include_in_schema=False)
async def go_to_provider(wish: ProviderIn, response: Response, uses: Uses, now: Now) -> ProviderOut:
    """For browsers: where to go to sign in at the provider, and from there back to `to`."""
    url, secret = await uses.provider.begin(wish.to, wish.invite, now)
    set_flow(response, uses.settings.sign_in, secret)
    return ProviderOut(url=url)


@router.get(CALLBACK.removeprefix("/api/v1/auth"), include_in_schema=False)
async def come_back(request: Request, uses: Uses, now: Now) -> Response:
    """For browsers that come from the provider. What goes wrong is told on the page for signing in."""
    settings = uses.settings.sign_in
    secret = request.cookies.get(flow_name(settings), "")
    try:
        _, stays, to = await uses.provider.finish(secret, request.query_params, now)
    except (Forbidden, ProviderUnavailable, SignInFailed) as error:
        return _back(f"/sign-in?{urlencode({'problem': str(error)})}", uses)
    response = _back(to, uses)
    set_cookie(response, settings, stays)
    return response


def _back(path: str, uses: Services) -> Response:
    response = RedirectResponse(path, 303)
    forget(response, uses.settings.sign_in, flow_name(uses.settings.sign_in))
    return response


async def _stay(response: Response, uses: Services, account: Account, secret: str) -> MeOut:
    set_cookie(response, uses.settings.sign_in, secret)
    return await _me(uses, caller(account, "cookie"))


async def _me(uses: Services, who: Caller) -> MeOut:
    answers = await uses.consents.graded_elsewhere(who.person.organisation)
    try:
        speech = await uses.consents.heard_elsewhere(who.person.organisation)
    except NotAgreed:
        speech = None
    return MeOut(
        id=who.person.id,
        organisation=who.person.organisation,
        name=who.name,
        email=who.email,
        role=who.role,
        way=who.way,
        scopes=[scope for scope in SCOPES if scope in who.scopes],
        answers_go_to=[DestinationOut(**model.model_dump()) for model in answers],
        speech_goes_to=DestinationOut(**speech.model_dump()) if speech else None,
    )
