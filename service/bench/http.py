"""Just enough of an HTTP client: no other is among Viva's dependencies, and what is measured is not the client."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SECONDS = 35.0
"""Longer than a server waits for news."""


@dataclass(frozen=True)
class Reply:
    """Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def request(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> Reply:
    """One request on a connection of its own. Raises OSError where no whole answer comes within `seconds`."""
    async with asyncio.timeout(seconds):
        reader, writer = await send(method, url, body, headers)
        try:
            status, found = await read_head(reader)
            content = await reader.read()
        finally:
            writer.close()
    if len(content) < int(found.get("content-length", 0)):
        raise ConnectionError("The answer broke off.")
    return Reply(status, found, content)


async def send(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The connection, with the request on its way: HTTP/1.0, so that the answer is in one piece and then it ends."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure or None)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": parts.netloc, **(headers or {})}
    if body is not None:
        sent |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    writer.write(f"{method} {target} HTTP/1.0\r\n{head}\r\n".encode() + (body or b""))
    return reader, writer


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers. Raises ConnectionError where the connection ends before."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("There was no answer.") from error
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.split(":", 1) for line in lines if ":" in line)
    return int(first.split()[1]), {name.lower(): value.strip() for name, value in fields}
