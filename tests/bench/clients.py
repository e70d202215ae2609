"""CPU for an answer by the HTTP client that a grader asks its LLM with: the whole way from submit to stored grade.

`httpx` and `aiohttp` are not among Viva's dependencies:
`uv run --with httpx --with aiohttp python -m tests.bench clients`.
"""

import asyncio
import json
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import psutil

from service.bench.http import Reply
from service.bench.llm import PATIENCE, URL, Manners, SimulatedGrader, SimulatedLlm, completion, marking, question
from service.bench.processes import running
from service.domain.attempt import Answer
from service.domain.grade import Marking
from service.domain.rubric import Item
from tests.bench.load import Connection, at_once
from tests.bench.processes import folder
from tests.bench.tables import ms, show

CLIENTS = 10
ROUNDS = 20
LLM = Manners(seconds=0.1, error=0, busy=0, hang=0)


class NoClient(SimulatedGrader):
    """Makes up what the LLM would say: what is left is what everything else costs."""

    async def mark(self, item: Item, answer: Answer) -> Marking:
        return marking(completion(json.loads(question(item, answer))))


class _Ported(SimulatedGrader):
    """One client for all requests, made on the first: it belongs to the event loop."""

    module: str

    def __init__(self) -> None:
        super().__init__()
        self.http: Any = import_module(self.module)
        self.client: Any = None


class Httpx2(_Ported):
    module = "httpx2"

    async def ask(self, body: bytes) -> Reply:
        self.client = self.client or self.http.AsyncClient(timeout=PATIENCE)
        headers = {"Content-Type": "application/json"}
        try:
            response = await self.client.post(self.url, content=body, headers=headers)
        except self.http.TransportError as error:
            raise ConnectionError from error
        return Reply(response.status_code, dict(response.headers), response.content)


class Httpx(Httpx2):
    module = "httpx"


class Aiohttp(_Ported):
    module = "aiohttp"

    async def ask(self, body: bytes) -> Reply:
        self.client = self.client or self.http.ClientSession(timeout=self.http.ClientTimeout(PATIENCE))
        headers = {"Content-Type": "application/json"}
        try:
            async with self.client.post(self.url, data=body, headers=headers) as response:
                return Reply(
                    response.status, {k.lower(): v for k, v in response.headers.items()}, await response.read()
                )
        except self.http.ClientError as error:
            raise ConnectionError from error


GRADERS = {
    "no client, the grader makes it up": ("service", NoClient),
    "asyncio's streams (viva bench load)": ("service", SimulatedGrader),
    "httpx2": ("httpx2", Httpx2),
    "aiohttp": ("aiohttp", Aiohttp),
    "httpx": ("httpx", Httpx),
}


def report() -> None:
    show(("HTTP client of the grader", "CPU an answer", "of it for the client"), _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    base: float | None = None
    for name, (module, grader) in GRADERS.items():
        if find_spec(module):
            cpu = asyncio.run(_measure(grader))
            base = cpu if base is None else base
            yield (name, ms(cpu), ms(cpu - base))
        else:
            yield (name, "not installed", "")


async def _measure(grader: type[SimulatedGrader]) -> float:
    """Seconds of CPU that the server takes for an answer, from submit to stored grade."""
    llm = SimulatedLlm(LLM)
    async with llm.serving() as url:
        return await asyncio.to_thread(_serve, f"{grader.__module__}:{grader.__name__}", url)


def _serve(grader: str, llm_url: str) -> float:
    with folder() as place, running(place, {"VIVA_GRADER": grader, URL: llm_url}) as party:
        process = psutil.Process(party.servers[0].pid)
        connections = [Connection(party.servers[0].url, f"person-{n}") for n in range(CLIENTS)]
        _answer(connections, 2)  # the first requests load modules
        questions = {n: [c.open() for _ in range(ROUNDS)] for n, c in enumerate(connections)}
        before = process.cpu_times()
        for round_ in range(ROUNDS):
            at_once(connections, lambda n, c: _graded(c.submit(questions[n][round_], 25)))  # noqa: B023
        after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / (CLIENTS * ROUNDS)


def _answer(connections: list[Connection], rounds: int) -> None:
    for _ in range(rounds):
        at_once(connections, lambda _n, c: _graded(c.submit(c.open(), 25)))


def _graded(attempt: Any) -> None:
    assert attempt["status"] == "graded", attempt
