"""`viva jobs` and `viva regrade`: what waits, what failed, and grading again."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from service.domain.attempt import Attempt
from service.domain.grade import Grade
from service.domain.job import Job, Priority
from service.errors import Conflict, NotFound
from service.live import about
from service.store import attempts, jobs, notices
from service.store.engine import Tx
from service.wiring import Services

BATCH = 500
CANCELLED = "It was cancelled."


def listed(services: Services, *, failed: bool, limit: int) -> list[Job]:
    """Jobs that have failed, or that wait or run. Raises StoreUnavailable."""
    with services.store.read() as tx:
        return jobs.page(tx, failed=failed, limit=limit)


def retry(services: Services, attempt_id: UUID | None) -> int:
    """Start over with the failed jobs of an attempt, or with all: how many. Raises NotFound, Conflict."""
    with services.store.write() as tx:
        found = jobs.page(tx, failed=True, subject=attempt_id, limit=BATCH)
        if not found and attempt_id is not None:
            if jobs.page(tx, failed=False, subject=attempt_id):
                raise Conflict(f"The job of {attempt_id} has not failed: it waits or runs.")
            raise NotFound(f"There is no job of {attempt_id}.")
        for job in found:
            jobs.finish(tx, job)  # before the attempt is locked, as everywhere
            attempts.reopen(tx, job.subject)
            attempt = attempts.load(tx, job.subject)
            services.jobs.enqueue(tx, attempt, job.work, Priority(job.priority), services.clock())
    return len(found)


def cancel(services: Services, attempt_id: UUID) -> int:
    """End the jobs of an attempt, those that failed too: how many. What a worker does just now comes to nothing."""
    with services.store.write() as tx:
        found = [job for failed in (False, True) for job in jobs.page(tx, failed=failed, subject=attempt_id)]
        if not found:
            raise NotFound(f"There is no job of {attempt_id}.")
        for job in found:
            jobs.finish(tx, job)
            services.handlers[job.work].give_up(tx, job, CANCELLED)
        notices.tell(tx, about(attempt_id))
    return len(found)


def enqueue_regrade(services: Services, attempt_id: UUID) -> bool:
    """Have one attempt graded again, whatever graded it; False where it waits already. Raises Conflict, NotFound."""
    with services.store.write() as tx:
        return services.reviews.enqueue_regrade(tx, attempts.load(tx, attempt_id), services.clock())


def check_regrade(services: Services, attempt_id: UUID) -> None:
    """Raises Conflict and NotFound as `enqueue_regrade`, and changes nothing."""
    with services.store.read() as tx:
        services.reviews.check_regrade(tx, attempts.load(tx, attempt_id))


def foreseen(services: Services, question_id: str | None, since: datetime | None) -> Iterator[int]:
    """How many `enqueue_regrades` would have graded again, after each batch. Nothing is changed."""
    after, count = None, 0
    grader = services.grading.grader.identity
    while True:
        with services.store.read() as tx:
            found = attempts.outdated(tx, grader, question_id, after, BATCH, since=since)
            count += sum(_worth(services, tx, attempt) for attempt in found)
        if not found:
            return
        after = found[-1].id
        yield count


def calls_each(services: Services) -> int:
    """How often a grade asks a language model, as far as the grader says: its attribute `calls`."""
    return int(getattr(services.grading.grader, "calls", 0))


def enqueue_regrades(services: Services, question_id: str | None, since: datetime | None = None) -> Iterator[int]:
    """Have graded again what the present grader, in its present version, has not graded: how many, after each batch.

    Each batch is a transaction of its own. Broken off and called again, it goes on with what is left.
    """
    after, count = None, 0
    while True:
        with services.store.write() as tx:
            found = attempts.outdated(tx, services.grading.grader.identity, question_id, after, BATCH, since=since)
            for attempt in [attempt for attempt in found if _worth(services, tx, attempt)]:
                count += services.jobs.enqueue(tx, attempt, "regrade", Priority.REGRADE, services.clock())
        if not found:
            return
        after = found[-1].id
        yield count


def _worth(services: Services, tx: Tx, attempt: Attempt) -> bool:
    """Not where its organisation has not agreed to the present grader, and the one for that has graded it."""
    grader = services.grading.present(tx, attempt.owner.organisation)
    if grader is services.grading.grader:
        return True
    last = attempts.grades(tx, attempt.id)[-1]
    provisional = isinstance(last.result, Grade) and last.result.provisional is not None
    return provisional or last.grader != grader.identity


def regrades(services: Services) -> tuple[int, int]:
    """Regrades that wait or run, and those that failed."""
    with services.store.read() as tx:
        waiting, failed, _ = jobs.counts(tx).get("regrade", (0, 0, None))
    return waiting, failed
