"""Jobs in the store: who may work on what, and what is left when nobody does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func
from sqlmodel import SQLModel, select

from service.domain.attempt import Attempt
from service.domain.job import Job, Priority, Work
from service.store import attempts, items, jobs, retention, sessions
from service.store.engine import Store
from service.store.tables import AttemptRow, GradeRow, ItemRow, JobRow, SessionRow, SlotRow
from tests.domain.builders import GRADER, ITEM, OTHER, START, at, make_attempt, make_grade, make_session

LEASE = 60


def enqueue(
    store: Store, attempt: Attempt, work: Work = "grade", priority: Priority = Priority.FINAL, when: datetime = START
) -> Attempt:
    with store.write() as tx:
        items.keep(tx, [ITEM])
        if tx.get(AttemptRow, attempt.id) is None:
            attempts.add(tx, attempt, key=None, fingerprint="")
        assert jobs.add(tx, attempt, work, priority, when)
    return attempt


def claim(store: Store, when: datetime = START, limit: int = 10, worker: str = "one", *works: Work) -> list[Job]:
    with store.write() as tx:
        return jobs.claim(tx, works or ("grade", "regrade"), worker, when, LEASE, limit)


def ids(claimed: list[Job]) -> list[UUID]:
    return [job.subject for job in claimed]


def test_there_is_one_job_for_an_attempt_and_a_work(store: Store) -> None:
    attempt = enqueue(store, make_attempt())
    with store.write() as tx:
        assert not jobs.add(tx, attempt, "grade", Priority.FINAL, START)
        assert jobs.add(tx, attempt, "regrade", Priority.REGRADE, START)


def test_a_job_is_there_only_if_its_transaction_ends_well(store: Store) -> None:
    attempt = make_attempt()

    def broken_off() -> None:
        with store.write() as tx:
            items.keep(tx, [ITEM])
            attempts.add(tx, attempt, key=None, fingerprint="")
            jobs.add(tx, attempt, "grade", Priority.FINAL, START)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert claim(store) == []


def test_the_most_urgent_goes_first_then_the_oldest(store: Store) -> None:
    again, old = enqueue(store, make_attempt(), "regrade", Priority.REGRADE), enqueue(store, make_attempt())
    provisional = enqueue(store, make_attempt(), "regrade", Priority.PROVISIONAL)
    young, oldest = enqueue(store, make_attempt(), when=at(1)), enqueue(store, make_attempt(OTHER), when=at(-1))
    wanted = [oldest.id, old.id, young.id, provisional.id, again.id]
    assert ids(claim(store, at(1), limit=2)) == wanted[:2]
    assert ids(claim(store, at(1))) == wanted[2:]
    assert claim(store, at(1)) == []


def test_a_worker_takes_only_what_its_queues_do(store: Store) -> None:
    grading, speech = enqueue(store, make_attempt()), enqueue(store, make_attempt(), "transcribe")
    assert ids(claim(store, START, 10, "speech", "transcribe")) == [speech.id]
    assert ids(claim(store)) == [grading.id]


def test_a_claim_lasts_as_long_as_its_lease_and_counts(store: Store) -> None:
    attempt = enqueue(store, make_attempt())
    (first,) = claim(store)
    assert (first.tries, first.lost, first.worker, first.leased_until) == (1, 0, "one", at(LEASE))
    assert claim(store, at(LEASE - 1), worker="two") == []
    (second,) = claim(store, at(LEASE), worker="two")
    assert (second.subject, second.tries, second.lost, second.worker) == (attempt.id, 2, 1, "two")


def test_a_postponed_job_comes_back_when_it_is_due_and_says_why(store: Store) -> None:
    enqueue(store, make_attempt())
    (job,) = claim(store)
    with store.write() as tx:
        jobs.postpone(tx, job, at(30), "The model is busy.")
    assert claim(store, at(29)) == []
    (again,) = claim(store, at(30))
    assert (again.tries, again.lost, again.error) == (2, 0, "The model is busy.")


def test_who_has_lost_a_job_cannot_give_it_back(store: Store) -> None:
    enqueue(store, make_attempt())
    (slow,) = claim(store)
    claim(store, at(LEASE), worker="two")
    with store.write() as tx:
        jobs.postpone(tx, slow, at(0), "too late")
        jobs.release(tx, slow)
    assert claim(store, at(LEASE + 1), worker="three") == []


def test_a_released_job_is_as_if_it_had_not_been_tried(store: Store) -> None:
    enqueue(store, make_attempt())
    (job,) = claim(store)
    with store.write() as tx:
        jobs.release(tx, job)
    (again,) = claim(store, worker="two")
    assert (again.tries, again.lost) == (1, 0)


def test_of_those_who_finish_a_job_one_is_the_first(store: Store) -> None:
    enqueue(store, make_attempt())
    (job,) = claim(store)

    def finish(_: int) -> bool:
        with store.write() as tx:
            return jobs.finish(tx, job)

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(finish, range(4))) == [False, False, False, True]
    assert claim(store, at(LEASE)) == []


def test_two_workers_never_have_the_same_job(store: Store) -> None:
    some = {enqueue(store, make_attempt()).id for _ in range(20)}

    def work(name: int) -> list[UUID]:
        taken: list[UUID] = []
        while claimed := claim(store, worker=str(name), limit=3):
            taken += ids(claimed)
        return taken

    with ThreadPoolExecutor(4) as threads:
        taken = [attempt for part in threads.map(work, range(4)) for attempt in part]
    assert len(taken) == 20
    assert set(taken) == some


def test_a_failed_job_is_seen_and_left_alone(store: Store) -> None:
    attempt, waiting = enqueue(store, make_attempt()), enqueue(store, make_attempt(), when=at(5))
    (job,) = claim(store, limit=1)
    with store.write() as tx:
        jobs.fail(tx, job, "It was tried too often.", at(1))
    assert ids(claim(store, at(LEASE))) == [waiting.id]
    with store.write() as tx:
        (failed,) = jobs.page(tx, failed=True)
        assert (failed.subject, failed.error, failed.failed_at) == (attempt.id, "It was tried too often.", at(1))
        assert ids(jobs.page(tx, failed=False)) == [waiting.id]
        assert jobs.counts(tx) == {"grade": (1, 1, at(5))}
        assert jobs.claim_one(tx, attempt.id, "grade", "two", at(2), LEASE) is None


def test_a_job_delivered_by_name_is_taken_over_from_whoever_had_it(store: Store) -> None:
    attempt = enqueue(store, make_attempt())
    claim(store)
    with store.write() as tx:
        job = jobs.claim_one(tx, attempt.id, "grade", "two", at(1), LEASE)
        assert job
        assert (job.tries, job.lost, job.worker) == (2, 1, "two")
        assert jobs.claim_one(tx, uuid4(), "grade", "two", at(1), LEASE) is None


def test_an_attempt_without_a_job_is_found_until_it_has_one_or_a_grade(store: Store) -> None:
    left, graded = make_attempt(), make_attempt()
    enqueue(store, make_attempt())
    with store.write() as tx:
        for attempt in (left, graded):
            attempts.add(tx, attempt, key=None, fingerprint="")
        attempts.add_grade(tx, graded, GRADER, make_grade("M1"), at(9))
    with store.read() as tx:
        assert jobs.without(tx, 10) == [left.id]
    enqueue(store, left)
    with store.read() as tx:
        assert jobs.without(tx, 10) == []


def test_what_is_older_than_it_is_kept_goes_with_all_that_hangs_on_it(store: Store) -> None:
    old, new = make_session([60]), make_session([60], created_at=at(100))
    with store.write() as tx:
        items.keep(tx, [ITEM])
        for session in (old, new):
            sessions.add(tx, session)
    for session in (old, new):
        attempt = enqueue(store, make_attempt(session_id=session.id))
        with store.write() as tx:
            attempts.add_grade(tx, attempt, GRADER, make_grade("M1"), at(9))
    with store.write() as tx:
        assert retention.forget(tx, at(50), 10) == 1
        assert retention.forget(tx, at(50), 10) == 0
        tables: list[type[SQLModel]] = [SessionRow, SlotRow, AttemptRow, GradeRow, JobRow, ItemRow]
        assert [tx.exec(select(func.count()).select_from(table)).one() for table in tables] == [1] * 6
