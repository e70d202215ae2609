"""An LLM that fails on request, and a grader that dies on request: what to do stands in the answer."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from service.domain.attempt import Answer
from service.domain.grade import Marking, Ungraded
from service.domain.rubric import Item
from tests.llm import URL, FakeLlm, RemoteGrader, _response

NONSENSE = "[nonsense]"
"""The LLM replies with what is no verdict."""
HELD = "[held]"
"""The LLM replies when it is told to, and the grader waits for as long as it takes."""
DEADLY = "[deadly]"
"""The process that grades it dies."""
PATIENCE = 1.0
"""Seconds that the grader waits for any other reply: less than the leases here."""


class Llm(FakeLlm):
    """A `FakeLlm` that reads the answer's marks."""

    def __init__(self) -> None:
        super().__init__(seconds=0.3)
        self.held = 0
        """Held answers that wait for a reply now, also where nobody waits any more."""
        self._released = asyncio.Event()

    @contextmanager
    def failing(self) -> Iterator[None]:
        """One in ten requests ends in 500, one in ten in 429, one in fifty in nothing."""
        self.error, self.busy, self.hang = 0.1, 0.1, 0.02
        try:
            yield
        finally:
            self.error, self.busy, self.hang = 0, 0, 0

    @contextmanager
    def holding(self) -> Iterator[Callable[[], None]]:
        """Keep replies back; what is yielded lets them go, those to come as well."""
        self._released.clear()

        def release() -> None:
            self._loop.call_soon_threadsafe(self._released.set)

        try:
            yield release
        finally:
            release()

    async def _reply(self, request: dict[str, Any]) -> bytes:
        if HELD in request["answer"]:
            self.held += 1
            await self._released.wait()
            self.held -= 1
        if NONSENSE in request["answer"]:
            self.asked[request["answer"]] += 1
            return _response("200 OK", {"thoughts": "A fine answer."})
        return await super()._reply(request)


class Mortal(RemoteGrader):
    """Believes what the LLM says, unless it dies over an answer."""

    def __init__(self) -> None:
        self.client = httpx2.AsyncClient(base_url=os.environ[URL], timeout=PATIENCE)

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        if DEADLY in answer.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if HELD in answer.text:
            return await Patient().mark(item, answer)
        return await super().mark(item, answer)


class Patient(RemoteGrader):
    """Waits for as long as it takes."""

    def __init__(self) -> None:
        self.client = httpx2.AsyncClient(base_url=os.environ[URL], timeout=None)
