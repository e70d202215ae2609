"""What a job does to its worker, and a worker to its jobs."""

import os
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.faults.account import account, status
from tests.faults.conftest import PROCRASTINATE, Hosted, Machine
from tests.faults.llm import DEADLY, HELD, NONSENSE
from tests.faults.people import hand_in
from tests.faults.until import until
from tests.quick import viva
from tests.server import Server

DEATHS = 5
"""So many processes may die over a job."""
KILLS = [2, pytest.param(DEATHS, marks=pytest.mark.faults)]
"""Processes that it really kills; the short form writes the others down."""


# A job that kills


@contextmanager
def supervised(processes: Sequence[Server]) -> Iterator[list[str]]:
    """All are started, and started again when they die, as systemd or Compose do it; yields who died."""
    deaths: list[str] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for process in processes:
                if not process.alive:
                    deaths.append(process.name)
                    process.start()

    for process in processes:
        process.start()
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield deaths
    finally:
        over.set()
        watcher.join()


def let_it_kill(place: Machine | Hosted, server: Server, workers: Sequence[Server], kills: int) -> None:
    """A job dies with whoever takes it, and with all that was taken together with it."""
    failed = "SELECT attempt_id, lost, error FROM job WHERE failed_at IS NOT NULL"
    for worker in workers:
        worker.settings["VIVA_JOB_CONCURRENCY"] = "0"
        worker.restart()
    for turn in range(6):
        hand_in(server.client, DEADLY if turn == 3 else "")
    for worker in workers:
        worker.settings["VIVA_JOB_CONCURRENCY"] = "8"
        worker.kill()
    first, *_ = workers
    first.start()
    until(lambda: not first.alive)
    if kills < DEATHS:
        place.write(f"UPDATE job SET lost = {DEATHS - kills} WHERE worker IS NOT NULL")
    with supervised(workers) as deaths, place.people(2) as people:
        until(lambda: place.rows(failed) != [])
        people.stop()
    assert 1 + len(deaths) == kills
    ((attempt, lost, error),) = place.rows(failed)
    assert (lost, error) == (DEATHS, f"{DEATHS} workers ended while they worked on it.")
    shown = viva(server.folder, server.settings, "jobs", "list", "--failed")
    assert str(attempt).replace("-", "") in shown.replace("-", "")
    assert error in shown
    viva(server.folder, server.settings, "jobs", "cancel", str(attempt))
    account(people, place.rows)


@pytest.mark.parametrize("kills", KILLS)
def test_a_job_that_kills_its_process_is_given_up_and_the_others_are_done(kills: int, machine: Machine) -> None:
    let_it_kill(machine, machine.server, [machine.server], kills)


@pytest.mark.parametrize("kills", KILLS)
@PROCRASTINATE
def test_a_job_that_kills_workers_is_given_up_and_the_others_are_done(kills: int, hosted: Hosted) -> None:
    let_it_kill(hosted, hosted.cluster.apis[0], hosted.graders, kills)


# A worker that is away for a while


def graded(server: Server) -> float:
    """How many answers this process has had marked, whether or not the grade was kept."""
    found = re.findall(r"^viva_grade_seconds_count.* (\S+)$", server.client.get("/metrics").text, re.MULTILINE)
    return sum(map(float, found))


@contextmanager
def stopped(process: Server) -> Iterator[None]:
    """As a machine that swaps, or a laptop that is closed."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


def test_a_worker_that_freezes_and_comes_back_too_late_adds_no_second_grade(hosted: Hosted) -> None:
    cluster, llm = hosted.cluster, hosted.llm
    with llm.holding() as release:
        text = hand_in(cluster.apis[0].client, HELD)
        until(lambda: llm.held == 1)
        frozen = hosted.holder(text)
        before = graded(frozen)
        with stopped(frozen):
            until(lambda: llm.held == 2)  # another has it
            release()
            until(lambda: status(hosted.rows, text) == ("graded", 1))
            next(worker for worker in cluster.workers if worker is not frozen).restart()  # procrastinate forgets ours
    until(lambda: graded(frozen) > before)
    assert llm.asked[text] == 2
    with hosted.people() as people:
        until(lambda: graded(frozen) > before + 1)  # it takes part again
    account(people, hosted.rows)


# A reply that is no verdict


def is_graded_once(place: Machine | Hosted, server: Server) -> None:
    text = hand_in(server.client, NONSENSE)
    until(lambda: status(place.rows, text) == ("ungraded", 1))
    ((body,),) = place.rows(f"SELECT body FROM grade JOIN attempt ON attempt_id = id WHERE text = '{text}'")
    assert "The grader remote failed" in body
    assert place.rows("SELECT * FROM job") == []
    assert place.llm.asked[text] == 1


def test_an_invalid_reply_ends_ungraded_and_is_not_asked_for_again(machine: Machine) -> None:
    is_graded_once(machine, machine.server)


def test_an_invalid_reply_ends_ungraded_on_a_cluster_too(hosted: Hosted) -> None:
    is_graded_once(hosted, hosted.cluster.apis[0])
