"""Live updates: 200 clients follow their grades over two server processes, which two workers make."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil

from service.bench.http import read_head, request, send
from service.bench.llm import URL, Manners, SimulatedLlm
from service.bench.people import PERSON, TEXT
from service.bench.processes import Party, running
from tests.bench.processes import durable_postgres, folder
from tests.bench.tables import ms, p50_p95, show
from tests.postgres import Postgres

CLIENTS = 200
ROUNDS = 3
PATIENCE = 60.0
"""Seconds after which an event counts as missed."""
LATE = 1.0
"""Seconds after which it was not a notice that told of the grade, but the look that a server takes now and then."""
LLM = Manners(seconds=5, error=0, busy=0, hang=0)
"""Long enough for all streams to be open at the same time."""
HELD, HELD_SECONDS = 500, 10.0
"""Streams that only wait, to see what that costs."""
AT_ONCE = 20
"""Clients that hand in at the same time; what is measured comes after that."""
SETTINGS = {
    "VIVA_JOBS": "procrastinate",
    "VIVA_JOB_CONCURRENCY": "50",
    "VIVA_GRADER": "service.bench.llm:SimulatedGrader",
}


@dataclass(frozen=True)
class Seen:
    """When the stream was open, and when it told of the grade, in seconds since the epoch; 0 where it did not."""

    attempt: UUID
    opened: float = 0
    told: float = 0


def report() -> None:
    with durable_postgres(track_commit_timestamp="on") as postgres, postgres.database() as url, folder() as place:
        seen, committed = asyncio.run(_follow(postgres, url, place))
    missed = sum(not one.told for one in seen)
    waited = [one.told - committed[one.attempt] for one in seen if one.told and one.opened < committed[one.attempt]]
    late, (p50, p95) = sum(seconds > LATE for seconds in waited), p50_p95(waited)
    head = (
        f"{CLIENTS} clients, 2 servers",
        "grades",
        "missed",
        "followed",
        f"later than {LATE:g} s",
        "p50",
        "p95",
        "longest",
    )
    numbers = (len(seen), missed, len(waited), late)
    show(head, [("from a grade's commit to its event", *map(str, numbers), ms(p50), ms(p95), ms(max(waited)))])
    with folder() as place:
        memory, cpu = asyncio.run(_hold(place))
    held = (f"{HELD} streams that wait", f"{memory / 1000:.0f} kB", f"{1000 * cpu:.1f} ms a second")
    show(("one server, SQLite", "memory each", "CPU each"), [held])


async def _follow(postgres: Postgres, url: str, place: Path) -> tuple[Sequence[Seen], dict[UUID, float]]:
    async with SimulatedLlm(LLM).serving() as llm_url:
        settings = SETTINGS | {URL: llm_url, "VIVA_DATABASE_URL": url}
        with running(place, settings, servers=2, workers=2) as party:
            seen, turn = list[Seen](), asyncio.Semaphore(AT_ONCE)
            for _ in range(ROUNDS):
                seen += await asyncio.gather(*(_client(party, number, turn) for number in range(CLIENTS)))
    query = "SELECT attempt_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float FROM grade"
    return seen, dict(await asyncio.to_thread(postgres.rows, url, query))


async def _client(party: Party, number: int, turn: asyncio.Semaphore) -> Seen:
    """Hand in at one server, follow at the other."""
    here, there = (party.servers[(number + n) % 2].url + "/api/v1" for n in range(2))
    headers = {PERSON: f"person-{number}"}
    async with turn:
        attempt = await _hand_in(here, headers)
    try:
        async with asyncio.timeout(PATIENCE):
            return Seen(UUID(attempt), *await _graded(f"{there}/attempts/{attempt}/events", headers))
    except OSError:
        return Seen(UUID(attempt))


async def _hand_in(api: str, headers: dict[str, str]) -> str:
    """The id of an attempt that waits for its grade."""

    async def post(path: str, body: object = None) -> str:
        reply = await request("POST", api + path, json.dumps(body or {}).encode(), headers, PATIENCE)
        assert 200 <= reply.status < 300, reply
        return str(reply.json().get("id"))

    session = f"/sessions/{await post('/sessions', {'count': 1, 'untimed': True})}"
    await post(f"{session}/start")
    await post(f"{session}/questions/1/open")
    return await post(f"{session}/questions/1/submit?wait=0", {"text": TEXT})


async def _graded(url: str, headers: dict[str, str]) -> tuple[float, float]:
    """When the stream was open and when it told of the grade. Raises OSError where it ends before."""
    reader, writer = await send("GET", url, None, headers)
    try:
        status, _ = await read_head(reader)
        assert status == 200, status
        opened = time.time()
        async for line in reader:
            if line.startswith(b"data:") and json.loads(line[5:])["status"] == "graded":
                return opened, time.time()
    finally:
        writer.close()
    raise ConnectionError


async def _hold(place: Path) -> tuple[float, float]:
    """Bytes for an open stream, and seconds of CPU for it in each second."""
    async with SimulatedLlm(Manners(hang=1, error=0, busy=0)).serving() as llm_url:
        with running(place, {"VIVA_GRADER": SETTINGS["VIVA_GRADER"], URL: llm_url}) as party:
            (server,) = party.servers
            process = psutil.Process(server.pid)
            attempt = await _hand_in(f"{server.url}/api/v1", {})
            before = process.memory_info().rss
            streams = []
            for _ in range(HELD):
                reader, writer = await send("GET", f"{server.url}/api/v1/attempts/{attempt}/events")
                await read_head(reader)
                streams.append(writer)
            memory, started = process.memory_info().rss - before, process.cpu_times()
            await asyncio.sleep(HELD_SECONDS)
            ended = process.cpu_times()
            for writer in streams:
                writer.close()
    used = ended.user + ended.system - started.user - started.system
    return memory / HELD, used / HELD / HELD_SECONDS
