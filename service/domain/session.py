"""A practice session: a plan of questions and the server's clock over them.

    planned ──start──► running ◄──pause / resume──► paused        abandoned: from any of the three
                          │
                          └──► finished: every question closed, `finish`, or (strict) the total limit

    a question:  unseen ──open──► open ──save──► draft        then one of
                 submitted · skipped (also unseen) · revealed (practice only) · timed-out (strict only)

Every method takes `now` and returns a new session; `settle` first applies what the clock has
done since. In `strict` mode a deadline ends a question after a grace for the network; in
`practice` mode it informs, and the session is merely `overdue`. Raises Conflict and its kind.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal, NoReturn
from uuid import UUID

from pydantic import Field

from service.domain import Value
from service.domain.attempt import Person
from service.domain.recording import LISTEN_SECONDS
from service.errors import Conflict, DeadlinePassed, NotFound, RevisionMismatch

Mode = Literal["practice", "strict"]
SessionState = Literal["planned", "running", "paused", "overdue", "finished", "abandoned"]
QuestionState = Literal["unseen", "open", "draft", "submitted", "skipped", "revealed", "timed-out"]
TimeFactor = Annotated[float, Field(ge=0.5, le=4)]
"""What every limit is multiplied by: more than 1 is more time."""
ACTIVE = ("open", "draft")
CLOSED = "The assignment is closed."
REVIEWABLE = ("submitted", "revealed", "timed-out")
"""States in which the model answer may be read."""


class Slot(Value):
    """One question's place in a session. `limit` is in seconds, the time factor included; None is no limit."""

    position: int
    question_id: str
    item_digest: str
    limit: float | None
    state: QuestionState = "unseen"
    opened_at: datetime | None = None
    deadline: datetime | None = None
    finished_at: datetime | None = None
    paused_seconds: float = 0.0
    extra_seconds: float = 0.0
    hint_used: bool = False
    draft: str = ""
    revision: int = 0
    """Counts the saves of the draft."""
    listening_since: datetime | None = None
    """The clock stands from here, while a spoken answer is heard."""

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    def seconds_used(self, now: datetime) -> float:
        """Seconds from opening to the finish (or `now`), pauses left out."""
        if self.opened_at is None:
            return 0.0
        return max(0.0, ((self.finished_at or now) - self.opened_at).total_seconds() - self.paused_seconds)


class HandIn(Value):
    """An answer that leaves the session to be graded."""

    position: int
    text: str
    finished_at: datetime
    seconds_used: float
    timed_out: bool


