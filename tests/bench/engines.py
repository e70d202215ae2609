"""Answers a second, and how long a submit takes, by database and job engine, beside bare Starlette in the same run."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psutil

from service.bench.people import TEXT
from service.bench.processes import Party, running
from tests.bench.load import Connection, at_once, timed
from tests.bench.processes import bare, durable_postgres, folder
from tests.bench.tables import ms, p50_p95, show

CLIENTS = 50
ROUNDS = 6
"""Answers of each client, twice: without and with waiting for the grade."""
HEAD = (
    f"{CLIENTS} clients", "submits/s", "of bare", "p50", "p95", "graded/s", "with the grade: answers/s", "p50", "p95",
    "CPU an answer",
)  # fmt: skip


@dataclass(frozen=True)
class Engine:
    name: str
    settings: Mapping[str, str]
    workers: int = 0


ENGINES = [
    Engine("SQLite, embedded", {}),
    Engine("Postgres, embedded", {"VIVA_JOBS": "embedded"}),
    *(Engine(f"Postgres, procrastinate, workers: {n}", {"VIVA_JOBS": "procrastinate"}, n) for n in (1, 2, 4)),
]


def report() -> None:
    show(HEAD, _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    with durable_postgres() as postgres, bare() as plain:
        seconds, wall = _posts([Connection(plain.url) for _ in range(CLIENTS)])
        rate = len(seconds) / wall
        yield _bare(seconds, rate)
        for engine in ENGINES:
            with folder() as place, postgres.database() as url:
                settings = dict(engine.settings) | ({"VIVA_DATABASE_URL": url} if engine.settings else {})
                with running(place, settings, workers=engine.workers) as party:
                    yield (engine.name, *_measure(party, rate))


def _bare(seconds: list[float], rate: float) -> tuple[str, ...]:
    p50, p95 = p50_p95(seconds)
    return ("bare Starlette", f"{rate:,.0f}", "1", ms(p50), ms(p95), "", "", "", "", "")


def _posts(connections: list[Connection]) -> tuple[list[float], float]:
    seconds: list[float] = []

    def post(_: int, connection: Connection) -> None:
        for _round in range(2 * ROUNDS):
            timed(seconds, lambda: connection.post("/", {"text": TEXT}))

    at_once(connections, post)  # the first requests load modules
    seconds.clear()
    return seconds, at_once(connections, post)


def _measure(party: Party, bare_rate: float) -> tuple[str, ...]:
    (server,) = party.servers
    connections = [Connection(server.url, f"person-{n}") for n in range(CLIENTS)]
    _submit(connections, _open(connections, 1), 2)  # the first requests load modules and connect to the database
    questions = _open(connections)
    started = time.perf_counter()
    seconds, wall = _submit(connections, questions, wait=0)
    while b'viva_jobs{work="grade"} 0.0' not in connections[0].get("/metrics"):
        time.sleep(0.05)
    graded = len(seconds) / (time.perf_counter() - started)
    questions = _open(connections)
    before = _cpu(party)
    waited, waited_wall = _submit(connections, questions, wait=2)
    cpu = (_cpu(party) - before) / len(waited)
    rate, (p50, p95), (w50, w95) = len(seconds) / wall, p50_p95(seconds), p50_p95(waited)
    return (
        f"{rate:,.0f}", f"{rate / bare_rate:.2f}", ms(p50), ms(p95), f"{graded:,.0f}",
        f"{len(waited) / waited_wall:,.0f}", ms(w50), ms(w95), ms(cpu),
    )  # fmt: skip


def _open(connections: list[Connection], rounds: int = ROUNDS) -> dict[int, list[str]]:
    """Questions that wait for an answer, for each connection."""
    opened: dict[int, list[str]] = {}

    def prepare(number: int, connection: Connection) -> None:
        opened[number] = [connection.open() for _ in range(rounds)]

    at_once(connections, prepare)
    return opened


def _submit(connections: list[Connection], questions: dict[int, list[str]], wait: float) -> tuple[list[float], float]:
    """The seconds of each, and of all."""
    seconds: list[float] = []

    def submit(number: int, connection: Connection) -> None:
        for question in questions[number]:
            timed(seconds, lambda: connection.submit(question, wait))  # noqa: B023  (called at once)

    return seconds, at_once(connections, submit)


def _cpu(party: Party) -> float:
    """Seconds of Viva's processes so far; not of Postgres."""
    times = [psutil.Process(process.pid).cpu_times() for process in (*party.servers, *party.workers)]
    return sum(time.user + time.system for time in times)
