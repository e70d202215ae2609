"""Jobs in this process, on SQLite or Postgres: nothing else to install or to run."""

import asyncio
import logging
import random
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from service.domain.job import WORKS, Job, Priority, Queue, Subject, Work
from service.errors import StoreUnavailable
from service.jobs.runner import Runner
from service.live import JOBS
from service.store import jobs, notices
from service.store.engine import Tx

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""A job that was put off, or whose lease has ended, is found within this time; a new one is told of at once."""


class EmbeddedJobs:
    """Claims jobs by their rows, each with a lease."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    def check(self) -> None:
        pass

    def install(self) -> None:
        pass

    def enqueue(self, tx: Tx, subject: Subject, work: Work, priority: Priority, now: datetime) -> bool:
        added = jobs.add(tx, subject, work, priority, now)
        if added:
            notices.tell(tx, JOBS)
        return added

    def forget(self, tx: Tx, subjects: Sequence[UUID]) -> None:
        pass

    async def work(self, queues: Sequence[Queue], concurrency: int) -> None:
        works = list(chain.from_iterable(WORKS[queue] for queue in queues))
        running: dict[asyncio.Task[float | None], Job] = {}
        await self.runner.inherit(works)
        with self.runner.live.follow(JOBS) as news:

            def ended(task: asyncio.Task[float | None]) -> None:
                del running[task]
                news.tell()

            try:
                while True:
                    alone = any(job.lost >= jobs.SUSPECT for job in running.values())
                    free = 0 if alone else concurrency - len(running)
                    claimed = await self._claim(works, free, idle=not running) if free else []
                    for job in claimed:
                        task = asyncio.create_task(self.runner.run(job))
                        running[task] = job
                        task.add_done_callback(ended)
                    if not claimed:
                        await news.wait(LOOK_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)

    async def _claim(self, works: Sequence[Work], limit: int, *, idle: bool) -> list[Job]:
        """Nothing while the database is away: what runs already goes on."""
        try:
            return await self.runner.claim(works, limit, idle=idle)
        except StoreUnavailable as error:
            log.warning("jobs wait for the database: %s", error)
            return []
