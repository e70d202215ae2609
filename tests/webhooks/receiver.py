"""A receiver of webhooks on loopback: it keeps what it is sent, and answers as it is told."""

import asyncio
import ssl
import threading
from dataclasses import dataclass

from tests.aside import Aside

SECONDS = 60


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver(Aside):
    """`answers` are given one after the other, the last one for ever: each a status line, with headers if need be."""

    def __init__(self, *answers: str, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.answers = list(answers or ("204 No Content",))
        self.received: list[Received] = []
        self._news = threading.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        with self._news:
            self.received.append(Received(first.split()[1], headers, body))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self._news.notify_all()
        if answer == "silence":
            await asyncio.sleep(SECONDS)
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 1000000000\r\n\r\n".encode() + b"endless " * 1000)
        await writer.drain()

    def wait(self, count: int = 1) -> list[Received]:
        """What has come, once it is as many."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.received) >= count, SECONDS)
            return list(self.received)
