"""From the previous release to this one: on Postgres while people answer, on SQLite from one start to the next."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.store.condition import schemas
from tests.api.walk import GOOD, answer, at, begin, save
from tests.faults.account import account
from tests.faults.people import People
from tests.faults.quick import Quick, QuickWorker, viva
from tests.faults.until import until
from tests.postgres import Postgres
from tests.server import VIVA, Server, environment, free_port

SETTINGS = {"VIVA_GRADER": "tests.upgrade.slow:Slow", "VIVA_LOG_LEVEL": "warning", "VIVA_DRAIN_SECONDS": "0"}
SCHEMA = "SELECT version_num FROM alembic_version"
WAITING = "SELECT count(*) FROM attempt WHERE status = 'submitted'"
NO_JOB = """
SELECT count(*) FROM attempt WHERE status = 'submitted' AND NOT EXISTS (SELECT 1 FROM job WHERE attempt_id = attempt.id)
"""


def old_viva(folder: Path, settings: Mapping[str, str], *command: str) -> None:
    variables = environment(folder, **settings)
    subprocess.run([VIVA, *command], env=variables, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def grades(server: Server) -> bool:
    """Whether this process has given some."""
    return 'viva_grades_total{grader="slow",outcome="graded"}' in server.client.get("/metrics").text


@contextmanager
def started(jobs: str, folder: Path, name: str, settings: Mapping[str, str]) -> Iterator[Server]:
    """This release: a server, and a worker where it needs one; yields who grades."""
    with Quick(folder, name=name, **settings) as server:
        if jobs == "embedded":
            yield server
        else:
            with QuickWorker(folder, name=f"{name}-worker", **settings) as worker:
                yield worker


@pytest.mark.parametrize("jobs", ["embedded", pytest.param("procrastinate", marks=pytest.mark.faults)])
def test_both_releases_serve_one_database_and_the_new_one_takes_over(
    jobs: str, previous: dict[str, str], postgres: Postgres, tmp_path: Path
) -> None:
    with postgres.database() as url:
        port, other = free_port(), free_port()
        now = SETTINGS | {"VIVA_DATABASE_URL": url, "VIVA_JOBS": jobs}
        before = SETTINGS | {"VIVA_DATABASE_URL": url, **previous}
        old_viva(tmp_path, before, "migrate")
        assert postgres.rows(url, SCHEMA) == [("0001",)]
        urls = [f"http://127.0.0.1:{port}" for port in (port, other)]
        with Server(tmp_path, name="old", VIVA_PORT=port, **before) as old, People(urls, 4) as people:
            people.take_in()
            viva(tmp_path, now, "migrate")  # while the old one serves
            people.take_in()
            with started(jobs, tmp_path, "new", now | {"VIVA_PORT": other}) as new:
                until(lambda: grades(old) and grades(new))
                people.take_in()
                until(lambda: postgres.rows(url, NO_JOB) > [(0,)])
                old.kill()
                left = postgres.rows(url, NO_JOB)
                with started(jobs, tmp_path, "another", now | {"VIVA_PORT": port}):
                    people.take_in()
                    people.stop()
                    account(people, lambda query: postgres.rows(url, query))
        assert left > [(0,)]
        assert postgres.rows(url, SCHEMA) == [(schemas()[0],)]


def test_on_sqlite_the_new_release_goes_on_with_what_the_old_one_has_left(
    previous: dict[str, str], tmp_path: Path
) -> None:
    settings = SETTINGS | {"VIVA_PORT": free_port()}
    with Server(tmp_path, name="old", **settings, **previous) as old:
        kept = {}
        for text in (GOOD, "It does not store text."):
            made = answer(old.client, begin(old.client), text)
            kept[made["id"]] = made
        draft = begin(old.client)
        old.client.post(f"{at(draft)}/open")
        assert save(old.client, draft, "keys and", 0).status_code == 200
        old_viva(tmp_path, settings | previous, "backup", str(tmp_path / "old.db"))
        with People([str(old.client.base_url)], 3) as people:
            people.take_in(3)
            until(lambda: old.rows(WAITING) > [(0,)])
            old.kill()
            assert old.rows(WAITING) > [(0,)]
            with Quick(tmp_path, name="new", **settings) as new:
                people.stop()
                account(people, new.rows)
                same(new, kept, draft)
                assert new.rows(SCHEMA) == [(schemas()[0],)]
    viva(tmp_path, settings, "restore", str(tmp_path / "old.db"), "--force")
    with Quick(tmp_path, name="new", **settings) as new:
        same(new, kept, draft)
        assert len(new.client.get("/api/v1/attempts").json()["items"]) == len(kept)


def same(server: Server, kept: Mapping[str, Any], draft: str) -> None:
    """All that people had in the old release is there as it was; only the review also names what the bank has now."""
    for attempt, before in kept.items():
        now = server.client.get(f"/api/v1/attempts/{attempt}").json()
        assert {name: now[name] for name in before if name != "review"} | {"review": before["review"]} == before
    assert server.client.get(at(draft)).json()["draft"] == "keys and"
