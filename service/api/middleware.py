"""What happens around every request: its id and time of arrival, who may send it, headers, counting, the log."""

import logging
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from service import logs
from service.api.headers import rate_headers, standing_headers
from service.api.problems import METHODS, problem
from service.identity.settings import SignInSettings
from service.metrics import Metrics
from service.tracing import Attributes, Span, Tracer

log = logging.getLogger("service.access")

LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestContext:
    """Stamps each request with an id (the caller's own, if it is harmless) and its arrival by the server's clock."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], datetime], metrics: Metrics, tracer: Tracer) -> None:
        self.app = app
        self.tracer = tracer
        self.clock = clock
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("x-request-id", "")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else str(uuid7())
        scope.setdefault("state", {}).update(arrived=self.clock(), request_id=request_id)
        # Not reset: the server logs what we raise, in the task that it has for this request.
        logs.request_id.set(request_id)
        started, status = time.perf_counter(), 0

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                more = standing_headers(request_id) | rate_headers(scope["state"].get("standings", ()))
                for name, value in more.items():
                    headers.setdefault(name, value)
            await send(message)

        with self._span(scope) as span:
            try:
                await self.app(scope, receive, finish)
            finally:
                self._count(scope, status or 500, time.perf_counter() - started)
                told: Attributes = {"http.request.method": _method(scope), "http.route": _route(scope)}
                told |= {"http.response.status_code": status or 500, "viva.request_id": request_id}
                span.describe(f"{_method(scope)} {_route(scope)}", told, failed=status == 0 or status >= 500)

    def _span(self, scope: Scope) -> AbstractContextManager[Span]:
        if not scope["path"].startswith("/api/"):  # who watches, and files
            return nullcontext(Span())
        return self.tracer.span("request", _method(scope), Headers(scope=scope).get("traceparent"))

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = _method(scope)
        self.metrics.requests.labels(method, route, status).inc()
        self.metrics.request_seconds.labels(method, route).observe(seconds)
        fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        log.info("request", extra=fields)


def _method(scope: Scope) -> str:
    """A sender may make up others, as many as they like."""
    return scope["method"] if scope["method"] in METHODS else "_OTHER"


def _route(scope: Scope) -> str:
    """Its template: ids would make endless labels."""
    return getattr(scope.get("route"), "path", "(none)")


class OwnPages:
    """Refuses what a web page elsewhere could make a browser send here.

    A foreign `Host` is DNS rebinding: without sign-in the address is the only gate. A writing request that the browser
    marks as another site's, or that names another origin, would use the cookie, or the proxy's word, of whoever looks
    at that page. Programs send neither header.
    """

    def __init__(self, app: ASGIApp, *, settings: SignInSettings) -> None:
        self.app = app
        self.hosts = LOCAL_HOSTS | {settings.host} if settings.host else LOCAL_HOSTS
        self.origin = settings.origin if settings.configured else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (reason := self._refusal(Headers(scope=scope), scope["method"])):
            await problem(Request(scope), 403, "forbidden", reason)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _refusal(self, headers: Headers, method: str) -> str | None:
        try:
            host = urlsplit(f"//{headers.get('host', '')}").hostname
        except ValueError:
            host = None
        if host not in self.hosts:
            return "This server answers to its own name only."
        if method in SAFE_METHODS:
            return None
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "This request comes from another site's page."
        if self.origin and headers.get("origin", self.origin) != self.origin:
            return "This request comes from another site's page."
        return None


class BodyLimit:
    """Refuses a body of more than `limit` bytes: at once where its length is announced, else while it comes in.

    `larger` is for paths that match a pattern. Starlette has a middleware for this, but it answers in plain text; ours
    raises, so that the answer is a problem.
    """

    def __init__(self, app: ASGIApp, *, limit: int, larger: tuple[re.Pattern[str], int] | None = None) -> None:
        self.app = app
        self.limit = limit
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit, size = self._limit(scope), 0
        announced = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        too_large = announced.isascii() and announced.isdigit() and int(announced) > limit

        async def counted() -> Message:
            nonlocal size
            if too_large:
                raise _too_large(limit)
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise _too_large(limit)
            return message

        await self.app(scope, counted, send)

    def _limit(self, scope: Scope) -> int:
        if self.larger and self.larger[0].search(scope.get("path", "")):
            return self.larger[1]
        return self.limit


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"A request has at most {limit:,} bytes here.")
