"""From the previous release to this one, as docs/hosting.md has it, while people answer."""

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
from tests.faults.until import until
from tests.postgres import Postgres
from tests.quick import Quick, QuickWorker, viva
from tests.server import VIVA, Server, environment, free_port

SETTINGS = {"VIVA_GRADER": "tests.upgrade.slow:Slow", "VIVA_LOG_LEVEL": "warning", "VIVA_DRAIN_SECONDS": "0"}
SCHEMA = "SELECT version_num FROM alembic_version"
VERSIONS = "SELECT count(DISTINCT item_digest) FROM attempt"
WAITING = "SELECT count(*) FROM attempt WHERE status = 'submitted'"


def old_viva(folder: Path, settings: Mapping[str, str], *command: str) -> None:
    variables = environment(folder, **settings)
    subprocess.run([VIVA, *command], env=variables, cwd=folder, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def started(jobs: str, folder: Path, settings: Mapping[str, str]) -> Iterator[Server]:
    """This release: a server, and a worker where it needs one."""
    with Quick(folder, name="new", **settings) as new:
        if jobs == "embedded":
            yield new
        else:
            with QuickWorker(folder, name="worker", **settings):
                yield new


@pytest.mark.parametrize("jobs", ["embedded", pytest.param("procrastinate", marks=pytest.mark.faults)])
def test_on_postgres_both_releases_serve_the_same_people_until_the_old_one_goes(
    jobs: str, previous: dict[str, str], postgres: Postgres, tmp_path: Path
) -> None:
    with postgres.database() as url:
        now = SETTINGS | {"VIVA_DATABASE_URL": url, "VIVA_JOBS": jobs, "VIVA_PORT": free_port()}
        before = SETTINGS | {"VIVA_DATABASE_URL": url, "VIVA_PORT": free_port(), **previous}
        old_viva(tmp_path, before, "migrate")
        assert postgres.rows(url, SCHEMA) == [("0001",)]
        addresses = [f"http://127.0.0.1:{before['VIVA_PORT']}"]
        with Server(tmp_path, name="old", **before) as old, People(addresses, 4) as people:
            people.take_in()
            viva(tmp_path, now, "migrate")
            assert postgres.rows(url, SCHEMA) == [(schemas()[0],)]
            people.take_in()
            with started(jobs, tmp_path, now) as new:
                addresses.append(str(new.client.base_url))
                people.take_in(20)
                until(lambda: postgres.rows(url, VERSIONS) == [(2,)])  # each began sessions with its own question
                both_show(old, new, people.acknowledged)
                until(lambda: postgres.rows(url, WAITING) > [(0,)])
                old.kill()
                left = postgres.rows(url, WAITING)
                people.take_in()
                people.stop()
                account(people, lambda query: postgres.rows(url, query))
        assert left > [(0,)]


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


def both_show(old: Server, new: Server, attempts: Mapping[str, str]) -> None:
    """What one release has stored, the other reads."""
    for attempt in list(attempts):
        for server in (old, new):
            found = server.client.get(f"/api/v1/attempts/{attempt}")
            assert found.status_code == 200, (server.name, found.text)


def same(server: Server, kept: Mapping[str, Any], draft: str) -> None:
    """All that people had in the old release is there as it was; only the review also names what the bank has now."""
    for attempt, before in kept.items():
        now = server.client.get(f"/api/v1/attempts/{attempt}").json()
        assert reduced(now, before) | {"review": before["review"]} == before
    assert server.client.get(at(draft)).json()["draft"] == "keys and"


def reduced(now: Any, before: Any) -> Any:
    """`now` without the fields that this release has added."""
    if isinstance(before, dict):
        return {name: reduced(now[name], value) for name, value in before.items()}
    if isinstance(before, list) and len(before) == len(now):
        return [reduced(*pair) for pair in zip(now, before, strict=True)]
    return now
