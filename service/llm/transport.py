"""What may pass the wire: known hosts only, no redirects, replies up to a size, nothing that tells of this machine."""

from collections.abc import AsyncIterator

import httpx2

from service.errors import BadReply, ConfigError, GraderUnavailable, VivaError
from service.llm.settings import LlmSettings

CONNECT_SECONDS = 10.0
HEADERS = frozenset({"accept", "authorization", "connection", "content-length", "content-type", "host", "user-agent"})
"""All that is sent: the client would tell of this machine's system, and of accounts that the environment names."""


def http_client(settings: LlmSettings) -> httpx2.AsyncClient:
    """A client that reads no proxy and no password from the environment, and follows nowhere."""
    limits = httpx2.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency)
    transport = Guarded(
        httpx2.AsyncHTTPTransport(limits=limits), hosts=settings.hosts, max_bytes=settings.max_reply_bytes
    )
    seconds = settings.timeout_seconds
    return httpx2.AsyncClient(
        transport=transport,
        timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
        follow_redirects=False,
        trust_env=False,
    )


class Guarded(httpx2.AsyncBaseTransport):
    """Another transport, within limits. `max_bytes` counts what a reply's body has on the wire."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, *, hosts: frozenset[str], max_bytes: int) -> None:
        self.inner = inner
        self.hosts = hosts
        self.max_bytes = max_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises ConfigError for a host that is not allowed, BadReply for a reply that is too large or packed.

        Where the status is no success either, that is GraderUnavailable: the server has a fault, not the reply.
        """
        if request.url.host not in self.hosts:
            raise ConfigError(f"The host {request.url.host} may not be asked.")
        response = await self.inner.handle_async_request(_plain(request))
        if fault := self._fault(response):
            await response.aclose()
            raise fault
        headers = response.headers
        if "retry-after" in headers or "retry-after-ms" in headers:
            headers["x-should-retry"] = "false"  # the job engine waits that long; the client would sleep on a place
        return httpx2.Response(
            response.status_code,
            headers=headers,
            stream=_Capped(response, self.max_bytes),
            extensions=response.extensions,
        )

    def _fault(self, response: httpx2.Response) -> VivaError | None:
        headers = response.headers
        if headers.get("content-encoding", "identity").lower() != "identity":
            return _fault(response, "is packed, which was not asked for")
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > self.max_bytes:
            return _fault(response, f"is larger than {self.max_bytes:,} bytes")
        return None

    async def aclose(self) -> None:
        await self.inner.aclose()


def _plain(request: httpx2.Request) -> httpx2.Request:
    """The request as it is sent; the client still needs its own."""
    headers = [(name, value) for name, value in request.headers.multi_items() if name in HEADERS]
    headers.append(("accept-encoding", "identity"))  # a packed reply could be a thousand times as large
    stream, extensions = request.stream, request.extensions
    return httpx2.Request(request.method, request.url, headers=headers, stream=stream, extensions=extensions)


class _Capped(httpx2.AsyncByteStream):
    """A body that ends with an error at `left` bytes."""

    def __init__(self, response: httpx2.Response, left: int) -> None:
        self.response = response
        self.left = left

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self.left
        async for chunk in self.response.aiter_raw():
            left -= len(chunk)
            if left < 0:
                raise _fault(self.response, f"is larger than {self.left:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self.response.aclose()


def _fault(response: httpx2.Response, what: str) -> VivaError:
    kind = BadReply if response.is_success else GraderUnavailable
    return kind(f"The language model's reply {what}.")
