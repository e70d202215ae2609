"""Jobs over which workers have died, and workers that are stopped in the middle of a claim."""

import asyncio
import threading

import pytest

from service.domain.job import Job
from service.errors import GraderUnavailable
from service.jobs.runner import Runner
from service.store import jobs
from service.store.engine import Tx
from service.wiring import utc_now
from tests.jobs.conftest import Bench


def test_a_job_that_may_have_killed_its_worker_is_done_by_itself(bench: Bench) -> None:
    first, suspect, *others = bench.enqueue(6)
    with bench.store.write() as tx:
        for _ in range(jobs.SUSPECT):
            assert jobs.claim_one(tx, suspect, "grade", "dead", utc_now(), -1)
    now: set[object] = set()
    together: list[set[object]] = []

    async def watch(job: Job) -> None:
        now.add(job.attempt_id)
        await asyncio.sleep(0.05)
        together.append(set(now))
        now.discard(job.attempt_id)

    async def story() -> None:
        bench.before = watch
        await bench.until(lambda: bench.waiting() == [])

    bench.run(story)
    assert {suspect} in together
    assert [group for group in together if suspect in group] == [{suspect}]
    assert max(len(group) for group in together) > 1
    assert set(bench.handled) == {first, suspect, *others}


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
