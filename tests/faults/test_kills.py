"""Processes die without warning, over and over, while an LLM fails as well: nothing that was acknowledged is lost."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cluster import Cluster
from tests.faults.people import People
from tests.llm import URL, FakeLlm
from tests.postgres import Postgres
from tests.server import Server, free_port

Rows = Callable[[str], list[Any]]
LONG = pytest.param(100, marks=pytest.mark.faults)
LLM = {"error": 0.1, "busy": 0.1, "hang": 0.02}
SETTINGS = {
    "VIVA_GRADER": "tests.llm:RemoteGrader",
    "VIVA_LEASE_SECONDS": "8",  # longer than the grader's patience
    "VIVA_RETRY_SECONDS": "0.2",
    "VIVA_LOG_LEVEL": "warning",
    "VIVA_DRAIN_SECONDS": "0",
}
DRAIN_SECONDS = 180.0


def strike(victims: Callable[[], Server], llm: FakeLlm, kills: int) -> None:
    """Kill one after the other while it has something to lose, and start it again."""
    for _ in range(kills):
        time.sleep(random.uniform(0.2, 1.5))
        _until(lambda: llm.now > 0)
        victims().restart()


def account(people: People, rows: Rows) -> None:
    """Every answer that was acknowledged is there once, as it was sent, with one grade; nothing is left to do."""
    assert people.failures == []
    assert people.acknowledged
    _until(lambda: rows("SELECT count(*) FROM job WHERE failed_at IS NULL") == [(0,)])
    stored = {str(attempt).replace("-", ""): text for attempt, text in rows("SELECT id, text FROM attempt")}
    lost = {id for id, text in people.acknowledged.items() if stored.get(id.replace("-", "")) != text}
    assert lost == set()
    assert rows("SELECT attempt_id FROM grade GROUP BY attempt_id HAVING count(*) > 1") == []
    assert rows("SELECT count(*) FROM attempt WHERE status = 'submitted'") == [(0,)]
    assert rows("SELECT count(*) FROM attempt WHERE id NOT IN (SELECT attempt_id FROM grade)") == [(0,)]
    assert rows("SELECT error FROM job") == []
    assert len(stored) == len(set(stored.values()))
    print(f"{len(people.acknowledged)} answers acknowledged, {len(stored)} stored, each graded once")


def _until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + DRAIN_SECONDS
    while not reached():
        assert time.monotonic() < end, "this has not come about"
        time.sleep(0.05)


@pytest.mark.parametrize("kills", [3, LONG])
def test_one_process_on_sqlite(kills: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeLlm(**LLM) as llm:
        monkeypatch.setenv(URL, llm.url)
        with Server(tmp_path, VIVA_PORT=free_port(), **SETTINGS) as server:
            with People([str(server.client.base_url)]) as people:
                strike(lambda: server, llm, kills)
            account(people, server.rows)
            assert server.rows("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("jobs", ["procrastinate", "embedded"])
@pytest.mark.parametrize("kills", [3, LONG])
def test_two_servers_and_two_workers_on_postgres(
    kills: int, jobs: str, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeLlm(**LLM) as llm, postgres.database() as url:
        monkeypatch.setenv(URL, llm.url)
        with Cluster(tmp_path, url, jobs=jobs, transcribers=0, settings=SETTINGS) as cluster:
            with People([str(api.client.base_url) for api in cluster.apis]) as people:
                strike(lambda: random.choice(cluster.workers * 4 + cluster.apis), llm, kills)
            account(people, lambda query: _rows(url, query))


def test_workers_that_never_come_back_leave_nothing_behind(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeLlm(seconds=1) as llm, postgres.database() as url:
        monkeypatch.setenv(URL, llm.url)
        with Cluster(tmp_path, url, transcribers=0, settings=SETTINGS) as cluster:
            with People([str(api.client.base_url) for api in cluster.apis], 5) as people:
                _until(lambda: llm.now > 2)
                for worker in cluster.workers:
                    worker.kill()
                time.sleep(1)
            (replacement, _) = cluster.workers
            replacement.name = "another"
            replacement.start()
            account(people, lambda query: _rows(url, query))


def _rows(url: str, query: str) -> list[Any]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()
