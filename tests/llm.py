"""A fake LLM over HTTP, which fails as real ones do, and a grader that asks it."""

import asyncio
import json
import os
import random
from collections import Counter
from typing import Any

import httpx2

from service.domain.attempt import Answer
from service.domain.grade import Evidence, GraderName, Marking, Ungraded, Verdict
from service.domain.rubric import Item
from service.errors import GraderUnavailable
from tests.aside import Aside

URL = "FAKE_LLM_URL"
PATIENCE = 3.0
"""Seconds that the grader waits for an answer."""


class FakeLlm(Aside):
    """Answers after `seconds`; the other numbers are shares of the requests that fail in this way.

    It is cheap: what is measured or killed is what asks it.
    """

    def __init__(self, seconds: float = 0.3, *, error: float = 0, busy: float = 0, hang: float = 0) -> None:
        self.seconds, self.error, self.busy, self.hang = seconds, error, busy, hang
        self.replies: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        """By answer: how often a verdict on it was paid for."""
        self.now = 0
        """Requests that are being answered."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(int(length.split(b":")[1]))
            self.now += 1
            try:
                writer.write(await self._reply(json.loads(body)))
            finally:
                self.now -= 1
            await writer.drain()

    async def _reply(self, request: dict[str, Any]) -> bytes:
        chance = random.random()
        if chance < self.hang:
            self.replies["hang"] += 1
            await asyncio.sleep(20 * PATIENCE)
        elif chance < self.hang + self.error:
            self.replies["500"] += 1
            return _response("500 Internal Server Error", {"error": "boom"})
        elif chance < self.hang + self.error + self.busy:
            self.replies["429"] += 1
            return _response("429 Too Many Requests", {"error": "slow down"}, "Retry-After: 1\r\n")
        await asyncio.sleep(self.seconds * random.uniform(0.8, 1.2))
        self.replies["200"] += 1
        self.asked[request["answer"]] += 1
        return _response("200 OK", {"met": request["points"][:3], "quote": request["answer"][:12]})


def _response(status: str, body: object, header: str = "") -> bytes:
    data = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n{header}\r\n"
    return head.encode() + data


class RemoteGrader:
    """Believes what the fake LLM says."""

    identity = GraderName(name="remote", version="1")

    def __init__(self) -> None:
        self.client = httpx2.AsyncClient(base_url=os.environ[URL], timeout=PATIENCE)

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        request = {"answer": answer.text, "points": [point.id for point in item.rubric.points()]}
        try:
            response = await self.client.post("/", json=request)
        except httpx2.TransportError as error:
            raise GraderUnavailable(f"The model cannot be reached ({type(error).__name__}).") from error
        if response.status_code != 200:
            asked = response.headers.get("retry-after")
            raise GraderUnavailable(
                f"The model answers {response.status_code}.", retry_after=float(asked) if asked else None
            )
        said = response.json()
        evidence = (Evidence(start=0, end=len(said["quote"]), quote=said["quote"]),)
        return Marking(verdicts=tuple(Verdict(point=p, label="met", evidence=evidence) for p in said["met"]))
