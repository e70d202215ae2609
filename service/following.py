"""Who waits for a grade: until it is there, or from one piece of news to the next."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

from service.domain.attempt import Person, Standing
from service.domain.progress import Course
from service.live import Live, about
from service.store import attempts, jobs
from service.store.engine import Store

LOOK_SECONDS = 5.0
"""Who follows a grade looks this often, whether or not there was news: news can be lost."""

_Seen = TypeVar("_Seen")


class Following:
    """What one store has to tell. All raise NotFound, also for another's attempt."""

    def __init__(self, store: Store, live: Live) -> None:
        self.store = store
        self.live = live

    async def graded(self, person: Person, attempt_ids: Sequence[UUID], seconds: float) -> None:
        """Until all of these have been graded, or given up; for `seconds` at most."""
        end = time.monotonic() + seconds
        for attempt_id in attempt_ids:
            await self.until_over(person, attempt_id, end - time.monotonic())

    async def until_over(self, person: Person, attempt_id: UUID, seconds: float) -> Standing:
        """How the grading stands once it is over, or after `seconds`."""
        read = partial(self._standing, person, attempt_id)
        return await self._until(attempt_id, read, lambda standing: standing.status != "submitted", seconds)

    async def course(self, person: Person, attempt_id: UUID, seconds: float, seen: Course | None = None) -> Course:
        """How the grading goes once that is other than `seen`, or after `seconds`."""
        read = partial(self._course, person, attempt_id)
        return await self._until(attempt_id, read, lambda course: course != seen, seconds)

    async def _until(
        self, attempt_id: UUID, read: Callable[[], _Seen], enough: Callable[[_Seen], bool], seconds: float
    ) -> _Seen:
        end = time.monotonic() + seconds
        with self.live.follow(about(attempt_id)) as news:  # first: what comes while we read is news already
            while True:
                seen = await asyncio.to_thread(read)
                left = end - time.monotonic()
                if enough(seen) or left <= 0 or self.live.closed:
                    return seen
                await news.wait(min(left, LOOK_SECONDS))

    # Blocking parts, for worker threads

    def _standing(self, person: Person, attempt_id: UUID) -> Standing:
        with self.store.read() as tx:
            return attempts.standing(tx, person, attempt_id)

    def _course(self, person: Person, attempt_id: UUID) -> Course:
        with self.store.read() as tx:
            standing = attempts.standing(tx, person, attempt_id)
            if standing.status != "submitted":
                return Course(standing=standing)
            progress, setback = jobs.course(tx, attempt_id)
            return Course(standing=standing, progress=progress, setback=setback)
