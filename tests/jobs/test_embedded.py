"""Grading in the background, on a real store."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from service.domain.attempt import LOCAL, Attempt
from service.errors import StoreBusy
from service.jobs import embedded
from service.jobs.embedded import EmbeddedJobs
from service.store import attempts, items
from service.store.engine import Store
from service.store.migrate import upgrade
from tests.domain.builders import GRADER, ITEM, at, make_attempt, make_grade

GRADE = make_grade("M1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'viva.db'}", busy_seconds=0.1)
    upgrade(store)
    yield store
    store.close()


def waiting(store: Store, count: int) -> list[Attempt]:
    some = [make_attempt() for _ in range(count)]
    with store.write() as tx:
        items.keep(tx, [ITEM])
        for attempt in some:
            attempts.add(tx, attempt, key=None, fingerprint="")
    return some


def pending(store: Store) -> list[UUID]:
    with store.read() as tx:
        return attempts.pending(tx)


def grader(store: Store, handled: list[UUID]) -> Callable[[UUID], Awaitable[None]]:
    def keep(attempt_id: UUID) -> None:
        with store.write() as tx:
            attempts.add_grade(tx, attempts.load(tx, attempt_id), GRADER, GRADE, at(90))

    async def grade(attempt_id: UUID) -> None:
        await asyncio.to_thread(keep, attempt_id)
        handled.append(attempt_id)

    return grade


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not reached():  # noqa: ASYNC110  (a database sends no event)
            await asyncio.sleep(0.01)


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_sweep_handles_all_that_waits_with_the_oldest_first(store: Store) -> None:
    some, handled = waiting(store, 3), list[UUID]()
    jobs = EmbeddedJobs(lambda: pending(store), grader(store, handled))
    assert asyncio.run(jobs.sweep()) == 3
    assert handled == [attempt.id for attempt in some]
    assert asyncio.run(jobs.sweep()) == 0
    with store.read() as tx:
        assert [attempts.get(tx, LOCAL, attempt.id)[1] for attempt in some] == [GRADE] * 3


def test_what_a_crash_has_left_is_graded_at_the_start(store: Store) -> None:
    waiting(store, 2)

    async def start() -> None:
        task = asyncio.create_task(EmbeddedJobs(lambda: pending(store), grader(store, [])).run())
        await until(lambda: pending(store) == [])
        await end(task)

    asyncio.run(start())
    assert pending(store) == []


def test_what_comes_later_is_found_at_the_next_look(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LOOK_SECONDS", 0.01)
    handled: list[UUID] = []

    async def start() -> None:
        task = asyncio.create_task(EmbeddedJobs(lambda: pending(store), grader(store, handled)).run())
        for _ in range(2):
            (attempt,) = await asyncio.to_thread(waiting, store, 1)
            await until(lambda wanted=attempt.id: wanted in handled)  # type: ignore[misc]
        await end(task)

    asyncio.run(start())
    assert len(handled) == 2


def test_a_busy_database_is_logged_and_grading_goes_on_when_it_is_free(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedded, "LOOK_SECONDS", 0.01)
    waiting(store, 2)
    other = sqlite3.connect(tmp_path / "viva.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def start() -> None:
        task = asyncio.create_task(EmbeddedJobs(lambda: pending(store), grader(store, [])).run())
        await until(lambda: "grading waits for the database" in caplog.text)
        assert len(pending(store)) == 2
        other.execute("ROLLBACK")
        await until(lambda: pending(store) == [])
        await end(task)

    with caplog.at_level(logging.WARNING):
        asyncio.run(start())
    other.close()


def test_a_single_sweep_tells_its_caller(store: Store, tmp_path: Path) -> None:
    waiting(store, 1)
    other = sqlite3.connect(tmp_path / "viva.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        asyncio.run(EmbeddedJobs(lambda: pending(store), grader(store, [])).sweep())
    other.close()


def test_cancelling_ends_it_also_in_the_middle_of_a_grade() -> None:
    started = list[UUID]()

    async def never_done(attempt_id: UUID) -> None:
        started.append(attempt_id)
        await asyncio.Event().wait()

    async def start() -> None:
        task = asyncio.create_task(EmbeddedJobs(lambda: [make_attempt().id], never_done).run())
        await until(lambda: bool(started))
        await end(task)

    asyncio.run(start())
    assert len(started) == 1


def test_an_attempt_that_cannot_be_handled_does_not_stop_the_others(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = waiting(store, 2)
    handled: list[UUID] = []
    grade = grader(store, handled)

    async def fragile(attempt_id: UUID) -> None:
        if attempt_id == broken.id:
            raise LookupError("its item is gone")
        await grade(attempt_id)

    assert asyncio.run(EmbeddedJobs(lambda: pending(store), fragile).sweep()) == 2
    assert handled == [sound.id]
    assert pending(store) == [broken.id]
    assert "cannot be graded" in caplog.text
