"""Random walks through a session, in both modes, beside `session_model`, with stops at every edge of the clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

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
Verb = Literal[
    "start", "pause", "resume", "open", "save", "submit", "skip", "reveal", "hint", "extend", "finish", "abandon"
]  # fmt: skip
STEPS: tuple[Verb, ...] = get_args(Verb)[:-2]
"""All but those that end the whole session."""
texts = st.sampled_from(["", "  \n", "It halves.", "It halves the range."])
rarely = st.integers(0, 9).map(lambda n: n == 9)


def over(walk: "Walk") -> bool:
    return walk.model.state in ("finished", "abandoned")


def answering(walk: "Walk") -> bool:
    return walk.model.state == "running" and walk.model.open is not None


class Walk(RuleBasedStateMachine):
    """`session` is settled after every move of the clock, `unsettled` only before the next step, as the store does."""

    mode: Mode

    @initialize(data=st.data())
    def plan(self, data: st.DataObject) -> None:
        limit = st.integers(5, 60) if self.mode == "strict" else st.none() | st.integers(5, 60)
        limits = data.draw(st.lists(limit, min_size=1, max_size=6))
        total = data.draw(st.none() | st.integers(5, 150))
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

    @rule(seconds=st.integers(0, 40))
    def wait(self, seconds: int) -> None:
        self.forward(seconds)

    @precondition(answering)
    @rule(
        whose=st.sampled_from(["question", "session"]),
        offset=st.sampled_from([-1, 0, 1]),
        after_grace=st.booleans(),
    )
    def wait_for_an_edge(self, whose: Literal["question", "session"], offset: int, after_grace: bool) -> None:
        question = self.model.open
        left = self.model.left if whose == "session" else None if question is None else self.model.left_for(question)
        if left is not None:
            self.forward(max(0, left + offset + (self.model.grace if after_grace else 0)))

    # Steps that make sense, and any step at any time

    @precondition(lambda self: not (over(self) or answering(self)))
    @rule(after=st.integers(0, 20))
    def go_on(self, after: int) -> None:
        self.forward(after)
        unseen = [n for n, question in enumerate(self.model.questions, 1) if question.state == "unseen"]
        verb: dict[str, Verb] = {"planned": "start", "paused": "resume"}
        self.take(verb.get(self.model.state, "open"), unseen[0] if unseen else 1)

    @precondition(answering)
    @rule(text=texts, twice=st.booleans())
    def save(self, text: str, twice: bool) -> None:
        revision = self.model.questions[self.place() - 1].revision
        for _ in range(1 + twice):
            self.take("save", self.place(), text, revision)

    @precondition(answering)
    @rule(verb=st.sampled_from(["hint", "extend", "pause"]), seconds=st.integers(1, 60))
    def turn_to(self, verb: Verb, seconds: int) -> None:
        self.take(verb, self.place(), seconds=seconds)

    @precondition(answering)
    @rule(verb=st.sampled_from(["submit", "skip", "reveal"]))
    def end(self, verb: Verb) -> None:
        self.take(verb, self.place(), "Done.")

    @precondition(lambda self: not over(self))
    @rule(verb=st.sampled_from(["finish", "abandon"]), sure=rarely)
    def leave(self, verb: Verb, sure: bool) -> None:
        if sure:
            self.take(verb)

    @rule(verb=st.sampled_from(STEPS), n=st.integers(1, 6), text=texts, revision=st.integers(-1, 3))
    def try_anything(self, verb: Verb, n: int, text: str, revision: int) -> None:
        self.take(verb, min(n, len(self.model.questions)), text, revision)

    def place(self) -> int:
        return next(n for n, question in enumerate(self.model.questions, 1) if question is self.model.open)

    def take(self, verb: Verb, n: int = 1, text: str = "", revision: int = 0, seconds: int = 30) -> None:
        """Take the step in the model, and then in the session."""
        now, model = self.now, self.model
        match verb:
            case "start" | "pause" | "resume" | "abandon":
                self.step(lambda s: (getattr(s, verb)(now), ()), getattr(model, verb)())
            case "finish":
                self.step(lambda s: s.finish(now), model.finish())
            case "open":
                self.step(lambda s: (s.open(n, now), ()), model.show(n))
            case "save":
                self.step(lambda s: (s.save(n, text, revision, now), ()), model.save(n, text, revision))
            case "submit":
                self.step(lambda s: _submit(s, n, text, now), model.submit(n, text))
            case "skip" | "reveal":
                self.step(lambda s: (getattr(s, verb)(n, now), ()), getattr(model, verb)(n))
            case "hint":
                self.step(lambda s: (s.hint(n), ()), model.hint(n))
            case "extend":
                self.step(lambda s: (s.extend(n, seconds), ()), model.extend(n, seconds))

    # What holds for every step

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
        if after.state == "finished" != before.state and all(slot.state in ENDS for slot in after.slots):
            (last,) = set(after.slots) - set(before.slots)
            assert after.finished_at == last.finished_at
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


def _submit(session: PracticeSession, n: int, text: str, now: datetime) -> Changed:
    closed, hand_in = session.submit(n, text, now)
    return closed, (hand_in,)


class PracticeWalk(Walk):
    mode = "practice"


class StrictWalk(Walk):
    mode = "strict"


TestPractice = PracticeWalk.TestCase
TestStrict = StrictWalk.TestCase
TestPractice.settings = TestStrict.settings = settings(
    max_examples=300, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
