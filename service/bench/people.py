"""Simulated people: each practises session after session, thinks, saves drafts, hands in and waits for the grade."""

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from service.bench.http import Reply, request

PERSON = "X-Simulated-Person"
"""Header that says who asks, where the server is one of ours (`service/bench/server.py`)."""
QUESTIONS = 5
"""In a session."""
DRAFT_SECONDS = 10.0
"""Between two saves of a draft, as a client makes them when the typing pauses."""
WRITING = 0.8
"""Share of the time between two answers that is spent on writing; the rest on reading."""
SPREAD = 0.6
"""Of the logarithm of the time that a person thinks."""
RECOVERY = 2.0
"""Seconds before a person to whom something failed begins anew."""
TEXT = (
    "The cache keeps the keys and values of past tokens in every layer, so that a decode step computes only those of "
    "the new one. It grows linearly with the length of the context and with the batch. "
) * 4


class Failed(Exception):
    """A step that did not go as it should; it is counted."""


class Tally:
    """What was seen since `begin` was called; before that everything is forgotten."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        """By step."""
        self.errors: Counter[str] = Counter()
        """By step and what came instead."""
        self.started: float | None = None

    def begin(self) -> None:
        self.started = time.monotonic()

    def note(self, step: str, seconds: float) -> None:
        if self.started is not None:
            self.seconds[step].append(seconds)

    def error(self, step: str, what: str) -> None:
        if self.started is not None:
            self.errors[f"{step}: {what}"] += 1

    @property
    def elapsed(self) -> float:
        """Seconds since `begin`."""
        return 0.0 if self.started is None else time.monotonic() - self.started

    @property
    def answers(self) -> int:
        return len(self.seconds["submit"])


class Someone:
    """Practises at `url` until cancelled; `think` is the mean of the seconds between two answers."""

    def __init__(self, name: str, url: str, think: float, tally: Tally, clock: Callable[[], float] = time.perf_counter):
        self.headers = {PERSON: name}
        self.api = f"{url}/api/v1"
        self.think = think
        self.tally = tally
        self.clock = clock

    async def live(self) -> None:
        """Begins somewhere within its first answer: not all hand in at the same time."""
        share = random.random()  # noqa: S311
        while True:
            try:
                await self.practise(share)
                share = 1.0
            except Failed:
                await asyncio.sleep(RECOVERY)

    async def practise(self, share: float = 1.0) -> None:
        """One session; of the time for its first answer only a `share` is taken. Raises Failed."""
        session = await self._call("create", "POST", "/sessions", {"count": QUESTIONS, "untimed": True})
        path = f"/sessions/{session['id']}"
        await self._call("start", "POST", f"{path}/start")
        for slot in session["questions"]:
            pause = share * self.think * random.lognormvariate(-(SPREAD**2) / 2, SPREAD)
            share = 1.0
            await self._answer(f"{path}/questions/{slot['position']}", WRITING * pause)
            await asyncio.sleep((1 - WRITING) * pause)
        await self._call("report", "GET", f"{path}/report")
        await self._call("attempts", "GET", "/attempts")
        await self._call("progress", "GET", "/progress")

    async def _answer(self, path: str, seconds: float) -> None:
        await self._call("open", "POST", f"{path}/open")
        saves = int(seconds / DRAFT_SECONDS)
        for revision in range(saves):
            await asyncio.sleep(DRAFT_SECONDS)
            text = TEXT[: len(TEXT) * (revision + 1) // (saves + 1)]
            await self._call("draft", "PUT", f"{path}/draft", {"text": text}, {"If-Match": f'"{revision}"'})
        await asyncio.sleep(seconds - saves * DRAFT_SECONDS)
        started = self.clock()
        attempt = await self._call("submit", "POST", f"{path}/submit?wait=0", {"text": TEXT})
        while attempt["status"] == "submitted":
            attempt = await self._call("wait", "GET", f"/attempts/{attempt['id']}?wait=25")
        self.tally.note("grade", self.clock() - started)
        if attempt["status"] != "graded":
            self.tally.error("grade", attempt["status"])

    async def _call(
        self, step: str, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Any:
        """The JSON that comes back. Raises Failed."""
        data = None if body is None else json.dumps(body).encode()
        started = self.clock()
        try:
            reply = await request(method, self.api + path, data, self.headers | (headers or {}))
        except OSError as error:
            self.tally.error(step, type(error).__name__)
            raise Failed from error
        if not 200 <= reply.status < 300:
            self.tally.error(step, _says(reply))
            raise Failed
        if step != "wait":  # it is part of "grade"
            self.tally.note(step, self.clock() - started)
        return reply.json()


def _says(reply: Reply) -> str:
    """The status, and the kind of problem."""
    try:
        problem = str(reply.json()["type"]).rpartition(":")[2]
    except (ValueError, KeyError, TypeError):
        return str(reply.status)
    return f"{reply.status} {problem}"
