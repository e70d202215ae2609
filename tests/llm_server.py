"""A language model's server on loopback that speaks Chat Completions and Responses, and fails as real ones do.

What it says is up to a judge; without one it says what fits the schema, no more.
"""

import asyncio
import json
import re
import struct
import sys
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

from tests.aside import Aside
from tests.llm_faults import HUGE, Fault, Talk, spoiled

Judge = Callable[[dict[str, Any]], str]
"""From the body of a request to what the model says."""
Leaning = Callable[[str], float | None]
"""From a question of yes or no to the log-odds of yes; None where the model has neither word for it."""
TAGGED = re.compile(r"<(answer-[0-9a-f]{16})>\n(.*)\n</\1>", re.DOTALL)
PROSE = "Good morning! How are you today?"


@dataclass(frozen=True)
class Asked:
    """A request, as it came."""

    path: str
    headers: dict[str, str]
    """Names in small letters."""
    body: dict[str, Any]

    @property
    def chooses(self) -> bool:
        """Whether one word is asked for."""
        return Talk(False, self.body).chooses

    @property
    def text(self) -> str:
        """All messages."""
        messages = self.body.get("messages") or self.body["input"]
        return "\n".join(message["content"] for message in messages)


class LlmServer(Aside):
    """`strict`: the modes that it enforces; it takes any, and ignores the others without a word.

    `refuses`: parameters that it answers with 400. `obedient`: whether its model does as a prompt asks.
    `sure`: the probability of each word, where it gives log-probabilities. `leans`: what it says to yes or no.
    """

    def __init__(
        self,
        judge: Judge | None = None,
        *,
        strict: Collection[str] = ("json_schema", "json_object"),
        refuses: Collection[str] = (),
        obedient: bool = True,
        seconds: float = 0,
        sure: float | None = None,
        leans: Leaning | None = None,
    ) -> None:
        self.judge, self.sure, self.leans = judge, sure, leans
        self.strict, self.refuses, self.obedient, self.seconds = strict, refuses, obedient, seconds
        self.fault: Fault | None = None
        self.times = 0
        """How many requests the fault still meets."""
        self.only: Callable[[Asked], bool] | None = None
        """Which; None: any."""
        self.pause: float = 0
        """Seconds before each piece of a streamed reply."""
        self.asked: list[Asked] = []
        self.now = self.most = 0
        """Requests that are being answered, and the most that ever were at once."""
        self.sent = 0
        """Bytes."""

    def fail(self, fault: Fault | None, times: int = 10**9, *, only: Callable[[Asked], bool] | None = None) -> None:
        """From now on; None mends it."""
        self.fault, self.times, self.only = fault, times, only

    @property
    def url(self) -> str:
        return f"{self.origin}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            asked = await self._read(reader)
            self.asked.append(asked)
            self.now += 1
            self.most = max(self.most, self.now)
            try:
                await self._answer(asked, writer)
            finally:
                self.now -= 1

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> Asked:
        start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        return Asked(path=start.split(" ")[1], headers=headers, body=json.loads(body))

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.seconds)
        met = self.times > 0 and (self.only is None or self.only(asked))
        fault = self.fault if met else None
        self.times -= met
        talk = Talk(asked.path.endswith("/responses"), asked.body)
        if fault == "silence":
            await asyncio.sleep(3600)
        elif fault == "drip":
            await self._drip(writer, talk.kind)
        elif fault in ("huge", "huge-declared"):
            await self._flood(writer, talk.kind, declared=fault == "huge-declared")
        elif fault == "reset":
            await self._reset(writer, talk.kind)
        elif fault is not None:
            await self._send(writer, spoiled(fault, talk, self._said(asked)))
        elif refused := next((name for name in asked.body if name in self.refuses), None):
            await self._send(writer, talk.refusal_of(refused))
        elif talk.chooses:
            lean = self.leans(asked.text) if self.leans else None
            await self._send(writer, talk.choice(lean, given=self.sure is not None))
        elif talk.streamed and self.pause:
            for piece in talk.pieces(self._said(asked)):
                await self._send(writer, piece)
                await asyncio.sleep(self.pause)
        else:
            await self._send(writer, talk.reply(self._said(asked), sure=self.sure))

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        self.sent += len(data)
        writer.write(data)
        await writer.drain()

    async def _drip(self, writer: asyncio.StreamWriter, kind: str) -> None:
        await self._begin(writer, kind, "Content-Length: 40000")
        while True:
            await asyncio.sleep(0.02)
            await self._send(writer, b":\n")

    async def _flood(self, writer: asyncio.StreamWriter, kind: str, *, declared: bool) -> None:
        await self._begin(writer, kind, f"Content-Length: {HUGE}" if declared else "Connection: close")
        for _ in range(HUGE // 2**16):
            await self._send(writer, b" " * 2**16)

    async def _begin(self, writer: asyncio.StreamWriter, kind: str, header: str) -> None:
        await self._send(writer, f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{header}\r\n\r\n".encode())

    async def _reset(self, writer: asyncio.StreamWriter, kind: str) -> None:
        await self._begin(writer, kind, "Content-Length: 999")
        await self._send(writer, b"{")
        await asyncio.sleep(0.02)
        writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        raise ConnectionResetError

    def _said(self, asked: Asked) -> str:
        mode, schema = Talk(asked.path.endswith("/responses"), asked.body).format()
        prompted = asked.text.partition("JSON schema, and with nothing else:\n")[2].partition("\n")[0]
        if mode in self.strict or (prompted and self.obedient):
            if self.judge is not None and "answer-" in asked.text:
                return self.judge(asked.body)
            return json.dumps(fitting(schema or json.loads(prompted)))
        return PROSE


def fitting(schema: dict[str, Any]) -> Any:
    """The least that fits a schema: the last of each choice, no, and nothing said."""
    if schema["type"] == "object":
        return {name: fitting(part) for name, part in schema["properties"].items()}
    return schema.get("enum", [""])[-1] if schema["type"] == "string" else False


def quoting(body: dict[str, Any]) -> str:
    """A judge that meets every key point, each by the next sentence of the answer, and finds no mistake."""
    told = (body.get("messages") or body["input"])[-1]["content"]
    found = TAGGED.search(told)
    sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+", found[2])] if found else []
    reply = fitting(Talk("input" in body, body).format()[1] or {"type": "object", "properties": {"points": {}}})
    for number, point in enumerate(reply["points"].values()):
        point.update(quote=sentences[number % len(sentences)], verdict="met")
    return json.dumps(reply | {"feedback": "You said a lot. " * 20, "follow_up": "Why is that?"})


async def serve_until(server: LlmServer, done: Awaitable[object]) -> None:
    """For a process of its own: prints its address, ends with its input."""
    with server:
        print(server.url, flush=True)
        await done


if __name__ == "__main__":
    server = LlmServer(quoting, seconds=float(*sys.argv[1:]))
    asyncio.run(serve_until(server, asyncio.to_thread(sys.stdin.read)))
