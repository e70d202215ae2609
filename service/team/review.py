"""What people do to grades: override them, dispute them, look at what machines doubt, have them done again.

A person's grade is a row as any other, with the highest number. It always wins because no machine's grade is added
after it: its transaction ends the jobs, and `attempts.add_grade` drops whatever a machine brings later.
In each transaction here jobs come before the attempt's lock, as they do for workers: two never wait for each other.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from service.domain import Value
from service.domain.attempt import Attempt, Person
from service.domain.job import Priority, Work
from service.domain.review import PERSON, Cause, Changes, Review, ReviewKind, disputed, note, overridden
from service.domain.rubric import Item
from service.errors import Conflict, GradeMismatch, NotFound
from service.grading import Grading
from service.jobs import Jobs
from service.live import JOBS, Live, about
from service.outbox import Outbox
from service.store import attempts, audit, jobs, notices, reviews
from service.store.attempts import Kept
from service.store.engine import Store, Tx

GRADES: tuple[Work, ...] = ("grade", "regrade")
PERSONS = "A person has graded this; that grade stands."


class Reviewed(Value):
    """An attempt with every grade it has got, and what people said to them."""

    attempt: Attempt
    item: Item
    """The version that the attempt was made with."""
    grades: tuple[Kept, ...]
    reviews: tuple[Review, ...]


class Reviews:
    """For reviewers, within their organisation; and for candidates, who may disagree."""

    def __init__(self, *, store: Store, grading: Grading, jobs: Jobs, live: Live, outbox: Outbox) -> None:
        self.store = store
        self.outbox = outbox
        self.grading = grading
        self.jobs = jobs
        self.live = live

    async def grades(self, reviewer: Person, attempt_id: UUID) -> Reviewed:
        """Raises NotFound."""

        def look(tx: Tx) -> tuple[Attempt, list[Kept], list[Review]]:
            attempt = _attempt(tx, reviewer, attempt_id)
            return attempt, attempts.grades(tx, attempt_id), reviews.of_attempt(tx, attempt_id)

        attempt, grades, said = await asyncio.to_thread(self.store.look, look)
        item = await self.grading.item(attempt.item_digest)
        return Reviewed(attempt=attempt, item=item, grades=tuple(grades), reviews=tuple(said))

    async def override(
        self, reviewer: Person, attempt_id: UUID, changes: Changes, based_on: int, now: datetime
    ) -> Reviewed:
        """Add a person's grade: the one of number `based_on` (0: none yet) with `changes`.

        Raises Conflict (the answer was removed), GradeMismatch where another has been added meanwhile, Invalid,
        NotFound.
        """
        item = (await self.grades(reviewer, attempt_id)).item

        def change(tx: Tx) -> None:
            jobs.end(tx, attempt_id, GRADES)
            attempt = attempts.load(tx, attempt_id, lock=True)
            attempt.check_kept()
            kept = attempts.grades(tx, attempt_id)
            current = kept[-1].number if kept else 0
            if current != based_on:
                raise GradeMismatch(current)
            grade = overridden(kept[-1].result if kept else None, changes, item.rubric, attempt.answer)
            attempts.add_grade(tx, attempt, PERSON, grade, now, person=reviewer.id)
            reviews.answer(tx, attempt_id, changes.replies, changes.note, reviewer.id, now)
            self.outbox.graded(tx, attempt, PERSON, grade, now)
            audit.add(tx, reviewer, "override", now, attempt_id)
            notices.tell(tx, about(attempt_id))

        await asyncio.to_thread(self.store.change, change)
        self.live.tell(about(attempt_id))
        return await self.grades(reviewer, attempt_id)

    async def dispute(self, person: Person, attempt_id: UUID, point: str, text: str, now: datetime) -> Review:
        """A candidate disagrees about a key point or a mistake. Raises Conflict, Invalid, NotFound, TooLarge."""
        said = note(text)

        def change(tx: Tx) -> Review:
            attempts.standing(tx, person, attempt_id)  # or it is not theirs
            attempt = attempts.load(tx, attempt_id, lock=True)
            if attempt.status == "submitted":
                raise Conflict("The answer is still being graded.")
            attempt.check_kept()
            _, result = attempts.get(tx, person, attempt_id)
            disputed(result, point, reviews.of_attempt(tx, attempt_id))
            opened = reviews.add_dispute(tx, attempt, attempts.last_number(tx, attempt_id), point, said, now)
            self.outbox.disputed(tx, attempt, opened, now)
            return opened

        return await asyncio.to_thread(self.store.change, change)

    async def queue(
        self,
        reviewer: Person,
        after: UUID | None,
        limit: int,
        *,
        closed: bool = False,
        kind: ReviewKind | None = None,
        cause: Cause | None = None,
        question_id: str | None = None,
    ) -> Sequence[Review]:
        """What waits for a person, the oldest first; or what was `closed`, the last one first."""

        def look(tx: Tx) -> list[Review]:
            wanted = partial(reviews.page, closed=closed, kind=kind, cause=cause, question_id=question_id)
            return wanted(tx, reviewer.organisation, after, limit)

        return await asyncio.to_thread(self.store.look, look)

    async def close(self, reviewer: Person, review_id: UUID, reply: str, now: datetime) -> Review:
        """The grade stands as it is, and `reply` says why. Raises Conflict (closed before), NotFound."""
        said = note(reply)

        def change(tx: Tx) -> Review:
            closed = reviews.close(tx, reviewer.organisation, review_id, said, reviewer.id, now)
            if closed is None:
                raise Conflict("Somebody has closed it already.")
            return closed

        return await asyncio.to_thread(self.store.change, change)

    async def regrade(self, reviewer: Person, attempt_id: UUID, now: datetime) -> bool:
        """Have it graded again; False where it waits for that already. Raises Conflict, NotFound."""

        def change(tx: Tx) -> bool:
            return self.enqueue_regrade(tx, _attempt(tx, reviewer, attempt_id), now)

        added = await asyncio.to_thread(self.store.change, change)
        self.live.tell(JOBS)
        return added

    def check_regrade(self, tx: Tx, attempt: Attempt) -> None:
        """Raises Conflict where there is no grade yet, or a person's, or no answer any more."""
        attempt.check_kept()
        if attempt.status == "submitted":
            raise Conflict("The answer is still being graded.")
        if attempts.by_person(tx, attempt.id):
            raise Conflict(PERSONS)

    def enqueue_regrade(self, tx: Tx, attempt: Attempt, now: datetime) -> bool:
        """One that failed starts over. Raises Conflict as `check_regrade`."""
        self.check_regrade(tx, attempt)
        for job in jobs.page(tx, failed=True, subject=attempt.id):
            jobs.finish(tx, job)
        return self.jobs.enqueue(tx, attempt, "regrade", Priority.REGRADE, now)


def _attempt(tx: Tx, reviewer: Person, attempt_id: UUID) -> Attempt:
    """Raises NotFound, also for another organisation's attempt."""
    attempt = attempts.load(tx, attempt_id)
    if attempt.owner.organisation != reviewer.organisation:
        raise NotFound("There is no such attempt.")
    return attempt
