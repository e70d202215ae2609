"""How long a server takes to start, and its memory."""

import time

import psutil

from service.bench.processes import SERVER, process
from tests.bench.load import Connection
from tests.bench.processes import bare, folder
from tests.bench.tables import show

ANSWERS = 100


def report() -> None:
    started = time.perf_counter()
    with bare():
        bare_seconds = time.perf_counter() - started
    with folder() as place:
        started = time.perf_counter()
        with process(SERVER, place, {}) as server:
            connection = Connection(server.url)
            connection.get("/healthz")
            seconds = time.perf_counter() - started
            fresh = _megabytes(server.pid)
            for _ in range(ANSWERS):
                connection.submit(connection.open())
            used = _megabytes(server.pid)
    rows = [
        ("start to first answer", f"{seconds:.2f} s"),
        ("the same, bare Starlette", f"{bare_seconds:.2f} s"),
        ("resident memory, started", f"{fresh:.0f} MB"),
        (f"resident memory, after {ANSWERS} answers", f"{used:.0f} MB"),
    ]
    show(("one server, SQLite", ""), rows)


def _megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6
