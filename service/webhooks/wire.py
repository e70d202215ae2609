"""One POST to a receiver: no redirects, no proxies, nothing read but the status, and only to addresses that may be.

The name is looked up once, here; what was checked is what is connected to. So a name that leads elsewhere a moment
later (DNS rebinding) leads nowhere. TLS still checks the certificate against the name.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import httpcore2

from service.errors import DeliveryFailed
from service.retry_after import retry_after
from service.webhooks.addresses import public
from service.webhooks.settings import WebhookSettings

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
PLACES = 8
"""Connections at once."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name. Raises DeliveryFailed."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryFailed(f"The name {host} leads nowhere.") from error
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))


class Wire:
    def __init__(self, settings: WebhookSettings, resolve: Resolve = resolve) -> None:
        self._seconds = settings.timeout_seconds
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=PLACES,
            max_keepalive_connections=0,  # each delivery is looked up and checked anew
            network_backend=_Checked(resolve, allow_private=settings.allow_private),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of a success. Raises DeliveryFailed, also for a redirect."""
        try:
            async with asyncio.timeout(self._seconds):
                request = self._pool.stream("POST", url, headers=list(headers.items()), content=body)
                async with request as response:  # its body is not read: nothing in it is of use
                    status, said = response.status, dict(response.headers)
        except TimeoutError as error:
            raise DeliveryFailed(f"It did not answer within {self._seconds:g} seconds.") from error
        except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            raise DeliveryFailed("It cannot be reached.") from error
        except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
            raise DeliveryFailed("It does not speak HTTP as it should.") from error
        if 200 <= status < 300:
            return status
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in said.items()}
        why = "redirects are not followed" if 300 <= status < 400 else "that is no success"
        asked = retry_after(told, datetime.now(UTC))
        raise DeliveryFailed(f"It answered {status}: {why}.", status=status, retry_after=asked)

    async def close(self) -> None:
        await self._pool.aclose()


class _Checked(httpcore2.AsyncNetworkBackend):
    """Connects to addresses that were checked, instead of to names."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the library's signature)
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._resolve(host, port)
        if not self._allow_private and not all(public(address) for address in addresses):
            raise DeliveryFailed("Its address is not on the internet (VIVA_WEBHOOKS__ALLOW_PRIVATE).")
        failure: Exception = httpcore2.ConnectError("no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure
