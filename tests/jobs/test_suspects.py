"""Jobs over which workers have died, and workers that are stopped in the middle of a claim."""

import asyncio
import threading
from pathlib import Path
from uuid import UUID

import pytest

from service.domain.job import Job
from service.errors import GraderUnavailable
from service.jobs.runner import Runner
from service.store import jobs
from service.store.engine import Store, Tx
from service.wiring import utc_now
from tests.fresh import fresh
from tests.jobs.conftest import Bench


def test_a_job_that_may_have_killed_its_worker_is_done_by_itself(bench: Bench) -> None:
    first, suspect, *others = bench.enqueue(6)
    with bench.store.write() as tx:
        for _ in range(jobs.SUSPECT):
            assert jobs.claim_one(tx, suspect, "grade", "dead", utc_now(), -1)
    now: set[object] = set()
    together: list[set[object]] = []

    async def watch(job: Job) -> None:
        now.add(job.subject)
        await asyncio.sleep(0.05)
        together.append(set(now))
        now.discard(job.subject)

    async def story() -> None:
        bench.before = watch
        await bench.until(lambda: bench.waiting() == [])

    bench.run(story)
    assert {suspect} in together
    assert [group for group in together if suspect in group] == [{suspect}]
    assert max(len(group) for group in together) > 1
    assert set(bench.handled) == {first, suspect, *others}


def left_by_the_dead(bench: Bench) -> tuple[UUID, UUID]:
    """A job that a process has claimed for an hour and died over, and one that nobody has claimed."""
    held, free = bench.enqueue(2)
    with bench.store.write() as tx:
        assert jobs.claim_one(tx, held, "grade", "dead", utc_now(), 3600)
    return held, free


def test_on_sqlite_a_new_process_takes_over_at_once_what_one_before_it_held(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{fresh(tmp_path)}/viva.db")
    bench = Bench("embedded", store)
    held, _ = left_by_the_dead(bench)
    losses: dict[UUID, int] = {}

    async def note(job: Job) -> None:
        losses[job.subject] = job.lost

    async def story() -> None:
        bench.before = note
        await bench.until(lambda: bench.waiting() == [])

    bench.run(story)
    store.close()
    assert losses[held] == 1


def test_on_postgres_it_waits_for_the_lease_as_the_other_may_live(postgres_url: str) -> None:
    store = Store(postgres_url)
    bench = Bench("embedded", store)
    held, free = left_by_the_dead(bench)

    async def story() -> None:
        await bench.until(lambda: bench.handled == [free])

    bench.run(story)
    assert [(job.subject, job.worker) for job in bench.waiting()] == [(held, "dead")]
    store.close()


def test_a_job_that_a_worker_has_lived_through_is_no_suspect_any_more(bench: Bench) -> None:
    (attempt,) = bench.enqueue()
    with bench.store.write() as tx:
        for _ in range(jobs.SUSPECT):
            assert jobs.claim_one(tx, attempt, "grade", "dead", utc_now(), -1)
    losses: list[int] = []

    async def busy(job: Job) -> None:
        losses.append(job.lost)
        if len(losses) < 2:
            raise GraderUnavailable("The model is busy.")

    async def story() -> None:
        bench.before = busy
        await bench.until(lambda: bench.waiting() == [])

    bench.run(story)
    assert losses == [jobs.SUSPECT, 0]


def test_what_is_claimed_while_the_worker_stops_is_given_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.enqueue(2)
    claiming, go_on = threading.Event(), threading.Event()
    exhausted = Runner._exhausted

    def slowly(runner: Runner, tx: Tx, job: Job) -> bool:
        claiming.set()
        assert go_on.wait(30)
        return exhausted(runner, tx, job)

    async def hang(_: Job) -> None:
        await asyncio.Event().wait()

    async def story() -> None:
        bench.before = hang
        monkeypatch.setattr(Runner, "_exhausted", slowly)
        await asyncio.to_thread(claiming.wait)
        asyncio.get_running_loop().call_later(0.2, go_on.set)  # when it has been told to stop

    bench.run(story)
    assert [(job.tries, job.lost, job.worker) for job in bench.waiting()] == [(0, 0, None)] * 2
    assert bench.handled == []


def test_who_has_lost_a_job_to_another_cannot_give_it_up(bench: Bench) -> None:
    (attempt,) = bench.enqueue()
    with bench.store.write() as tx:
        late = jobs.claim_one(tx, attempt, "grade", "late", utc_now(), -1)
        assert late
        assert jobs.claim_one(tx, attempt, "grade", "another", utc_now(), 60)
    runner: Runner = bench.jobs.runner  # type: ignore[attr-defined]
    runner._give_up(late, "It was tried too often.")
    assert [(job.worker, job.error) for job in bench.waiting()] == [("another", None)]
    assert bench.status(attempt) == "submitted"
