"""Headers that every answer carries."""

from collections.abc import Sequence

from service.domain.rate import WINDOW, Standing

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def standing_headers(request_id: str) -> dict[str, str]:
    """What a browser is allowed to do with the answer, and which request it belongs to."""
    return SECURITY_HEADERS | {"X-Request-ID": request_id}


def rate_headers(standings: Sequence[Standing]) -> dict[str, str]:
    """What is left of which limits (draft-ietf-httpapi-ratelimit-headers-10); nothing where there are none."""
    if not standings:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{each.of}";q={each.limit};w={WINDOW}' for each in standings),
        "RateLimit": ", ".join(f'"{each.of}";r={each.left};t={each.seconds}' for each in standings),
    }
