"""The walk: an answer comes in, is stored, graded, and the grade is stored. Everything else serves it.

    submit ── clean ── hand in (session, attempt and job, one transaction) ── wait a while ── the grade, or "not yet"
                                                          │
    grading.py, in this process or another:               └── load ── mark ── assess ── store the grade

An answer is acknowledged once its attempt is committed, and its job with it: a crash after that costs nothing.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from random import SystemRandom
from uuid import UUID

from uuid_utils.compat import uuid7

from service.bank import Bank, Banks
from service.domain.attempt import Answer, Attempt, Person, Source, clean
from service.domain.job import Priority
from service.domain.plan import Plan, draw, make_session
from service.domain.rubric import Item
from service.domain.session import REVIEWABLE, HandIn, PracticeSession
from service.errors import Conflict, KeyReused
from service.following import Following
from service.grading import Grading
from service.jobs import Jobs
from service.live import JOBS, RECORDINGS, Live
from service.outbox import Outbox
from service.store import assignments, attempts, items, notices, recordings, sessions
from service.store.engine import Store, Tx

Changed = tuple[PracticeSession, tuple[HandIn, ...]]
Step = Callable[[PracticeSession, Tx], Changed]

WAIT_SECONDS = 2.0
"""How long a request that handed something in waits for the grade; after that it is followed."""


class Practice:
    """Practice sessions on one store. `now` is always the arrival of the request, in UTC."""

    def __init__(
        self, *, store: Store, banks: Banks, grading: Grading, jobs: Jobs, live: Live, outbox: Outbox, grace: float
    ) -> None:
        self.store = store
        self.outbox = outbox
        self.banks = banks
        self.grading = grading
        self.jobs = jobs
        self.live = live
        self.grace = grace
        self.following = Following(store, live)

    # Sessions

    async def create(self, person: Person, plan: Plan, now: datetime) -> PracticeSession:
        """Draw the questions and keep the plan. Raises Invalid where nothing fits."""
        seed, chosen = self.draw(person, plan)
        title = _title(self.banks.of(person.organisation), plan, chosen)
        session = make_session(uuid7(), person, title, plan, chosen, seed, self.grace, now)
        await asyncio.to_thread(self._add, session, chosen)
        return session

    def draw(self, person: Person, plan: Plan) -> tuple[int, list[Item]]:
        """Questions for a plan, of those that `person` has, and the seed that they were drawn with. Raises Invalid."""
        seed = SystemRandom().randrange(2**31) if plan.seed is None else plan.seed
        return seed, draw(self.banks.of(person.organisation).items.values(), plan, seed)

    async def session(self, person: Person, session_id: UUID, now: datetime) -> PracticeSession:
        """The session as the clock has left it."""
        session = await asyncio.to_thread(self._read, person, session_id)
        settled, _ = session.settle(now)
        return session if settled is session else await self._change(person, session_id, now, lambda s, _: (s, ()))

    async def settle_due(self, person: Person, now: datetime) -> None:
        """Let the clock end what it has to, in all of a person's sessions."""
        for session_id in await asyncio.to_thread(self._due, person, now):
            await self.session(person, session_id, now)

    async def start(self, person: Person, session_id: UUID, now: datetime) -> PracticeSession:
        """Raises Conflict where a strict session would share a question with another that runs.

        And where it is of an assignment that is closed.
        """

        def step(session: PracticeSession, tx: Tx) -> Changed:
            if session.mode == "strict":
                for slot in session.slots:
                    _not_in_strict(tx, person, slot.question_id, session.id)
            return session.start(now, assignments.closes_at(tx, session.id)), ()

        await self.settle_due(person, now)
        return await self._change(person, session_id, now, step)

    async def pause(self, person: Person, session_id: UUID, now: datetime) -> PracticeSession:
        return await self._change(person, session_id, now, lambda s, _: (s.pause(now), ()))

    async def resume(self, person: Person, session_id: UUID, now: datetime) -> PracticeSession:
        return await self._change(person, session_id, now, lambda s, _: (s.resume(now), ()))

    async def finish(self, person: Person, session_id: UUID, now: datetime) -> PracticeSession:
        return await self._change(person, session_id, now, lambda s, _: s.finish(now))

    async def abandon(self, person: Person, session_id: UUID, now: datetime) -> PracticeSession:
        return await self._change(person, session_id, now, lambda s, _: (s.abandon(now), ()))

    async def retry(self, person: Person, attempt_id: UUID, now: datetime) -> PracticeSession:
        """A new, running session with the question of an attempt, under the same limits."""
        attempt = await asyncio.to_thread(self._attempt, person, attempt_id)
        if attempt.session_id is None or attempt.position is None:
            raise Conflict("This attempt belongs to no session.")
        session = await self.session(person, attempt.session_id, now)
        limit = session.slot(attempt.position).limit
        plan = Plan(
            question_ids=(attempt.question_id,),
            time_factor=session.time_factor,
            untimed=limit is None,
            seconds_per_question=None if limit is None else limit / session.time_factor,
        )
        created = await self.create(person, plan, now)
        return await self.start(person, created.id, now)

    # The open question

    async def open(self, person: Person, session_id: UUID, position: int, now: datetime) -> PracticeSession:
        """Raises Conflict where the person has yet to answer the question in a strict session elsewhere."""

        def step(session: PracticeSession, tx: Tx) -> Changed:
            question_id = session.slot(position).question_id
            if session.mode == "practice":
                _not_in_strict(tx, person, question_id, session.id)
            return session.open(position, now), ()

        await self.settle_due(person, now)
        return await self._change(person, session_id, now, step)

    async def save(
        self, person: Person, session_id: UUID, position: int, text: str, revision: int, now: datetime
    ) -> int:
        """Save a draft on top of `revision`; returns the new one."""
        draft = clean(text)
        session = await self._change(person, session_id, now, lambda s, _: (s.save(position, draft, revision, now), ()))
        return session.slot(position).revision

    async def skip(self, person: Person, session_id: UUID, position: int, now: datetime) -> PracticeSession:
        return await self._change(person, session_id, now, lambda s, _: (s.skip(position, now), ()))

    async def reveal(self, person: Person, session_id: UUID, position: int, now: datetime) -> Item:
        """The item with its model answer; the question is recorded as revealed."""
        session = await self._change(person, session_id, now, lambda s, _: (s.reveal(position, now), ()))
        return await self.grading.item(session.slot(position).item_digest)

    async def review(self, person: Person, session_id: UUID, position: int, now: datetime) -> Item:
        """The item behind a question that was answered or revealed. Raises Conflict for any other."""
        slot = (await self.session(person, session_id, now)).slot(position)
        if slot.state not in REVIEWABLE:
            raise Conflict(f"Question {position} is {slot.state}.")
        return await self.grading.item(slot.item_digest)

    async def hint(self, person: Person, session_id: UUID, position: int, now: datetime) -> PracticeSession:
        return await self._change(person, session_id, now, lambda s, _: (s.hint(position), ()))

    async def extend(
        self, person: Person, session_id: UUID, position: int, seconds: float, now: datetime
    ) -> PracticeSession:
        return await self._change(person, session_id, now, lambda s, _: (s.extend(position, seconds), ()))

    # The walk

    async def submit(
        self,
        person: Person,
        session_id: UUID,
        position: int,
        text: str,
        key: str | None,
        now: datetime,
        wait: float | None = None,
        recording: UUID | None = None,
    ) -> tuple[UUID, bool]:
        """Hand in an answer: the attempt's id, and whether `key` had brought it in before.

        With `recording` it was spoken: `text` is what the person confirmed of its transcript.
        Its grade is waited for, but not longer than `wait` seconds; by default not where there is a provisional one.

        Raises KeyReused, DeadlinePassed, Conflict, Invalid (empty), TooLarge, StoreUnavailable.
        """
        answer = Answer.of(text)
        fingerprint = hashlib.sha256(f"{session_id}/{position}/{answer.text}".encode()).hexdigest()

        def step(session: PracticeSession, _: Tx) -> Changed:
            closed, hand_in = session.submit(position, answer.text, now)
            return closed, (hand_in,)

        def commit() -> tuple[list[UUID], bool]:
            with self.store.write() as tx:
                sessions.hold(tx, person)  # the same key may be on its way twice
                if key is not None and (earlier := attempts.by_key(tx, person, key)):
                    if earlier[1] != fingerprint:
                        raise KeyReused
                    return [earlier[0].id], True
                if recording is not None:
                    _check_heard(tx, person, session_id, position, recording)
                source: Source = "typed" if recording is None else "spoken"
                _, handed = self.apply(
                    tx, person, session_id, now, step, key=key, fingerprint=fingerprint, source=source
                )
                if recording is not None:
                    recordings.attach(tx, recording, handed[-1])
            return handed, False

        attempt_ids, replayed = await asyncio.to_thread(commit)
        await self.handed_in(person, attempt_ids, wait)
        return attempt_ids[-1], replayed

    async def check_open_to(self, person: Person, question_id: str, now: datetime) -> None:
        """Raises Conflict where the person has yet to answer the question in a strict session."""
        await self.settle_due(person, now)
        await asyncio.to_thread(self._check_open_to, person, question_id)

    async def _change(self, person: Person, session_id: UUID, now: datetime, step: Step) -> PracticeSession:
        """One step of a session in one transaction, then grades for what it handed in."""

        def commit() -> tuple[PracticeSession, list[UUID]]:
            with self.store.write() as tx:
                return self.apply(tx, person, session_id, now, step)

        session, attempt_ids = await asyncio.to_thread(commit)
        if attempt_ids:
            await self.handed_in(person, attempt_ids, None)
        return session

    async def handed_in(self, person: Person, attempt_ids: Sequence[UUID], wait: float | None) -> None:
        """What was committed has something to show, and somebody to grade it; that is waited for."""
        takes_time = await self.grading.provisionally(person, attempt_ids)
        self.live.tell(JOBS)
        if wait is None:
            wait = 0 if takes_time else WAIT_SECONDS
        await self.following.graded(person, attempt_ids, wait)

    # Blocking parts, for worker threads

    def _add(self, session: PracticeSession, chosen: list[Item]) -> None:
        with self.store.write() as tx:
            items.keep(tx, chosen)
            sessions.add(tx, session)

    def _read(self, person: Person, session_id: UUID) -> PracticeSession:
        with self.store.read() as tx:
            return sessions.get(tx, person, session_id)

    def _due(self, person: Person, now: datetime) -> list[UUID]:
        with self.store.read() as tx:
            return sessions.due(tx, person, now)

    def _attempt(self, person: Person, attempt_id: UUID) -> Attempt:
        with self.store.read() as tx:
            return attempts.get(tx, person, attempt_id)[0]

    def _check_open_to(self, person: Person, question_id: str) -> None:
        with self.store.read() as tx:
            _not_in_strict(tx, person, question_id, None)

    def apply(
        self,
        tx: Tx,
        person: Person,
        session_id: UUID,
        now: datetime,
        step: Step,
        *,
        key: str | None = None,
        fingerprint: str = "",
        source: Source = "typed",
    ) -> tuple[PracticeSession, list[UUID]]:
        """Lock the session, let the clock act, take the step, keep it all. The ids are of the attempts it made.

        Raises Conflict where the step would show an answer that the person still owes a strict session.
        """
        before = sessions.get(tx, person, session_id, lock=True)
        spoken, heard = _spoken(tx, before, now)
        settled, timed_out = spoken.settle(now)
        after, handed = step(settled, tx)
        if after.mode == "practice":
            for earlier, slot in zip(before.slots, after.slots, strict=True):
                if slot.state in REVIEWABLE and slot.state != earlier.state:
                    _not_in_strict(tx, person, slot.question_id, after.id)
        sessions.save(tx, before, after)
        if after.state == "finished" != before.state:
            self.outbox.finished(tx, after, now)
        late: Source = "spoken" if heard else "typed"
        made: list[tuple[HandIn, str | None, str, Source]] = [(hand_in, None, "", late) for hand_in in timed_out]
        made += [(hand_in, key, fingerprint, source) for hand_in in handed]
        ids = []
        for hand_in, sent_key, sent, how in made:
            attempt = _attempt_of(after, hand_in, how)
            attempts.add(tx, attempt, key=sent_key, fingerprint=sent)
            self.jobs.enqueue(tx, attempt, "grade", Priority.FINAL, now)
            ids.append(attempt.id)
        if heard and timed_out:
            recordings.attach(tx, heard, ids[0])
        return after, ids


