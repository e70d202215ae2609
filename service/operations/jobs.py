"""`viva jobs` and `viva regrade`: what waits, what failed, and grading again."""

from collections.abc import Iterator
from uuid import UUID

from service.domain.job import Job, Priority
from service.errors import Conflict, NotFound
from service.live import about
from service.store import attempts, jobs, notices
from service.wiring import Services

BATCH = 500
CANCELLED = "Grading was cancelled."


def listed(services: Services, *, failed: bool, limit: int) -> list[Job]:
    """Jobs that have failed, or that wait or run. Raises StoreUnavailable."""
    with services.store.read() as tx:
        return jobs.page(tx, failed=failed, limit=limit)


def retry(services: Services, attempt_id: UUID | None) -> int:
    """Start over with the failed jobs of an attempt, or with all: how many. Raises NotFound, Conflict."""
    with services.store.write() as tx:
        found = jobs.page(tx, failed=True, attempt_id=attempt_id, limit=BATCH)
        if not found and attempt_id is not None:
            if jobs.page(tx, failed=False, attempt_id=attempt_id):
                raise Conflict(f"The job of {attempt_id} has not failed: it waits or runs.")
            raise NotFound(f"There is no job of {attempt_id}.")
        for job in found:
            attempts.reopen(tx, job.attempt_id)
            jobs.finish(tx, job)
            attempt = attempts.load(tx, job.attempt_id)
            services.jobs.enqueue(tx, attempt, job.work, Priority(job.priority), services.clock())
    return len(found)


def cancel(services: Services, attempt_id: UUID) -> int:
    """End the jobs of an attempt, those that failed too: how many. What a worker does just now comes to nothing."""
    with services.store.write() as tx:
        found = [job for failed in (False, True) for job in jobs.page(tx, failed=failed, attempt_id=attempt_id)]
        if not found:
            raise NotFound(f"There is no job of {attempt_id}.")
        for job in found:
            services.grading.give_up(tx, job, CANCELLED)
            jobs.finish(tx, job)
        notices.tell(tx, about(attempt_id))
    return len(found)


def enqueue_regrades(services: Services, question_id: str | None) -> Iterator[int]:
    """Have graded again what the present grader, in its present version, has not graded: how many, after each batch.

    Each batch is a transaction of its own. Broken off and called again, it goes on with what is left.
    """
    after, count = None, 0
    while True:
        with services.store.write() as tx:
            found = attempts.outdated(tx, services.grading.grader.identity, question_id, after, BATCH)
            for attempt in found:
                count += services.jobs.enqueue(tx, attempt, "regrade", Priority.REGRADE, services.clock())
        if not found:
            return
        after = found[-1].id
        yield count


def regrades(services: Services) -> tuple[int, int]:
    """Regrades that wait or run, and those that failed."""
    with services.store.read() as tx:
        waiting, failed, _ = jobs.counts(tx).get("regrade", (0, 0, None))
    return waiting, failed
