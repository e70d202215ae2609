"""Jobs in the process that serves: nothing else to install or to run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from service.errors import StoreUnavailable

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


class EmbeddedJobs:
    """Grades what waits: at start what a crash has left, later what a request could not finish."""

    def __init__(self, pending: Callable[[], list[UUID]], handler: Callable[[UUID], Awaitable[None]]) -> None:
        self._pending = pending
        self._handler = handler

    async def sweep(self) -> int:
        """Handle all that waits now; returns how many. Raises StoreUnavailable."""
        waiting = await asyncio.to_thread(self._pending)
        for attempt_id in waiting:
            try:
                await self._handler(attempt_id)
            except StoreUnavailable:
                raise
            except Exception:  # the worker's boundary: one attempt that cannot be handled must not stop the others
                log.exception("attempt %s cannot be graded", attempt_id)
        return len(waiting)

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            try:
                await self.sweep()
            except StoreUnavailable as error:
                log.warning("grading waits for the database: %s", error)
            await asyncio.sleep(LOOK_SECONDS)
