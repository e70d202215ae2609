"""Random walks through a session, in both modes, beside `session_model`, with stops at every edge of the clock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from service.domain.session import HandIn, Mode, PracticeSession
from service.errors import VivaError
from tests.domain.builders import START, make_session
from tests.domain.session_model import CLOSED, Expected, Model, Question

SESSION_ARROWS = {
    "planned": {"running", "abandoned"},
    "running": {"paused", "finished", "abandoned"},
    "paused": {"running", "finished", "abandoned"},
    "finished": set[str](),
    "abandoned": set[str](),
}
ENDS = {"submitted", "skipped", "revealed", "timed-out"}
QUESTION_ARROWS = {"unseen": {"open", "skipped"}, "open": {"draft", *ENDS}, "draft": ENDS}

Changed = tuple[PracticeSession, tuple[HandIn, ...]]
places = st.integers(0, 3)
"""0 is the question that is open, or else the next one."""
rarely = st.integers(0, 9).map(lambda n: n == 9)
texts = st.sampled_from(["", "  \n", "It halves.", "It halves the range."])


class Walk(RuleBasedStateMachine):
    """`session` is settled after every move of the clock, `unsettled` only before the next step, as the store does."""

    mode: Mode

    @initialize(data=st.data())
    def plan(self, data: st.DataObject) -> None:
        limit = st.integers(1, 60) if self.mode == "strict" else st.none() | st.integers(1, 60)
        limits = data.draw(st.lists(limit, min_size=1, max_size=3))
        total = data.draw(st.none() | st.integers(1, 150))
        grace = data.draw(st.integers(0, 10))
        self.now = START
        self.model = Model(self.mode, grace, total, [Question(limit) for limit in limits])
        self.session = self.unsettled = make_session(limits, mode=self.mode, total=total, grace=grace)
        self.handed: list[HandIn] = []
        self.handed_late: list[HandIn] = []

    # The clock

    def forward(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.model.wait(seconds)
        settled, handed = self.session.settle(self.now)
        assert settled.settle(self.now) == (settled, ())
        self.moved(self.session, settled, handed)
        self.session = settled

    @rule(seconds=st.integers(0, 90))
    def wait(self, seconds: int) -> None:
        self.forward(seconds)

    @rule(
        whose=st.sampled_from(["question", "session"]),
        offset=st.sampled_from([-1, 0, 1]),
        after_grace=st.booleans(),
    )
    def wait_for_an_edge(self, whose: Literal["question", "session"], offset: int, after_grace: bool) -> None:
        question = self.model.open
        left = self.model.left if whose == "session" else None if question is None else self.model.left_for(question)
        if left is not None and self.model.state == "running":
            self.forward(max(0, left + offset + (self.model.grace if after_grace else 0)))

    # The life of the session

    @rule()
    def start(self) -> None:
        self.step(lambda s: (s.start(self.now), ()), self.model.start())

    @rule()
    def pause(self) -> None:
        self.step(lambda s: (s.pause(self.now), ()), self.model.pause())

    @rule()
    def resume(self) -> None:
        self.step(lambda s: (s.resume(self.now), ()), self.model.resume())

    @rule(sure=rarely)
    def finish(self, sure: bool) -> None:
        if sure:
            self.step(lambda s: s.finish(self.now), self.model.finish())

    @rule(sure=rarely)
    def abandon(self, sure: bool) -> None:
        if sure:
            self.step(lambda s: (s.abandon(self.now), ()), self.model.abandon())

    # The life of a question

    @rule(place=places)
    def open(self, place: int) -> None:
        n = self.position(place)
        self.step(lambda s: (s.open(n, self.now), ()), self.model.show(n))

    @rule(place=places, text=texts, off=st.sampled_from([0, 0, 0, -1, 1]))
    def save(self, place: int, text: str, off: int) -> None:
        n = self.position(place)
        revision = self.model.questions[n - 1].revision + off
        self.step(lambda s: (s.save(n, text, revision, self.now), ()), self.model.save(n, text, revision))

    @rule(place=places, text=texts)
    def save_twice(self, place: int, text: str) -> None:
        n = self.position(place)
        revision = self.model.questions[n - 1].revision
        for _ in range(2):
            self.step(lambda s: (s.save(n, text, revision, self.now), ()), self.model.save(n, text, revision))

    @rule(place=places)
    def submit(self, place: int) -> None:
        n = self.position(place)

        def submit(session: PracticeSession) -> Changed:
            closed, hand_in = session.submit(n, "Done.", self.now)
            return closed, (hand_in,)

        self.step(submit, self.model.submit(n, "Done."))

    @rule(place=places)
    def skip(self, place: int) -> None:
        n = self.position(place)
        self.step(lambda s: (s.skip(n, self.now), ()), self.model.skip(n))

    @rule(place=places)
    def reveal(self, place: int) -> None:
        n = self.position(place)
        self.step(lambda s: (s.reveal(n, self.now), ()), self.model.reveal(n))

    @rule(place=places)
    def hint(self, place: int) -> None:
        n = self.position(place)
        self.step(lambda s: (s.hint(n), ()), self.model.hint(n))

    @rule(place=places, seconds=st.integers(1, 60))
    def extend(self, place: int, seconds: int) -> None:
        n = self.position(place)
        self.step(lambda s: (s.extend(n, seconds), ()), self.model.extend(n, seconds))

    # What holds for every step

    def position(self, place: int) -> int:
        if place:
            return min(place, len(self.model.questions))
        waiting = [n for n, q in enumerate(self.model.questions, 1) if q is self.model.open or q.state == "unseen"]
        return min(waiting, key=lambda n: self.model.questions[n - 1].state == "unseen", default=1)

    def step(self, act: Callable[[PracticeSession], Changed], expected: Expected) -> None:
        settled, late = self.unsettled.settle(self.now)
        self.handed_late += late
        assert settled == self.session, "settling once late has to equal settling often"
        assert self.handed_late == self.handed
        self.unsettled = settled
        if expected is not None:
            with pytest.raises(VivaError) as raised:
                act(settled)
            assert raised.type is expected
            return
        after, handed = act(settled)
        self.moved(settled, after, handed)
        self.handed_late += handed
        self.session = self.unsettled = after

    def moved(self, before: PracticeSession, after: PracticeSession, handed: tuple[HandIn, ...]) -> None:
        if before.state in ("finished", "abandoned"):
            assert after == before
        assert after.state == before.state or after.state in SESSION_ARROWS[before.state]
        for old, new in zip(before.slots, after.slots, strict=True):
            if old.state in ENDS:
                assert new == old
            else:
                assert new.state == old.state or new.state in QUESTION_ARROWS[old.state]
        self.handed += handed

    @invariant()
    def the_session_is_as_the_model_says(self) -> None:
        clock = self.session.clock(self.now)
        assert self.session.state == self.model.state
        for slot, question in zip(self.session.slots, self.model.questions, strict=True):
            assert (slot.state, slot.draft, slot.revision) == (question.state, question.draft, question.revision)
            assert (slot.hint_used, slot.extra_seconds) == (question.hint, question.extra)
            assert slot.seconds_used(clock) == question.used >= 0
            if slot.active and self.session.state in ("running", "paused"):
                due = self.session.due(slot)
                assert (due and (due - clock).total_seconds()) == self.model.left_for(question)

    @invariant()
    def at_most_one_question_is_open(self) -> None:
        assert sum(slot.active for slot in self.session.slots) <= 1

    @invariant()
    def every_answer_is_handed_in_exactly_once(self) -> None:
        slots = self.session.slots
        answered = [s for s in slots if s.state == "submitted" or (s.state == "timed-out" and s.draft.strip())]
        assert sorted(h.position for h in self.handed) == [slot.position for slot in answered]
        for hand_in in self.handed:
            slot = self.session.slot(hand_in.position)
            assert (hand_in.text, hand_in.finished_at) == (slot.draft, slot.finished_at)
            assert hand_in.seconds_used == slot.seconds_used(self.now)
            assert hand_in.timed_out == (slot.state == "timed-out")

    @invariant()
    def strict_time_ends_at_the_deadline(self) -> None:
        if self.session.mode != "strict":
            return
        if self.session.state == "finished" and self.session.deadline:
            assert self.session.finished_at is not None
            assert self.session.finished_at <= self.session.deadline
        for slot in self.session.slots:
            if slot.state in CLOSED and (due := self.session.due(slot)):
                assert slot.finished_at is not None
                assert slot.finished_at == due if slot.state == "timed-out" else slot.finished_at <= due


class PracticeWalk(Walk):
    mode = "practice"


class StrictWalk(Walk):
    mode = "strict"


TestPractice = PracticeWalk.TestCase
TestStrict = StrictWalk.TestCase
TestPractice.settings = TestStrict.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
