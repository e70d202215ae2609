"""Jobs by way of procrastinate, on Postgres: any number of worker processes on any number of machines.

procrastinate delivers; how a job stands is in its row, as with the embedded engine. So the same commands show, retry
and cancel it, tries are counted when it is claimed, and switching engines loses nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, JobDeferrer
from psycopg.errors import RaiseException

from service.domain.job import WORKS, Priority, Queue, Subject, Work
from service.errors import ConfigError, StoreUnavailable
from service.jobs.room import Room
from service.jobs.runner import Runner
from service.jobs.supervise import supervise
from service.store import jobs, postgres
from service.store.engine import Tx

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""A job that was put off is found within this time; a new one is told of at once."""
AGAIN = 2.0
"""Seconds until a job is delivered again whose claim failed."""
STOP_SECONDS = 3.0
"""A worker that stops gives its jobs this time to end, then gives them back."""
TASK = "work"
"""The one task that procrastinate knows: take the job of this subject and work."""

INSTALLED = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS installed"
UNDELIVERED = """
SELECT attempt_id AS subject, work, priority FROM job WHERE failed_at IS NULL AND NOT EXISTS (
    SELECT FROM procrastinate_jobs
    WHERE queueing_lock = job.work || ':' || job.attempt_id AND status IN ('todo', 'doing')
) ORDER BY priority, created_at LIMIT 1000
"""


FORGET = "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(%s)"


class Again(Exception):
    """The job is to be delivered once more, in `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(seconds)


class _Always(BaseRetryStrategy):
    """We count tries ourselves and end a job in its row: procrastinate delivers again whatever has not ended."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        seconds = exception.seconds if isinstance(exception, Again) else AGAIN
        return RetryDecision(retry_in={"milliseconds": round(1000 * seconds)})


class ProcrastinateJobs:
    """Raises ConfigError where the database is not Postgres."""

    def __init__(self, runner: Runner) -> None:
        if runner.store.is_sqlite:
            raise ConfigError("VIVA_JOBS=procrastinate needs Postgres: set VIVA_DATABASE_URL.")
        self.runner = runner
        self._dead = runner.limits.lease / 4
        """Seconds without a sign of life after which a worker counts as dead."""
        self._room = Room()
        self._dsn = postgres.dsn(runner.store.direct_url)
        # Never opened: what it defers goes over the caller's connection, in the caller's transaction.
        self._deferrer = App(connector=SyncPsycopgConnector(conninfo=self._dsn))

    def check(self) -> None:
        with _our_errors(), App(connector=SyncPsycopgConnector(conninfo=self._dsn)).open() as app:
            if not app.connector.get_sync_connector().execute_query_one(query=INSTALLED)["installed"]:
                raise ConfigError("procrastinate has no tables in this database: run viva migrate.")

    def install(self) -> None:
        with _our_errors(), App(connector=SyncPsycopgConnector(conninfo=self._dsn)).open() as app:
            if not app.connector.get_sync_connector().execute_query_one(query=INSTALLED)["installed"]:
                app.schema_manager.apply_schema()

    def enqueue(self, tx: Tx, subject: Subject, work: Work, priority: Priority, now: datetime) -> bool:
        added = jobs.add(tx, subject, work, priority, now)
        if added:
            connection = tx.connection().connection.driver_connection
            _task(self._deferrer, subject.id, work, priority, connection=connection).defer(
                subject=str(subject.id), work=work
            )
        return added

    def forget(self, tx: Tx, subjects: Sequence[UUID]) -> None:
        """What is being delivered ends by itself: it finds no row, and procrastinate deletes what has ended well."""
        locks = [f"{work}:{subject}" for subject in subjects for work in chain.from_iterable(WORKS.values())]
        if tx.connection().exec_driver_sql(INSTALLED).scalar():
            tx.connection().exec_driver_sql(FORGET, (locks,))

    async def work(self, queues: Sequence[Queue], concurrency: int) -> None:
        app = App(connector=PsycopgConnector(conninfo=self._dsn, min_size=1, max_size=4))
        app.task(name=TASK, retry=_Always())(self._work)
        async with app.open_async(), asyncio.TaskGroup() as loops:
            loops.create_task(supervise("the reaper", lambda: _translated(self._reap(app))))
            loops.create_task(supervise("delivery", lambda: _translated(self._deliver_what_is_not(app))))
            loops.create_task(supervise("the worker", lambda: _translated(self._run(app, queues, concurrency))))

    async def _run(self, app: App, queues: Sequence[Queue], concurrency: int) -> None:
        await app.run_worker_async(
            queues=list(queues),
            concurrency=concurrency,
            install_signal_handlers=False,
            fetch_job_polling_interval=LOOK_SECONDS,
            update_heartbeat_interval=self._dead / 3,
            stalled_worker_timeout=self._dead,
            shutdown_graceful_timeout=min(STOP_SECONDS, self._dead / 2),  # it gives no sign of life meanwhile
            delete_jobs="successful",
        )

    async def _reap(self, app: App) -> None:
        """Deliver again what dead workers had. As a job of its own, as procrastinate has it, this could get stuck."""
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._dead):
            try:
                await app.job_manager.retry_job(job)
            except ConnectorException as error:
                if not isinstance(error.__cause__, RaiseException):  # another worker was faster
                    raise
            else:
                log.warning("a worker is gone, its job is delivered again", extra={"job": job.queueing_lock})
        await asyncio.sleep(self._dead)

    async def _deliver_what_is_not(self, app: App) -> None:
        """Jobs that procrastinate does not know: enqueued by the other engine, or moved here from another database."""
        for row in await app.connector.execute_query_all_async(query=UNDELIVERED):
            with suppress(AlreadyEnqueued):
                task = _task(app, row["subject"], row["work"], row["priority"])
                await task.defer_async(subject=str(row["subject"]), work=row["work"])
        await asyncio.sleep(self._dead)

    async def _work(self, subject: str, work: Work) -> None:
        alone = await self.runner.suspected(UUID(subject), work)
        async with self._room.alone() if alone else self._room.beside_others():
            job = await self.runner.claim_one(UUID(subject), work)
            if job and (delay := await self.runner.run(job)) is not None:
                raise Again(delay)


def _task(app: App, subject: UUID, work: Work, priority: int, connection: Any = None) -> JobDeferrer:
    queue = next(queue for queue, works in WORKS.items() if work in works)
    lock = f"{work}:{subject}"
    return app.configure_task(TASK, queue=queue, priority=-priority, queueing_lock=lock, connection=connection)


async def _translated(loop: Awaitable[None]) -> None:
    with _our_errors():
        await loop


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except ConnectorException as error:
        raise StoreUnavailable(f"procrastinate cannot use the database: {error.__cause__ or error}") from error
