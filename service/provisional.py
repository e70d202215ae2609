"""A grade at once, from the keyword grader, for an answer whose own grader takes its time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from service.domain.attempt import Attempt
from service.domain.grade import Grade, assess
from service.domain.rubric import Item
from service.errors import NotFound
from service.graders.keyword import KeywordGrader
from service.live import about
from service.store import attempts, notices
from service.store.engine import Store

WAITING = "The language model has not graded this yet."


class Provisional:
    """`item` gives the version of a question by its digest."""

    def __init__(self, *, store: Store, item: Callable[[str], Awaitable[Item]], clock: Callable[[], datetime]) -> None:
        self.store = store
        self.item = item
        self.clock = clock
        self.grader = KeywordGrader()

    async def grade(self, attempt_id: UUID) -> bool:
        """See that an attempt that waits has something to show: whether this made it. Raises StoreUnavailable."""
        attempt = await asyncio.to_thread(self._load, attempt_id)
        if attempt is None:
            return False
        item = await self.item(attempt.item_digest)
        marking = await self.grader.mark(item, attempt.answer)
        grade = assess(marking, item.rubric, attempt.answer, self.grader.identity)
        return await asyncio.to_thread(self._keep, attempt_id, grade.model_copy(update={"provisional": WAITING}))

    # Blocking parts, for worker threads

    def _load(self, attempt_id: UUID) -> Attempt | None:
        with self.store.read() as tx:
            try:
                return attempts.load(tx, attempt_id) if attempts.waits_without_grade(tx, attempt_id) else None
            except NotFound:
                return None

    def _keep(self, attempt_id: UUID, grade: Grade) -> bool:
        with suppress(NotFound), self.store.write() as tx:  # its owner may have been erased meanwhile
            kept = attempts.add_provisional(tx, attempt_id, grade, self.clock())
            if kept:
                notices.tell(tx, about(attempt_id))
            return kept
        return False