def _title(bank: Bank, plan: Plan, chosen: list[Item]) -> str:
    if len(chosen) == 1 and plan.mode == "practice":  # a strict session names no question before it is opened
        return chosen[0].question.title
    topics = plan.topics or tuple(dict.fromkeys(item.question.topic for item in chosen))
    names = [bank.topics[topic].title for topic in topics]
    return " · ".join(names) if len(names) <= 2 else "Mixed practice"


def _check_heard(tx: Tx, person: Person, session_id: UUID, position: int, recording: UUID) -> None:
    """Raises NotFound, Conflict where this is not the question's recording, or was not heard yet."""
    found = recordings.get(tx, person, session_id, position)
    if found.id != recording:
        raise Conflict("This question has another recording.")
    if found.state != "transcribed":
        raise Conflict(f"The recording is {found.state}: submit it once it is transcribed, or submit without it.")


def _spoken(tx: Tx, session: PracticeSession, now: datetime) -> tuple[PracticeSession, UUID | None]:
    """The session, with what was spoken where strict time is up before anything was written; and whose words it has.

    A recording that has not ended is heard to its end, as if it had been completed in time; where nobody has looked
    for so long that this is over as well, what was heard while it went on has to do.
    """
    slot = session.overran(now)
    if slot is None or not (found := recordings.find(tx, session.owner, session.id, slot.position, lock=True)):
        return session, None
    if found.state == "recording" and (listened := session.listen(slot.position, now)).settle(now)[0] is listened:
        recordings.close(tx, found.id, now)
        notices.tell(tx, RECORDINGS)
        return listened, None
    text = found.transcript.text if found.transcript else found.text
    return (session.heard(slot.position, text), found.id) if text else (session, None)


def _attempt_of(session: PracticeSession, hand_in: HandIn, source: Source) -> Attempt:
    slot = session.slot(hand_in.position)
    return Attempt(
        id=uuid7(),
        owner=session.owner,
        session_id=session.id,
        position=slot.position,
        question_id=slot.question_id,
        item_digest=slot.item_digest,
        answer=Answer(text=hand_in.text, source=source),
        timed_out=hand_in.timed_out,
        seconds_used=hand_in.seconds_used,
        submitted_at=hand_in.finished_at,
    )


def _not_in_strict(tx: Tx, person: Person, question_id: str, besides: UUID | None) -> None:
    if sessions.strictly_pending(tx, person, question_id, besides):
        raise Conflict("You have yet to answer this question in a strict session.")
