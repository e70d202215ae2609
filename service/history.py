"""What has been: attempts with their grades, reports, progress."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from service.domain import Value
from service.domain.attempt import Attempt, Person
from service.domain.grade import Grade, Ungraded
from service.domain.report import Progress, Report, progress, report
from service.domain.review import Review
from service.domain.rubric import Item
from service.domain.session import PracticeSession
from service.practice import Practice
from service.store import attempts, jobs, reviews, scores, sessions
from service.store.attempts import Graded

PROGRESS_ANSWERS = 200


class Previous(Value):
    """The try before, on the same question."""

    attempt_id: UUID
    overall: float


class AttemptView(Value):
    """An attempt with all that may be read once it was handed in."""

    attempt: Attempt
    result: Grade | Ungraded | None
    """None while it waits for its grade."""
    item: Item
    previous: Previous | None
    setback: str | None = None
    """Why a provisional grade has not been replaced by the last try."""
    disputes: tuple[Review, ...] = ()
    """What the candidate said to its verdicts, the oldest first."""


class Tried(Value):
    """What somebody has made of a question so far."""

    tries: int = 0
    best: float | None = None
    last: float | None = None
    """Of the last try that has a grade."""
    attempt_id: UUID | None = None
    """The last try."""


class History:
    """The reading side of practice."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.store = practice.store

    async def attempt(self, person: Person, attempt_id: UUID) -> AttemptView:
        """Raises NotFound, also for another's."""
        graded, previous, setback, disputes = await asyncio.to_thread(self._attempt, person, attempt_id)
        attempt, result = graded
        item = await self.practice.grading.item(attempt.item_digest)
        return AttemptView(
            attempt=attempt, result=result, item=item, previous=previous, setback=setback, disputes=disputes
        )

    async def attempts(
        self, person: Person, before: UUID | None, limit: int, question_id: str | None, now: datetime
    ) -> list[Graded]:
        """The newest first."""
        await self.practice.settle_due(person, now)
        return await asyncio.to_thread(self._attempts, person, before, limit, question_id)

    async def sessions(self, person: Person, before: UUID | None, limit: int, now: datetime) -> list[PracticeSession]:
        """The newest first."""
        await self.practice.settle_due(person, now)
        return await asyncio.to_thread(self._sessions, person, before, limit)

    async def answers(self, person: Person, session: PracticeSession) -> dict[int, Graded]:
        """The attempts of a session by position."""
        return await asyncio.to_thread(self._answers, person, session.id)

    async def report(self, person: Person, session_id: UUID, now: datetime) -> tuple[Report, dict[int, float]]:
        """The report, and by position the change against the try before."""
        session = await self.practice.session(person, session_id, now)
        answers, changes = await asyncio.to_thread(self._answers_with_changes, person, session_id)
        graded = {n: (attempt, r if isinstance(r, Grade) else None) for n, (attempt, r) in answers.items()}
        return report(session, graded, now), changes

    async def progress(self, person: Person, now: datetime) -> tuple[Progress, Sequence[tuple[Attempt, Grade]]]:
        """Over the last `PROGRESS_ANSWERS` answers; with them, the oldest first."""
        newest = await self.attempts(person, None, PROGRESS_ANSWERS, None, now)
        graded = [(attempt, result) for attempt, result in reversed(newest) if isinstance(result, Grade)]
        return progress(graded), graded

    async def tried(self, person: Person, question_ids: Collection[str], now: datetime) -> dict[str, Tried]:
        """By question; one that was never tried is not there."""
        await self.practice.settle_due(person, now)
        return await asyncio.to_thread(self._tried, person, question_ids)

    # Blocking parts, for worker threads

    def _attempt(
        self, person: Person, attempt_id: UUID
    ) -> tuple[Graded, Previous | None, str | None, tuple[Review, ...]]:
        with self.store.read() as tx:
            graded = attempts.get(tx, person, attempt_id)
            found = attempts.previous(tx, graded[0])
            provisional = isinstance(graded[1], Grade) and graded[1].provisional
            setback = jobs.course(tx, attempt_id)[1] if provisional else None
            disputes = tuple(r for r in reviews.of_attempt(tx, attempt_id) if r.kind == "dispute")
        previous = None if found is None else Previous(attempt_id=found[0], overall=found[1])
        return graded, previous, setback, disputes

    def _attempts(self, person: Person, before: UUID | None, limit: int, question_id: str | None) -> list[Graded]:
        with self.store.read() as tx:
            return attempts.page(tx, person, before, limit, question_id)

    def _sessions(self, person: Person, before: UUID | None, limit: int) -> list[PracticeSession]:
        with self.store.read() as tx:
            return sessions.page(tx, person, before, limit)

    def _answers(self, person: Person, session_id: UUID) -> dict[int, Graded]:
        with self.store.read() as tx:
            return attempts.of_session(tx, person, session_id)

    def _answers_with_changes(self, person: Person, session_id: UUID) -> tuple[dict[int, Graded], dict[int, float]]:
        with self.store.read() as tx:
            answers = attempts.of_session(tx, person, session_id)
            changes = {}
            for position, (attempt, result) in answers.items():
                earlier = attempts.previous(tx, attempt)
                if isinstance(result, Grade) and earlier is not None:
                    changes[position] = round(result.overall - earlier[1], 1)
        return answers, changes

    def _tried(self, person: Person, question_ids: Collection[str]) -> dict[str, Tried]:
        with self.store.read() as tx:
            found = scores.of_questions(tx, person, question_ids)
        tried = {}
        for question_id, tries in found.items():
            graded = [overall for _, overall in tries if overall is not None]
            tried[question_id] = Tried(
                tries=len(tries),
                best=max(graded, default=None),
                last=graded[-1] if graded else None,
                attempt_id=tries[-1][0],
            )
        return tried
