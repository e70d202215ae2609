"""The second half of the walk: a stored answer becomes a stored grade.

    run ── load the attempt ── mark ── assess ── store the grade and end the job, in one transaction

It starts from rows and can be repeated: whoever ends the job first stores the grade, and any other result is dropped.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime

from service.bank import Bank
from service.domain.attempt import Answer, Attempt
from service.domain.grade import Grade, Ungraded, assess
from service.domain.job import Job
from service.domain.rubric import Item
from service.errors import GraderUnavailable, NotFound
from service.graders import Grader
from service.live import about
from service.metrics import Metrics
from service.store import attempts, items, jobs, notices
from service.store.engine import Store, Tx

log = logging.getLogger(__name__)


class Grading:
    """Grades by one grader, for one store and one bank."""

    def __init__(
        self, *, store: Store, bank: Bank, grader: Grader, metrics: Metrics, clock: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.bank = bank
        self.grader = grader
        self.metrics = metrics
        self.clock = clock

    async def run(self, job: Job) -> None:
        """Do a job: `grade`, or `regrade`. Raises GraderUnavailable, StoreUnavailable."""
        attempt = await asyncio.to_thread(self._load, job)
        if attempt is None:
            return
        item = await self.item(attempt.item_digest)
        result = await self.mark(item, attempt.answer)
        await asyncio.to_thread(self._keep, job, attempt, result)

    async def mark(self, item: Item, answer: Answer) -> Grade | Ungraded:
        """The grade of an answer, stored nowhere. A grader that fails gives no grade, never a zero.

        Raises GraderUnavailable where another time it may do better.
        """
        identity, started = self.grader.identity, time.perf_counter()
        try:
            marking = await self.grader.mark(item, answer)
            result = marking if isinstance(marking, Ungraded) else assess(marking, item.rubric, answer, identity)
        except GraderUnavailable:
            self.metrics.grader_unavailable.labels(identity.name).inc()
            raise
        except Exception as error:  # the boundary to graders that others write
            log.exception("grader failed", extra={"grader": identity.name, "question": item.id})
            result = Ungraded(reason=f"The grader {identity.name} failed ({type(error).__name__}).")
        self.metrics.grade_seconds.labels(identity.name).observe(time.perf_counter() - started)
        outcome = "ungraded" if isinstance(result, Ungraded) else "graded"
        self.metrics.grades.labels(identity.name, outcome).inc()
        return result

    async def close(self) -> None:
        """Ends what the grader has open."""
        if close := getattr(self.grader, "aclose", None):
            await close()

    async def item(self, digest: str) -> Item:
        """The version of a question that an attempt or a session was made with."""
        present = self.bank.by_digest(digest)
        return await asyncio.to_thread(self._stored_item, digest) if present is None else present

    def give_up(self, tx: Tx, job: Job, reason: str) -> None:
        """There will be no grade: say so, so that nobody waits. An earlier grade stands."""
        attempt = attempts.load(tx, job.attempt_id)
        if attempt.status == "submitted":
            attempts.add_grade(tx, attempt, self.grader.identity, Ungraded(reason=reason), self.clock())

    # Blocking parts, for worker threads

    def _load(self, job: Job) -> Attempt | None:
        """The attempt; None, and the job ends, where there is nothing to grade any more."""
        with self.store.read() as tx:
            try:
                attempt = attempts.load(tx, job.attempt_id)
            except NotFound:
                attempt = None
            over = attempt is None or attempts.by_person(tx, attempt.id)
        if attempt is not None and not over and (job.work == "regrade" or attempt.status == "submitted"):
            return attempt
        with self.store.write() as tx:
            jobs.finish(tx, job)
        return None

    def _stored_item(self, digest: str) -> Item:
        with self.store.read() as tx:
            return items.get(tx, digest)

    def _keep(self, job: Job, attempt: Attempt, result: Grade | Ungraded) -> None:
        """Store the result, unless the job has ended meanwhile. A regrade without a grade leaves the earlier one."""
        with self.store.write() as tx:
            if job.work == "regrade" and isinstance(result, Ungraded):
                jobs.fail(tx, job, result.reason, self.clock())
            elif jobs.finish(tx, job):
                again = job.work == "regrade"
                attempts.add_grade(tx, attempt, self.grader.identity, result, self.clock(), again=again)
                notices.tell(tx, about(attempt.id))
