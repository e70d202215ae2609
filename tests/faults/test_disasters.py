"""What Viva stands on gives way while people answer: afterwards all goes on, and nothing is missing."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from tests.faults.account import account
from tests.faults.conftest import Hosted, Machine
from tests.faults.until import until
from tests.server import Server

ROOM = 100_000
"""Bytes."""
REFUSALS = 20
Fault = Callable[[Server], AbstractContextManager[None]]


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """No file of this process can grow beyond a few pages: the write-ahead log, which begins anew, meets that first."""
    with server.database() as connection:
        until(lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def locked_database(server: Server) -> Iterator[None]:
    """Another process writes, and takes its time."""
    with closing(sqlite3.connect(server.folder / "data" / "viva.db", isolation_level=None, timeout=60)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.execute("COMMIT")


@pytest.mark.parametrize(("fault", "problem"), [(full_disk, "store-full"), (locked_database, "store-busy")])
@pytest.mark.parametrize("seconds", [2, pytest.param(30, marks=pytest.mark.faults)])
def test_without_room_or_lock_nothing_is_taken_in_and_later_all_goes_on(
    fault: Fault, problem: str, seconds: float, machine: Machine
) -> None:
    client = machine.server.client
    with machine.people() as people:
        people.take_in()
        until(lambda: machine.llm.now > 0)
        with fault(machine.server):
            # Not the first one: what was committed before it may be on its way, and something small may still fit.
            until(lambda: people.refused[f"urn:viva:problem:{problem}"] >= REFUSALS)
            before = len(people.acknowledged)
            people.enough.wait(seconds)
            assert len(people.acknowledged) == before
            assert machine.rows("SELECT count(*) FROM attempt WHERE status = 'submitted'") > [(0,)]
            ready, lives, read = (client.get(path) for path in ("/readyz", "/healthz", "/api/v1/attempts"))
            assert (ready.status_code, lives.status_code, read.status_code) == (503, 200, 200)
        people.take_in()
    account(people, machine.rows)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("crashes", [2, pytest.param(20, marks=pytest.mark.faults)])
def test_postgres_crashes_and_those_who_live_go_on(crashes: int, hosted: Hosted) -> None:
    with hosted.llm.failing(), hosted.people() as people:
        for _ in range(crashes):
            until(lambda: hosted.llm.now > 1)
            hosted.postgres.stop()
            people.enough.wait(1)
            hosted.postgres.start()
            people.take_in()
    account(people, hosted.rows)
    assert all(process.alive for process in hosted.cluster.processes)
