"""The second half of the walk: a stored answer becomes a stored grade.

    run ── load the attempt ── mark ── assess ── store the grade and end the job, in one transaction

With a grader that takes its time, the keyword grader's grade stands meanwhile (provisional.py).

It starts from rows and can be repeated: whoever ends the job first stores the grade, and any other result is dropped.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from service.bank import Banks
from service.consents import Consents
from service.domain.attempt import Answer, Attempt, Person
from service.domain.grade import Grade, Ungraded, assess, fingerprint
from service.domain.job import Job
from service.domain.rubric import Item
from service.errors import BudgetSpent, GraderUnavailable, NotFound, StoreUnavailable
from service.graders import Grader, Tell, asks, close, longest_seconds
from service.graders.keyword import KeywordGrader
from service.live import Live, about
from service.metrics import Metrics
from service.notes import taking_notes
from service.outbox import Outbox
from service.provisional import Provisional
from service.spending import Spending
from service.store import attempts, items, jobs, notices
from service.store.engine import Store, Tx

log = logging.getLogger(__name__)


class Grading:
    """Grades by one grader, for one store and one bank."""

    def __init__(
        self,
        store: Store,
        banks: Banks,
        grader: Grader,
        consents: Consents,
        *,
        spending: Spending,
        metrics: Metrics,
        live: Live,
        outbox: Outbox,
        clock: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.banks = banks
        self.outbox = outbox
        self.grader = grader
        self.spending = spending
        self.metrics = metrics
        self.live = live
        self.clock = clock
        self.consents = consents
        self.offline: Grader = KeywordGrader()
        """For those who have not agreed to models elsewhere."""
        self._provisional: Provisional | None = None
        """Grades at once; None where the grader does so itself."""
        if longest_seconds(grader) is not None:
            self._provisional = Provisional(store=store, item=self.item, clock=clock)

    async def run(self, job: Job) -> None:
        """Do a job: `grade`, or `regrade`. Raises GraderUnavailable, StoreUnavailable."""
        attempt = await asyncio.to_thread(self._load, job)
        if attempt is None:
            return
        grader = await self._chosen(attempt.owner)
        takes_time = await self.provisionally(attempt.owner, [attempt.id])
        item = await self.item(attempt.item_digest)
        result: Grade | Ungraded | None = await self._equal(job, attempt, grader)
        if result is None:
            async with taking_notes(self.store, self.live, job) as tell:
                result = await self._mark(grader, item, attempt.answer, attempt.owner, tell)
        if takes_time and isinstance(result, Ungraded):  # a model may do better another time, and nobody is held up
            raise GraderUnavailable(result.reason)
        await asyncio.to_thread(self._keep, job, attempt, grader, result)

    async def provisionally(self, person: Person, attempt_ids: Sequence[UUID]) -> bool:
        """See that answers that wait for a grader which takes its time have a grade to show; no harm where not.

        Whether it is such a grader.
        """
        if self._provisional is None or await self._chosen(person) is self.offline:
            return False
        for attempt_id in attempt_ids:
            try:
                if await self._provisional.grade(attempt_id):
                    self.live.tell(about(attempt_id))
            except StoreUnavailable as error:  # the answer is safe, and its job tries again
                log.warning("no provisional grade: %s", error)
        return True

    async def mark(self, item: Item, answer: Answer, person: Person, tell: Tell | None = None) -> Grade | Ungraded:
        """The grade of an answer, stored nowhere. A grader that fails gives no grade, never a zero.

        A grader that can is heard meanwhile, by `tell`. Raises GraderUnavailable where another time it may do better,
        BudgetSpent where `person` may spend no more.
        """
        return await self._mark(await self._chosen(person), item, answer, person, tell)

    def present(self, tx: Tx, organisation: str) -> Grader:
        """Who grades answers of this organisation: the configured grader, where it has agreed to whom that asks."""
        return self.grader if self.consents.may_ask_now(tx, organisation) else self.offline

    async def _chosen(self, person: Person) -> Grader:
        return self.grader if await self.consents.may_ask(person.organisation) else self.offline

    async def _mark(
        self, grader: Grader, item: Item, answer: Answer, person: Person, tell: Tell | None
    ) -> Grade | Ungraded:
        identity, started = grader.identity, time.perf_counter()
        try:
            marking = await self.spending.mark(grader, person, item, answer, tell)
            result = marking if isinstance(marking, Ungraded) else assess(marking, item.rubric, answer, identity)
        except BudgetSpent:  # nobody was asked
            raise
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
        await close(self.grader)

    async def item(self, digest: str) -> Item:
        """The version of a question that an attempt or a session was made with."""
        present = self.banks.by_digest(digest)
        return await asyncio.to_thread(self._stored_item, digest) if present is None else present

    def give_up(self, tx: Tx, job: Job, reason: str) -> None:
        """There will be no grade, or none but the provisional one: so that nobody waits. An earlier grade stands."""
        attempt, none = attempts.load(tx, job.subject), Ungraded(reason=reason)
        if attempt.status != "submitted":
            return
        if not attempts.settle_for_provisional(tx, attempt.id):
            attempts.add_grade(tx, attempt, self.grader.identity, none, self.clock())
        last = attempts.grades(tx, attempt.id)[-1]
        self.outbox.graded(tx, attempt, last.grader, last.result, self.clock())

    async def _equal(self, job: Job, attempt: Attempt, grader: Grader) -> Grade | None:
        """The grade of an equal answer, where there is one. Who grades again asks again."""
        if job.work == "regrade" or (known := _fingerprint(attempt, grader)) is None:
            return None
        grade = await asyncio.to_thread(self._stored_equal, attempt.owner.organisation, known)
        if grade is None:
            return None
        self.metrics.reused.inc()
        return grade.model_copy(update={"reused": True})

    # Blocking parts, for worker threads

    def _stored_equal(self, organisation: str, known: str) -> Grade | None:
        with self.store.read() as tx:
            return attempts.equal(tx, organisation, known)

    def _load(self, job: Job) -> Attempt | None:
        """The attempt; None, and the job ends, where there is nothing to grade any more."""
        with self.store.read() as tx:
            try:
                attempt = attempts.load(tx, job.subject)
            except NotFound:
                attempt = None
            if attempt is not None and _owed(tx, job, attempt):
                return attempt
        with self.store.write() as tx:
            jobs.finish(tx, job)
        return None

    def _stored_item(self, digest: str) -> Item:
        with self.store.read() as tx:
            return items.get(tx, digest)

    def _keep(self, job: Job, attempt: Attempt, grader: Grader, result: Grade | Ungraded) -> None:
        """Store the result, unless the job has ended meanwhile. A regrade without a grade leaves the earlier one."""
        with self.store.write() as tx:
            if job.work == "regrade" and isinstance(result, Ungraded):
                jobs.fail(tx, job, result.reason, self.clock())
            elif jobs.finish(tx, job):
                again, now = job.work == "regrade", self.clock()
                known, name = _fingerprint(attempt, grader), grader.identity
                if attempts.add_grade(tx, attempt, name, result, now, again=again, fingerprint=known):
                    self.outbox.graded(tx, attempt, name, result, now)
                notices.tell(tx, about(attempt.id))


def _fingerprint(attempt: Attempt, grader: Grader) -> str | None:
    """None for graders that cost nothing to ask again."""
    return fingerprint(attempt.item_digest, attempt.answer, grader.identity) if asks(grader) else None


def _owed(tx: Tx, job: Job, attempt: Attempt) -> bool:
    """Whether a grade is still wanted, and possible. One by a person ends that: who waits for a grade has none."""
    if job.work == "regrade":
        return attempt.removed_at is None and not attempts.by_person(tx, attempt.id)
    return attempt.status == "submitted"
