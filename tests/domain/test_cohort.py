"""Assignments: when a session can be begun, how often, in how much time, and what may change."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from service.domain.attempt import LOCAL
from service.domain.cohort import Assignment, Terms
from service.domain.plan import Plan, make_slots
from service.domain.session import Mode, PracticeSession
from service.errors import Conflict, Invalid
from tests.domain.builders import START, at, make_item

ITEMS = [make_item("binary-search"), make_item("trie", minutes=4)]
HOUR = 3600


def make_assignment(plan: Plan | None = None, opens: float = 0, closes: float = HOUR, attempts: int = 1) -> Assignment:
    plan = plan or Plan(mode="strict", seed=7)
    terms: dict[str, Any] = {"title": "Week 1", "opens_at": at(opens), "closes_at": at(closes), "attempts": attempts}
    ids: dict[str, Any] = {"id": uuid7(), "cohort_id": uuid7(), "created_at": START}
    return Assignment(**terms, **ids, plan=plan, slots=make_slots(plan, ITEMS))


def begin(assignment: Assignment, seconds: float = 0, begun: int = 0, factor: float = 1) -> PracticeSession:
    return assignment.session(uuid7(), LOCAL, factor, 10, begun, at(seconds))


@given(opens=st.floats(0, 9e6), lasts=st.floats(1, 9e6), when=st.floats(0, 2e7), attempts=st.integers(1, 20))
def test_it_can_be_begun_inside_of_its_window_and_as_often_as_is_allowed(
    opens: float, lasts: float, when: float, attempts: int
) -> None:
    assignment = make_assignment(opens=opens, closes=opens + lasts, attempts=attempts)
    inside = assignment.opens_at <= at(when) < assignment.closes_at
    assert (assignment.window(at(when)) == "open") == inside
    begun = 0
    while begun <= 20:
        try:
            begin(assignment, when, begun)
        except Conflict:
            break
        begun += 1
    assert begun == (attempts if inside else 0)
    assert assignment.left(begun) == attempts - begun


def test_an_assignment_closes_after_it_opens() -> None:
    for closes in (0, -1):
        with pytest.raises(Invalid):
            make_assignment(closes=closes)


@given(factor=st.floats(0.5, 4), each=st.none() | st.integers(10, 7200), total=st.none() | st.integers(30, 28800))
def test_a_persons_factor_multiplies_every_strict_limit(factor: float, each: int | None, total: int | None) -> None:
    plan = Plan(mode="strict", seconds_per_question=each, total_seconds=total)
    session = begin(make_assignment(plan), factor=factor)
    standard = [each, each] if each else [120, 240]
    assert [slot.limit for slot in session.slots] == [pytest.approx(limit * factor) for limit in standard]
    assert session.total_limit == (None if total is None else pytest.approx(total * factor))
    assert session.time_factor == factor


@pytest.mark.parametrize("plan", [Plan(), Plan(untimed=True), Plan(total_seconds=600)])
def test_practice_is_as_planned_whoever_does_it(plan: Plan) -> None:
    assignment = make_assignment(plan)
    session = begin(assignment, factor=2)
    assert (session.slots, session.total_limit, session.time_factor) == (assignment.slots, plan.total_seconds, 1)


def test_a_session_has_the_assignments_name_and_does_not_tell_its_seed() -> None:
    session = begin(make_assignment(Plan(mode="strict", seed=7)))
    assert (session.title, session.seed, session.mode, session.state) == ("Week 1", 0, "strict", "planned")


@given(begins=st.integers(0, HOUR - 1), total=st.none() | st.integers(30, 28800), moved=st.integers(1, 2 * HOUR))
def test_a_strict_session_ends_with_its_assignment_at_the_latest_also_when_that_is_moved(
    begins: int, total: int | None, moved: int
) -> None:
    assignment = make_assignment(Plan(mode="strict", total_seconds=total))
    session = begin(assignment, begins).start(at(begins), assignment.closes_at)
    own = HOUR * 9 if total is None else begins + total
    assert session.deadline == at(min(own, HOUR))
    assert session.move_close(at(HOUR), at(moved)).deadline == at(min(own, moved))


def test_what_the_clock_stood_for_is_kept_when_the_end_moves() -> None:
    session = begin(make_assignment()).start(at(0), at(HOUR)).open(1, at(1)).listen(1, at(2)).listened(1, at(5))
    assert session.deadline == at(HOUR + 3)
    assert session.move_close(at(HOUR), at(2 * HOUR)).deadline == at(2 * HOUR + 3)


@pytest.mark.parametrize("mode", ["strict", "practice"])
def test_what_was_begun_in_time_cannot_be_started_afterwards(mode: Mode) -> None:
    session = begin(make_assignment(Plan(mode=mode)))
    with pytest.raises(Conflict, match="closed"):
        session.start(at(HOUR), at(HOUR))


def test_practice_goes_on_when_the_assignment_closes() -> None:
    session = begin(make_assignment(Plan())).start(at(0), at(HOUR))
    assert session.deadline is None
    assert session.move_close(at(HOUR), at(60)) is session


def test_once_somebody_has_begun_only_title_end_and_attempts_change() -> None:
    assignment = make_assignment()
    terms = Terms(**{name: getattr(assignment, name) for name in Terms.model_fields})
    more = {"title": "Week 2", "attempts": 3, "closes_at": at(2 * HOUR)}
    changed = assignment.changed(terms.model_copy(update=more), assignment.slots, begun=True)
    assert changed == assignment.model_copy(update=more)
    others = {"plan": Plan(mode="strict", seed=8)}, {"opens_at": START - timedelta(1)}
    for other in others:
        wish = terms.model_copy(update=other)
        with pytest.raises(Conflict, match="has begun"):
            assignment.changed(wish, assignment.slots, begun=True)
        assert assignment.changed(wish, assignment.slots[:1], begun=False).slots == assignment.slots[:1]
