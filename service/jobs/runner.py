"""The part of a worker that both engines share: claim a job, do it, and say when it is to be tried again."""

import asyncio
import logging
import os
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from service import logs
from service.domain.job import Job, Work, backoff
from service.errors import BudgetSpent, DeliveryFailed, GraderUnavailable, StoreUnavailable
from service.jobs import Handlers
from service.live import Live, about
from service.metrics import Metrics
from service.store import jobs, notices
from service.store.engine import Store, Tx
from service.tracing import Attributes, Tracer

log = logging.getLogger(__name__)

LOST = 5
"""Workers that may die over a job, one after the other, before it is given up: it may be what kills them."""

HOLD_SECONDS = 1.0


@dataclass(frozen=True)
class Limits:
    """`lease`: seconds, more than a job takes. `tries`: claims before it is given up. `retry`: seconds to a second."""

    lease: float
    tries: int
    retry: float


class Runner:
    """One worker. Its name is its own: no other process releases what it holds."""

    def __init__(
        self,
        *,
        store: Store,
        live: Live,
        metrics: Metrics,
        clock: Callable[[], datetime],
        handlers: Handlers,
        limits: Limits,
        tracer: Tracer | None = None,
    ) -> None:
        self.store = store
        self.tracer = tracer or Tracer()
        self.live = live
        self.metrics = metrics
        self.clock = clock
        self.handlers = handlers
        self.limits = limits
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"

    async def claim(self, works: Sequence[Work], limit: int, *, idle: bool) -> list[Job]:
        """Up to `limit` jobs that are due, each counted as tried. Raises StoreUnavailable.

        A suspect comes by itself, and only where this worker is `idle`.
        """
        return await self._claimed(lambda: self._claim(works, limit, idle))

    async def claim_one(self, subject: UUID, work: Work) -> Job | None:
        """The job that an engine delivers; None where there is nothing left to do. Raises StoreUnavailable."""
        claimed = await self._claimed(lambda: self._claim_one(subject, work))
        return claimed[0] if claimed else None

    async def suspected(self, subject: UUID, work: Work) -> bool:
        """Whether a job is to be claimed and done while this process does nothing else. Raises StoreUnavailable."""
        return await asyncio.to_thread(self._suspected, subject, work)

    async def inherit(self, works: Sequence[Work]) -> None:
        """Take over at once what a process before this one held. On Postgres it may live: there its lease has to end.

        Raises StoreUnavailable.
        """
        if self.store.is_sqlite:  # nobody else uses it
            await asyncio.to_thread(self._end_leases, works)

    async def run(self, job: Job) -> float | None:
        """Do a claimed job. Returns the seconds after which it is to be tried again; None when it has ended."""
        logs.job_id.set(str(job))
        try:
            with self.tracer.span("job", job.work, job.trace) as span:
                again = await self._attempt(job)
                about_it: Attributes = {"viva.subject": str(job.subject), "viva.tries": job.tries}
                span.describe(job.work, about_it, failed=again is not None)
                return again
        except asyncio.CancelledError:
            await asyncio.to_thread(self._release, job)
            raise

    async def _claimed(self, claim: Callable[[], list[Job]]) -> list[Job]:
        """What `claim` gives. Who is cancelled meanwhile gives it back: the thread has its way all the same."""
        claiming = asyncio.ensure_future(asyncio.to_thread(claim))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await asyncio.wait([claiming])
            for job in [] if claiming.exception() else claiming.result():
                await asyncio.to_thread(self._release, job)
            raise

    async def _attempt(self, job: Job) -> float | None:
        try:
            await self.handlers[job.work].run(job)
        except BudgetSpent as error:  # it was not tried
            return await self._later(job, str(error), error.retry_after, counted=False)
        except (GraderUnavailable, DeliveryFailed) as error:
            return await self._later(job, str(error), error.retry_after)
        except StoreUnavailable as error:
            return await self._later(job, str(error))
        except Exception as error:  # the worker's boundary: one job that fails must not stop the others
            log.exception("job failed")
            return await self._later(job, f"It failed ({type(error).__name__}).")
        self.metrics.jobs.labels(job.work, "done").inc()
        self.live.tell(about(job.subject))
        return None

    async def _later(self, job: Job, reason: str, asked: float | None = None, *, counted: bool = True) -> float | None:
        if counted and job.tries >= self.limits.tries:
            await self._record(self._give_up, job, reason)
            self.live.tell(about(job.subject))
            return None
        delay = backoff(self.limits.retry, job.tries, random.random(), asked)  # noqa: S311  (spread, not a secret)
        log.warning("job postponed", extra={"seconds": round(delay, 1), "reason": reason, "tries": job.tries})
        self.metrics.jobs.labels(job.work, "postponed").inc()
        await self._record(self._postpone, job, delay, reason, counted)
        self.live.tell(about(job.subject))
        return delay

    async def _record(self, change: Callable[..., None], *details: Any) -> None:
        """Write what came of a job; while the database is away the job is held, as there is nothing better to do."""
        while True:
            try:
                await asyncio.to_thread(change, *details)
            except StoreUnavailable as error:
                log.warning("job is held until the database is back: %s", error)
                await asyncio.sleep(HOLD_SECONDS)
            else:
                return

    # Blocking parts, for worker threads

    def _claim(self, works: Sequence[Work], limit: int, idle: bool) -> list[Job]:
        now = self.clock()
        with self.store.read() as tx:  # most looks find nothing: they need not wait for a writer
            if not jobs.due(tx, works, now):
                return []
        with self.store.write() as tx:
            claimed = jobs.claim(tx, works, self.name, now, self.limits.lease, limit, idle=idle)
            return [job for job in claimed if not self._exhausted(tx, job)]

    def _end_leases(self, works: Sequence[Work]) -> None:
        with self.store.write() as tx:
            jobs.end_leases(tx, works, self.clock())

    def _suspected(self, subject: UUID, work: Work) -> bool:
        with self.store.read() as tx:
            return jobs.suspected(tx, subject, work)

    def _claim_one(self, subject: UUID, work: Work) -> list[Job]:
        with self.store.write() as tx:
            job = jobs.claim_one(tx, subject, work, self.name, self.clock(), self.limits.lease)
            return [] if job is None or self._exhausted(tx, job) else [job]

    def _exhausted(self, tx: Tx, job: Job) -> bool:
        """Give up, in the claim itself, what has killed too many workers: it must not come back for ever."""
        if job.lost < LOST and job.tries <= self.limits.tries:
            return False
        reason = f"{job.lost} workers ended while they worked on it." if job.lost >= LOST else "It was tried too often."
        self._fail(tx, job, reason)
        return True

    def _give_up(self, job: Job, reason: str) -> None:
        with self.store.write() as tx:
            if jobs.holds(tx, job):  # another may have it by now, and more luck
                self._fail(tx, job, reason)

    def _fail(self, tx: Tx, job: Job, reason: str) -> None:
        log.error("job given up", extra={"job": str(job), "reason": reason, "tries": job.tries})
        self.metrics.jobs.labels(job.work, "failed").inc()
        jobs.fail(tx, job, reason, self.clock())
        self.handlers[job.work].give_up(tx, job, reason)
        notices.tell(tx, about(job.subject))

    def _postpone(self, job: Job, delay: float, reason: str, counted: bool) -> None:
        with self.store.write() as tx:
            jobs.postpone(tx, job, self.clock() + timedelta(seconds=delay), reason, counted=counted)
            notices.tell(tx, about(job.subject))

    def _release(self, job: Job) -> None:
        try:
            with self.store.write() as tx:
                jobs.release(tx, job)
        except StoreUnavailable as error:
            log.warning("job is left to its lease: %s", error)
