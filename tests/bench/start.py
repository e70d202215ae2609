"""How long a server takes to start, its memory, and how long the bank takes to read and lint."""

import time
from collections.abc import Callable
from pathlib import Path

import psutil

from service.bank import load_bank
from service.bank_check import check
from service.bench.processes import SERVER, VIVA, process
from service.settings import ROOT
from tests.bench.load import Connection
from tests.bench.processes import bare, folder
from tests.bench.tables import show

ANSWERS = 100


def report() -> None:
    started = time.perf_counter()
    with bare():
        bare_seconds = time.perf_counter() - started
    with folder() as place:
        first = _start(place)
        again = min(_start(place) for _ in range(3))
        with process(SERVER, place, {}) as server:
            connection = Connection(server.url)
            fresh = _megabytes(server.pid)
            for _ in range(ANSWERS):
                connection.submit(connection.open())
            used = _megabytes(server.pid)
    rows = [
        ("start to first answer, new database", f"{first:.2f} s"),
        ("start to first answer, the best of three more", f"{again:.2f} s"),
        ("the same, bare Starlette", f"{bare_seconds:.2f} s"),
        ("load the bank", f"{_seconds(lambda: load_bank(ROOT)):.2f} s"),
        ("load the bank and lint it", f"{_seconds(lambda: check(ROOT)):.2f} s"),
        ("resident memory, started", f"{fresh:.0f} MB"),
        (f"resident memory, after {ANSWERS} answers", f"{used:.0f} MB"),
    ]
    show(("one server, SQLite", ""), rows)


def _start(place: Path) -> float:
    started = time.perf_counter()
    with process((*VIVA, "serve"), place, {}) as server:
        Connection(server.url).get("/healthz")
        return time.perf_counter() - started


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6
