"""Processes die without warning, over and over, while an LLM fails as well: nothing that was acknowledged is lost."""

import random
import time
from collections.abc import Callable

import pytest

from tests.faults.account import account
from tests.faults.conftest import PROCRASTINATE, Hosted, Machine
from tests.faults.llm import Llm
from tests.faults.until import until
from tests.server import Server

LONG = pytest.param(100, marks=pytest.mark.faults)


def strike(victims: Callable[[], Server], llm: Llm, kills: int) -> None:
    """Kill one after the other while it has something to lose, and start it again."""
    for _ in range(kills):
        time.sleep(random.uniform(0.2, 3))  # few jobs meet it so often in a row that they seem to cause it
        until(lambda: llm.now > 0)
        victims().restart()


@pytest.mark.parametrize("kills", [2, LONG])
def test_one_process_on_sqlite(kills: int, machine: Machine) -> None:
    with machine.llm.failing(), machine.people() as people:
        strike(lambda: machine.server, machine.llm, kills)
    account(people, machine.rows)
    assert machine.rows("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("kills", [2, LONG])
@PROCRASTINATE
def test_two_servers_and_two_workers_on_postgres(kills: int, hosted: Hosted) -> None:
    cluster = hosted.cluster
    with hosted.llm.failing(), hosted.people() as people:
        strike(lambda: random.choice(cluster.workers * 4 + cluster.apis), hosted.llm, kills)
    account(people, hosted.rows)


@PROCRASTINATE
def test_workers_that_never_come_back_leave_nothing_behind(hosted: Hosted) -> None:
    with hosted.people() as people:
        until(lambda: hosted.llm.now > 2)
        for worker in hosted.cluster.workers:
            worker.kill()
        people.enough.wait(1)  # they hand in to nobody
    (replacement, other) = hosted.cluster.workers
    replacement.start()
    account(people, hosted.rows)
    other.start()
