"""`viva bench load`: people who practise, against servers that are started for it, or one that runs.

What is real: HTTP, processes, database, jobs, live updates. What is not: the people, the LLM (it waits and fails, but
costs the grader no more than a small request), the network; and all of it shares this machine with the load itself.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from service.bench import report
from service.bench.forecast import Measured
from service.bench.llm import URL, Manners, SimulatedLlm
from service.bench.people import Someone, Tally
from service.bench.processes import Party, Process, running
from service.bench.watch import sample
from service.errors import ConfigError
from service.store.condition import schema
from service.store.engine import Store

LOOK_SECONDS = 5.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Load:
    """Who comes. What is seen in the first `ramp` seconds, while people arrive, is not counted."""

    users: int = 100
    minutes: float = 2
    think: float = 120
    """Mean of the seconds between two answers of one person."""
    ramp: float = 30


@dataclass(frozen=True)
class Place:
    """What they meet: a Viva that runs at `url`, or servers that are started here, on a temporary SQLite database or
    on an empty Postgres database."""

    url: str | None = None
    database: str | None = None
    servers: int = 1
    workers: int = 0
    concurrency: int = 8
    """Grades at once in each process that grades."""
    llm: Manners = field(default_factory=Manners)

    @property
    def slots(self) -> int | None:
        """Grades at once, in all; None where that is not ours to know."""
        return None if self.url else (self.workers or self.servers) * self.concurrency


def run(load: Load, place: Place, say: Say = print) -> Tally:
    """Say how it goes, then what came of it. Raises ConfigError where nothing can be measured there."""
    return asyncio.run(_run(load, place, say))


async def _run(load: Load, place: Place, say: Say) -> Tally:
    llm, tally = SimulatedLlm(place.llm), Tally()
    async with llm.serving() as llm_url:
        with _party(place, llm_url) as party:
            say(report.heading(load, place))
            crowd = asyncio.create_task(_arrive(_people(load, party, tally), load.ramp))
            try:
                await _watch(load.ramp, party, tally, crowd, say)
                before, asked, busy = await sample(party), llm.replies.total(), llm.busy_seconds
                tally.begin()
                await _watch(60 * load.minutes, party, tally, crowd, say)
                after = await sample(party)
            finally:
                crowd.cancel()
                with suppress(asyncio.CancelledError):
                    await crowd
    measured = Measured(
        seconds=tally.elapsed,
        servers=place.servers,
        workers=place.workers,
        cores=os.cpu_count() or 1,
        server_cpu=_used(before.server_cpu, after.server_cpu),
        worker_cpu=_used(before.worker_cpu, after.worker_cpu),
        slots=place.slots,
        llm_seconds=llm.busy_seconds - busy,
        llm_requests=llm.replies.total() - asked,
        per_minute=place.llm.per_minute,
    )
    say(report.steps(tally))
    say(report.outlook(load, tally, measured, after))
    return tally


def _people(load: Load, party: Party, tally: Tally) -> list[Someone]:
    """They take turns with the servers."""
    urls = [server.url for server in party.servers]
    return [Someone(f"person-{n}", urls[n % len(urls)], load.think, tally) for n in range(load.users)]


async def _arrive(people: Sequence[Someone], ramp: float) -> None:
    async with asyncio.TaskGroup() as crowd:
        for person in people:
            crowd.create_task(person.live())
            await asyncio.sleep(ramp / len(people))


async def _watch(seconds: float, party: Party, tally: Tally, crowd: asyncio.Task[None], say: Say) -> None:
    """A line now and then. Whatever is wrong with the crowd is raised here."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        await asyncio.wait([crowd], timeout=min(LOOK_SECONDS, left))
        if crowd.done():
            crowd.result()
        with suppress(OSError):  # too busy to say so is no news: the requests of people show it
            say(report.line(tally, await sample(party)))


def _used(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


@contextmanager
def _party(place: Place, llm_url: str) -> Iterator[Party]:
    """Raises ConfigError."""
    if place.url:
        yield Party([Process(place.url.rstrip("/"), 0)])
        return
    if not place.database and (place.servers, place.workers) != (1, 0):
        raise ConfigError("More than one process needs Postgres: name an empty database with --database.")
    settings = {
        "VIVA_GRADER": "service.bench.llm:SimulatedGrader",
        "VIVA_JOB_CONCURRENCY": str(place.concurrency),
        "VIVA_JOBS": "procrastinate" if place.workers else "embedded",
        URL: llm_url,
    }
    if place.database:
        _require_empty(place.database)
        settings["VIVA_DATABASE_URL"] = place.database
    with (
        TemporaryDirectory(prefix="viva-load-") as folder,
        running(Path(folder), settings, servers=place.servers, workers=place.workers) as party,
    ):
        yield party


def _require_empty(url: str) -> None:
    """What people wrote must not lie among what was made up. Raises ConfigError, StoreUnavailable."""
    store = Store(url)
    try:
        if schema(store) is not None:
            raise ConfigError(
                f"{store.url.render_as_string()} is in use: a load needs a database of its own, new and empty."
            )
    finally:
        store.close()
