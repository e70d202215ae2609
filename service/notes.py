"""What a model has said so far, kept beside its job: a few times a second, however fast it writes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from service.domain.job import Job
from service.domain.progress import Progress
from service.errors import StoreUnavailable
from service.live import Live, about
from service.store import jobs, notices
from service.store.engine import Store

log = logging.getLogger(__name__)

PAUSE = 0.35
"""Seconds between two notes."""


@asynccontextmanager
async def taking_notes(store: Store, live: Live, job: Job) -> AsyncIterator[Callable[[Progress], None]]:
    """Yields what is called with all that is known so far. What comes faster than it can be noted is left out."""
    notes = _Notes(store, live, job)
    writer = asyncio.create_task(notes.write())
    try:
        yield notes.tell
    finally:
        notes.end()
        await writer


class _Notes:
    def __init__(self, store: Store, live: Live, job: Job) -> None:
        self.store = store
        self.live = live
        self.job = job
        self._latest: Progress | None = None
        self._news, self._over = asyncio.Event(), asyncio.Event()

    def tell(self, progress: Progress) -> None:
        self._latest = progress
        self._news.set()

    def end(self) -> None:
        self._over.set()
        self._news.set()

    async def write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            if self._over.is_set():
                return
            if self._latest is not None:
                await self._note(self._latest)
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await self._over.wait()

    async def _note(self, progress: Progress) -> None:
        """A note that is lost is no harm: the grade will come."""
        try:
            await asyncio.to_thread(self._keep, progress)
        except StoreUnavailable as error:
            log.warning("a note on the grading is lost: %s", error)
        else:
            self.live.tell(about(self.job.subject))

    def _keep(self, progress: Progress) -> None:
        with self.store.write() as tx:
            jobs.note(tx, self.job, progress)
            notices.tell(tx, about(self.job.subject))
