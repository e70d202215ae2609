"""What every engine promises."""

import asyncio

import pytest

from service.domain.job import Job, Priority
from service.errors import GraderUnavailable
from service.jobs import runner
from service.store import jobs
from service.store.engine import Store
from service.wiring import utc_now
from tests.jobs.conftest import Bench


def test_what_waited_at_the_start_and_what_comes_later_is_done(bench: Bench) -> None:
    before = bench.enqueue(3)

    async def story() -> None:
        await bench.until(lambda: len(bench.handled) == 3)
        later = await bench.add(2)
        await bench.until(lambda: bench.waiting() == [])
        assert set(bench.handled) == {*before, *later}

    bench.run(story)
    assert {bench.status(attempt) for attempt in bench.handled} == {"graded"}


def test_a_new_job_is_told_of_and_need_not_be_looked_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.jobs.embedded.LOOK_SECONDS", 3600)

    async def story() -> None:
        await asyncio.sleep(0.5)  # it has looked, and found nothing
        await bench.add()
        await bench.until(lambda: len(bench.handled) == 1)

    bench.run(story)


def test_the_most_urgent_is_done_first(bench: Bench) -> None:
    again = bench.enqueue(2, "regrade", Priority.REGRADE)
    first = bench.enqueue(2)

    async def story() -> None:
        await bench.until(lambda: bench.waiting() == [])

    bench.run(story, concurrency=1)
    assert bench.handled == [*first, *again]


def test_no_more_is_done_at_once_than_was_allowed(bench: Bench) -> None:
    bench.enqueue(9)
    now, most = 0, 0
    three = asyncio.Barrier(3)

    async def count(_: Job) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await three.wait()
        now -= 1

    async def story() -> None:
        bench.before = count
        await bench.until(lambda: bench.waiting() == [])

    bench.run(story, concurrency=3)
    assert most == 3


def test_a_queue_is_left_to_those_who_work_on_it(bench: Bench) -> None:
    (speech,) = bench.enqueue(1, "transcribe")
    (answer,) = bench.enqueue()

    async def grading() -> None:
        await bench.until(lambda: answer in bench.handled)
        await asyncio.sleep(0.3)

    async def transcription() -> None:
        await bench.until(lambda: speech in bench.handled)

    bench.run(grading)
    assert bench.handled == [answer]
    bench.run(transcription, "transcription")
    assert bench.handled == [answer, speech]


def test_what_cannot_be_done_now_is_tried_again_when_the_grader_asks(bench: Bench) -> None:
    (attempt,) = bench.enqueue()
    tries: list[int] = []

    async def busy(job: Job) -> None:
        tries.append(job.tries)
        if len(tries) < 3:
            raise GraderUnavailable("The model is busy.", retry_after=0.2)

    async def story() -> None:
        bench.before = busy
        await bench.until(lambda: [job.error for job in bench.waiting()] == ["The model is busy."])
        await bench.until(lambda: bench.waiting() == [])

    bench.run(story)
    assert tries == [1, 2, 3]
    assert (bench.status(attempt), bench.failed()) == ("graded", [])


@pytest.mark.parametrize("error", [GraderUnavailable("The model is busy."), LookupError("its item is gone")])
def test_what_never_works_ends_failed_and_seen_and_stops_nobody_else(bench: Bench, error: Exception) -> None:
    broken, sound = bench.enqueue(2)

    async def fail(job: Job) -> None:
        if job.subject == broken:
            raise error

    async def story() -> None:
        bench.before = fail
        await bench.until(lambda: len(bench.failed()) == 1)
        await bench.until(lambda: bench.waiting() == [])

    bench.run(story)
    (job,) = bench.failed()
    assert (job.subject, job.tries, job.worker) == (broken, 4, None)
    assert bench.given_up == [job.error]
    assert "its item" not in (job.error or "")  # somebody else's message may quote an answer
    assert [bench.status(attempt) for attempt in (broken, sound)] == ["ungraded", "graded"]


def test_a_job_that_takes_its_workers_down_is_given_up_in_the_claim(bench: Bench) -> None:
    (attempt,) = bench.enqueue()
    with bench.store.write() as tx:
        for _ in range(runner.LOST):
            claimed = jobs.claim_one(tx, attempt, "grade", "dead", utc_now(), -1)  # the lease is over at once
            assert claimed

    async def story() -> None:
        await bench.until(lambda: len(bench.failed()) == 1)

    bench.run(story)
    assert bench.handled == []
    assert bench.given_up == ["5 workers ended while they worked on it."]
    assert bench.status(attempt) == "ungraded"


def test_a_worker_that_stops_gives_back_what_it_has_begun(bench: Bench) -> None:
    (attempt,) = bench.enqueue()
    begun = asyncio.Event()

    async def hang(_: Job) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def story() -> None:
        bench.before = hang
        await begun.wait()

    bench.run(story)
    (job,) = bench.waiting()
    assert (job.subject, job.tries, job.lost, job.worker) == (attempt, 0, 0, None)


def test_a_job_that_was_cancelled_meanwhile_is_not_done(bench: Bench) -> None:
    (attempt,) = bench.enqueue()
    with bench.store.write() as tx:
        (job,) = jobs.page(tx, failed=False)
        jobs.finish(tx, job)

    async def story() -> None:
        await bench.add()
        await bench.until(lambda: len(bench.handled) == 1)

    bench.run(story)
    assert attempt not in bench.handled


def test_the_engines_hand_over_what_waits(postgres_url: str) -> None:
    """A team switches VIVA_JOBS, or comes from another database: what was enqueued before is done all the same."""
    store = Store(postgres_url)
    embedded, other = Bench("embedded", store), Bench("procrastinate", store)
    ours, theirs = embedded.enqueue(2), other.enqueue(2)

    async def deliver() -> None:
        await other.until(lambda: set(ours) <= set(other.handled))
        await other.until(lambda: other.waiting() == [])

    other.run(deliver)
    assert set(other.handled) == {*ours, *theirs}
    late = other.enqueue(1)

    async def claim() -> None:
        await embedded.until(lambda: embedded.handled == late)

    embedded.run(claim)
    store.close()
