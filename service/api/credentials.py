"""The cookie that somebody stays signed in by, and where a request really comes from."""

from fastapi import Request, Response

from service.identity.proxies import origin_of
from service.identity.settings import SignInSettings

FLOW_SECONDS = 600
"""That a browser may be at a provider."""


def cookie_name(settings: SignInSettings) -> str:
    """`__Host-` makes browsers refuse one that came over http, from a subdomain, or for one."""
    return "__Host-viva" if settings.secure else "viva"


def flow_name(settings: SignInSettings) -> str:
    """Of the cookie of a browser that is at a provider."""
    return f"{cookie_name(settings)}-flow"


def set_cookie(response: Response, settings: SignInSettings, secret: str) -> None:
    seconds = int(settings.session_hours * 3600)
    _set(response, settings, cookie_name(settings), secret, seconds)


def set_flow(response: Response, settings: SignInSettings, secret: str) -> None:
    _set(response, settings, flow_name(settings), secret, FLOW_SECONDS)


def forget(response: Response, settings: SignInSettings, name: str) -> None:
    response.delete_cookie(name, path="/", secure=settings.secure, httponly=True, samesite="lax")


def _set(response: Response, settings: SignInSettings, name: str, secret: str, seconds: int) -> None:
    response.set_cookie(name, secret, max_age=seconds, path="/", secure=settings.secure, httponly=True, samesite="lax")
    response.headers["Cache-Control"] = "no-store"


def peer(request: Request) -> str:
    """The address at the other end of the connection, which nobody can claim to be."""
    return request.client.host if request.client else ""


def address(request: Request, settings: SignInSettings) -> str:
    """The address that tries to sign in are counted for."""
    return origin_of(peer(request), request.headers.get("x-forwarded-for"), settings.proxies)