class PracticeSession(Value):
    """A session with its clock: all times are the server's, in UTC."""

    id: UUID
    owner: Person
    title: str
    mode: Mode
    seed: int
    time_factor: TimeFactor
    total_limit: float | None
    """Seconds for the whole session, the time factor included."""
    grace: float
    """Seconds after a strict deadline in which an answer still counts."""
    created_at: datetime
    state: Literal["planned", "running", "paused", "finished", "abandoned"] = "planned"
    started_at: datetime | None = None
    deadline: datetime | None = None
    paused_at: datetime | None = None
    finished_at: datetime | None = None
    slots: Annotated[tuple[Slot, ...], Field(min_length=1)]

    # What can be read off it

    def slot(self, position: int) -> Slot:
        """The question at `position`, from 1. Raises NotFound."""
        if not 1 <= position <= len(self.slots):
            raise NotFound(f"This session has questions 1 to {len(self.slots)}.")
        return self.slots[position - 1]

    @property
    def active(self) -> Slot | None:
        """The question that is being answered: at most one is."""
        return next((slot for slot in self.slots if slot.active), None)

    def due(self, slot: Slot) -> datetime | None:
        """When `slot` is due: its own deadline or the session's, whichever comes first."""
        return min((d for d in (slot.deadline, self.deadline) if d is not None), default=None)

    @property
    def next_due(self) -> datetime | None:
        """When the clock next ends something, were nothing done before."""
        if self.state != "running":
            return None
        due = self.due(self.active) if self.active else self.deadline
        return due + timedelta(seconds=LISTEN_SECONDS) if due and self.active and self.active.listening_since else due

    def state_at(self, now: datetime) -> SessionState:
        """The state as a person sees it: a running session past its time is overdue."""
        return "overdue" if self.next_due is not None and now > self.next_due else self.state

    def clock(self, now: datetime) -> datetime:
        """The session's own time: it stands still in a pause, and once the session is over."""
        listening = self.active.listening_since if self.active else None
        return self.paused_at or self.finished_at or listening or now

    # The life of the session

    def start(self, now: datetime, closes_at: datetime | None = None) -> "PracticeSession":
        """`closes_at` is of the assignment that it was begun from."""
        if self.state != "planned":
            self._refuse("start")
        if closes_at is not None and now >= closes_at:
            raise Conflict(CLOSED)
        return self._with(state="running", started_at=now, deadline=self._end(now, closes_at))

    def move_close(self, before: datetime, after: datetime) -> "PracticeSession":
        """Its assignment closes at `after` instead of `before`: a strict deadline moves as far as that moves it."""
        if self.mode != "strict" or self.state != "running" or self.started_at is None or self.deadline is None:
            return self
        was, will = self._end(self.started_at, before), self._end(self.started_at, after)
        return self if was is None or will is None else self._with(deadline=self.deadline + (will - was))

    def pause(self, now: datetime) -> "PracticeSession":
        self._practice_only("be paused")
        if self.state != "running":
            self._refuse("pause")
        return self._with(state="paused", paused_at=now)

    def resume(self, now: datetime) -> "PracticeSession":
        if self.state != "paused" or self.paused_at is None:
            self._refuse("resume")
        away = max(now - self.paused_at, timedelta())  # two requests may arrive in the order they were not sent
        session = self._with(
            state="running", paused_at=None, deadline=None if self.deadline is None else self.deadline + away
        )
        if (slot := self.active) is None:
            return session
        deadline = None if slot.deadline is None else slot.deadline + away
        return session._put(slot, deadline=deadline, paused_seconds=slot.paused_seconds + away.total_seconds())

    def finish(self, now: datetime) -> tuple["PracticeSession", tuple[HandIn, ...]]:
        """End it. The open question's draft is handed in; without one the question counts as skipped."""
        if self.state not in ("running", "paused"):
            self._refuse("finish")
        session = self.resume(now) if self.state == "paused" else self
        handed: tuple[HandIn, ...] = ()
        if slot := session.active:
            if slot.draft.strip():
                session, hand_in = session.submit(slot.position, slot.draft, now)
                handed = (hand_in,)
            else:
                session = session.skip(slot.position, now)
        ended = session.finished_at or session._finish_time(session.deadline, now)
        return session._with(state="finished", finished_at=ended), handed

    def abandon(self, now: datetime) -> "PracticeSession":
        """Leave it: nothing more is graded."""
        if self.state not in ("planned", "running", "paused"):
            self._refuse("abandon")
        session = self.resume(now) if self.state == "paused" else self  # the pause is not time used
        return session._with(state="abandoned", finished_at=now)

    def settle(self, now: datetime) -> tuple["PracticeSession", tuple[HandIn, ...]]:
        """What the clock has done by `now`: strict time that is up hands in the last draft, as of the deadline."""
        if self.mode != "strict" or self.state != "running":
            return self, ()
        grace = timedelta(seconds=self.grace)
        session, handed = self, list[HandIn]()
        if self.active and (since := self.active.listening_since):
            if now < (latest := since + timedelta(seconds=LISTEN_SECONDS)):
                return self, ()
            session = self.listened(self.active.position, latest)
        slot = session.active
        if slot and (due := session.due(slot)) and now > due + grace:
            closed = slot.model_copy(update={"state": "timed-out", "finished_at": due})
            session = session._close(closed)
            if slot.draft.strip():
                handed.append(_hand_in(closed, slot.draft, timed_out=True))
        if session.state == "running" and session.deadline and now > session.deadline + grace:
            session = session._with(state="finished", finished_at=session.deadline)
        return session, tuple(handed)

    # The life of a question

    def open(self, position: int, now: datetime) -> "PracticeSession":
        """Show a question and start its clock; opening the open one again changes nothing."""
        slot = self.slot(position)
        if slot.active:
            return self
        self._running()
        if slot.state != "unseen":
            raise Conflict(f"Question {position} is {slot.state}.")
        if self.active:
            raise Conflict(f"Question {self.active.position} is still open: submit or skip it first.")
        if self.mode == "strict" and self.deadline and now > self.deadline:
            raise DeadlinePassed("The session's time is over.")
        deadline = None if slot.limit is None else now + timedelta(seconds=slot.limit)
        return self._put(slot, state="open", opened_at=now, deadline=deadline)

    def save(self, position: int, text: str, revision: int, now: datetime) -> "PracticeSession":
        """Save a draft on top of `revision`. Sending the same save twice changes nothing."""
        slot = self._active_slot(position)
        if slot.revision == revision + 1 and slot.draft == text:
            return self
        if slot.revision != revision:
            raise RevisionMismatch(slot.revision)
        return self._put(slot, state="draft" if text.strip() else slot.state, draft=text, revision=revision + 1)

    def submit(self, position: int, text: str, now: datetime) -> tuple["PracticeSession", HandIn]:
        """Hand in an answer. In strict mode one that comes within the grace counts as finished at the deadline."""
        session = self.listened(position, now)
        slot = session._active_slot(position)
        finished = session._finish_time(session.due(slot), now)
        closed = slot.model_copy(update={"state": "submitted", "finished_at": finished, "draft": text})
        return session._close(closed), _hand_in(closed, text, timed_out=False)

    def skip(self, position: int, now: datetime) -> "PracticeSession":
        """Leave a question out; it counts as 0 in the strict mean."""
        self._running()
        session = self.listened(position, now)
        slot = session.slot(position)
        if not (slot.active or slot.state == "unseen"):
            raise Conflict(f"Question {position} is {slot.state}.")
        finished = session._finish_time(session.due(slot), now)
        return session._close(slot.model_copy(update={"state": "skipped", "finished_at": finished}))

    def reveal(self, position: int, now: datetime) -> "PracticeSession":
        """Show the model answer instead of an attempt: recorded as revealed, not as answered."""
        self._practice_only("reveal an answer before it is over")
        session = self.listened(position, now)
        slot = session._active_slot(position)
        return session._close(slot.model_copy(update={"state": "revealed", "finished_at": now}))

    def hint(self, position: int) -> "PracticeSession":
        """Use the hint, which is recorded."""
        self._practice_only("give hints")
        return self._put(self._active_slot(position), hint_used=True)

    def extend(self, position: int, seconds: float) -> "PracticeSession":
        """More time for the open question, and for the session with it."""
        self._practice_only("be extended")
        slot = self._active_slot(position)
        more = timedelta(seconds=seconds)
        session = self._with(deadline=None if self.deadline is None else self.deadline + more)
        deadline = None if slot.deadline is None else slot.deadline + more
        return session._put(slot, deadline=deadline, extra_seconds=slot.extra_seconds + seconds)

    def answering(self, position: int) -> Slot:
        """The question at `position`, which is being answered. Raises Conflict, DeadlinePassed, NotFound."""
        return self._active_slot(position)

    def listen(self, position: int, now: datetime) -> "PracticeSession":
        """A spoken answer has ended and is being heard: the clock stands until `listened`. In time, or not at all."""
        slot = self._active_slot(position)
        if slot.listening_since is not None:
            return self
        return self._put(slot, listening_since=self._finish_time(self.due(slot), now))

    def overran(self, now: datetime) -> Slot | None:
        """The open question that `settle` would end now with nothing handed in: nothing was written."""
        settled, handed = self.settle(now)
        slot = self.active
        return slot if slot and settled is not self and settled.active is None and not handed else None

    def heard(self, position: int, text: str) -> "PracticeSession":
        """What was heard of a spoken answer stands for the draft, where time is up before anything was written."""
        return self._put(self._active_slot(position), draft=text)

    def listened(self, position: int, now: datetime) -> "PracticeSession":
        """It was heard, or is not going to be: every deadline moves by the time that it took."""
        slot = self.slot(position)
        if slot.listening_since is None or not slot.active:
            return self
        away = max(min(now - slot.listening_since, timedelta(seconds=LISTEN_SECONDS)), timedelta())
        session = self._with(deadline=None if self.deadline is None else self.deadline + away)
        return session._put(
            slot,
            listening_since=None,
            deadline=None if slot.deadline is None else slot.deadline + away,
            paused_seconds=slot.paused_seconds + away.total_seconds(),
        )

    # Helpers

    def _end(self, started_at: datetime, closes_at: datetime | None) -> datetime | None:
        """When its time is over: a strict session ends with its assignment at the latest."""
        own = None if self.total_limit is None else started_at + timedelta(seconds=self.total_limit)
        ends = (own, closes_at if self.mode == "strict" else None)
        return min((end for end in ends if end is not None), default=None)

    def _with(self, **changes: object) -> "PracticeSession":
        return self.model_copy(update=changes)

    def _put(self, slot: Slot, **changes: object) -> "PracticeSession":
        changed = slot.model_copy(update=changes)
        return self._with(slots=tuple(changed if s.position == slot.position else s for s in self.slots))

    def _close(self, slot: Slot) -> "PracticeSession":
        """Put a question that is over; with the last one the session is finished."""
        session = self._put(slot)
        if all(not s.active and s.state != "unseen" for s in session.slots):
            session = session._with(state="finished", finished_at=slot.finished_at)
        return session

    def _finish_time(self, due: datetime | None, now: datetime) -> datetime:
        """When something that ends at `now` counts as finished: what comes within the grace, at the deadline."""
        return min(now, due) if due and self.mode == "strict" else now

    def _running(self) -> None:
        if self.state != "running":
            raise Conflict(f"The session is {self.state}.")

    def _active_slot(self, position: int) -> Slot:
        slot = self.slot(position)
        if slot.state == "timed-out":
            raise DeadlinePassed("The time for this question is over; the last draft was handed in.")
        self._running()
        if not slot.active:
            raise Conflict(f"Question {position} is {slot.state}.")
        return slot

    def _practice_only(self, what: str) -> None:
        if self.mode == "strict":
            raise Conflict(f"A strict session cannot {what}.")

    def _refuse(self, verb: str) -> NoReturn:
        raise Conflict(f"Cannot {verb} a session that is {self.state}.")


def _hand_in(slot: Slot, text: str, *, timed_out: bool) -> HandIn:
    assert slot.finished_at is not None
    return HandIn(
        position=slot.position,
        text=text,
        finished_at=slot.finished_at,
        seconds_used=slot.seconds_used(slot.finished_at),
        timed_out=timed_out,
    )
