"""A simulated LLM over HTTP, slow and unreliable as real ones are, and a grader that asks it.

It says what it likes: what it costs to ask it is what counts.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from service.bench.http import Reply, request
from service.domain.attempt import Answer
from service.domain.grade import Evidence, GraderName, Marking, Verdict
from service.domain.rubric import Item
from service.errors import GraderUnavailable

URL = "SIMULATED_LLM_URL"
PATIENCE = 30.0
"""Seconds that the grader waits for an answer."""
SPREAD = 0.5
"""Of the logarithm of the time that an answer takes: one in twenty takes 2.3 times the median."""
RETRY_AFTER = 2
KEPT = 5.0
"""Seconds for which a limit that nobody used is kept."""


@dataclass(frozen=True)
class Manners:
    """How the model answers: the median in seconds, and the shares of requests that it fails in each way."""

    seconds: float = 2.5
    error: float = 0.01
    busy: float = 0.01
    hang: float = 0.002
    per_minute: int | None = None
    """Requests that it takes in a minute: the provider's limit."""


class SimulatedLlm:
    """Serves on a free port of loopback, on the caller's event loop."""

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.replies: Counter[int] = Counter()
        """By status; 0 where it hung."""
        self.busy_seconds = 0.0
        """That were spent on answering, over all requests: beside each other they may be more than have passed."""
        self._room = 1.0
        self._looked = time.monotonic()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Its URL."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2048)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                (length,) = (line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
                body = await reader.readexactly(int(length.split(b":")[1]))
                started = time.monotonic()
                writer.write(await self._reply(json.loads(body)))
                self.busy_seconds += time.monotonic() - started
                await writer.drain()
                if b"http/1.0" in head:
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or all is over: the task ends here in any case
        finally:
            writer.close()

    async def _reply(self, asked: dict[str, Any]) -> bytes:
        manners, chance = self.manners, random.random()  # noqa: S311
        if not self._admitted() or chance < manners.busy:
            return self._response(429, "Too Many Requests", {"error": "slow down"})
        if chance < manners.busy + manners.error:
            return self._response(500, "Internal Server Error", {"error": "boom"})
        if chance < manners.busy + manners.error + manners.hang:
            self.replies[0] += 1
            await asyncio.sleep(2 * PATIENCE)
        await asyncio.sleep(manners.seconds * random.lognormvariate(0, SPREAD))
        return self._response(200, "OK", completion(asked))

    def _admitted(self) -> bool:
        """What was not used of the limit is kept for a while."""
        if self.manners.per_minute is None:
            return True
        now, per_second = time.monotonic(), self.manners.per_minute / 60
        self._room = min(max(1.0, KEPT * per_second), self._room + (now - self._looked) * per_second)
        self._looked = now
        admitted = self._room >= 1
        self._room -= admitted
        return admitted

    def _response(self, status: int, says: str, body: object) -> bytes:
        self.replies[status] += 1
        data = json.dumps(body).encode()
        head = f"HTTP/1.1 {status} {says}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        if status == 429:
            head += f"Retry-After: {RETRY_AFTER}\r\n"
        return f"{head}\r\n".encode() + data


def question(item: Item, answer: Answer) -> bytes:
    """A request as chat models take it, as long as a real one: the rubric's points, then the answer."""
    points = [{"id": point.id, "says": point.says, "why": point.why} for point in item.rubric.points()]
    said = [("system", json.dumps({"prompt": item.question.prompt, "points": points})), ("user", answer.text)]
    messages = [{"role": role, "content": content} for role, content in said]
    return json.dumps({"model": "simulated", "temperature": 0, "messages": messages}).encode()


def completion(asked: dict[str, Any]) -> dict[str, Any]:
    """Every second point is met, shown by the beginning of the answer."""
    rules, answer = (message["content"] for message in asked["messages"])
    verdicts = [
        {"point": point["id"], "label": "missed" if number % 2 else "met", "quote": answer[:40]}
        for number, point in enumerate(json.loads(rules)["points"])
    ]
    message = {"role": "assistant", "content": json.dumps({"verdicts": verdicts})}
    return {"choices": [{"message": message}], "usage": {"prompt_tokens": len(rules) // 4, "completion_tokens": 300}}


def marking(said: dict[str, Any]) -> Marking:
    """What a completion says."""
    verdicts = []
    for verdict in json.loads(said["choices"][0]["message"]["content"])["verdicts"]:
        quote = verdict["quote"]
        shown = (Evidence(start=0, end=len(quote), quote=quote),)
        verdicts.append(Verdict(point=verdict["point"], label=verdict["label"], evidence=shown))
    return Marking(verdicts=tuple(verdicts))


class SimulatedGrader:
    """Asks the simulated LLM whose address is in the environment."""

    identity = GraderName(name="simulated", version="1")

    def __init__(self) -> None:
        self.url = f"{os.environ[URL]}/v1/chat/completions"

    async def mark(self, item: Item, answer: Answer) -> Marking:
        try:
            reply = await self.ask(question(item, answer))
        except OSError as error:
            raise GraderUnavailable(f"The model cannot be reached ({type(error).__name__}).") from error
        if reply.status != 200:
            asked = reply.headers.get("retry-after")
            raise GraderUnavailable(f"The model answers {reply.status}.", retry_after=float(asked) if asked else None)
        return marking(reply.json())

    async def ask(self, body: bytes) -> Reply:
        """Raises OSError."""
        return await request("POST", self.url, body, seconds=PATIENCE)
