"""One rule of a session at a time; `test_session_machine.py` walks through all of them at random."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError

from service.domain.session import PracticeSession
from service.errors import Conflict, DeadlinePassed, NotFound, RevisionMismatch
from tests.domain.builders import START, at, make_session, running

STRICT_ENDS = [(69, False), (70, False), (71, True)]
"""Seconds after the opening of a question of 60 with a grace of 10, and whether its time is up by then."""


def with_draft(session: PracticeSession, text: str = "It halves.") -> PracticeSession:
    return session.open(1, START).save(1, text, 0, START)


def test_a_session_has_at_least_one_question() -> None:
    with pytest.raises(ValidationError):
        make_session([])


def test_starting_sets_the_deadline_of_the_whole_session() -> None:
    session = make_session(total=300)
    assert session.deadline is None
    assert session.start(at(5)).deadline == at(305)


@pytest.mark.parametrize("position", [0, 3, -1])
def test_a_position_outside_the_session_is_not_found(position: int) -> None:
    with pytest.raises(NotFound, match="questions 1 to 2"):
        running().open(position, START)


def test_opening_starts_the_question_s_own_clock() -> None:
    slot = running([60, None]).open(1, at(7)).slot(1)
    assert (slot.state, slot.opened_at, slot.deadline) == ("open", at(7), at(67))


def test_a_question_without_a_limit_has_no_deadline() -> None:
    session = running([None]).open(1, START)
    assert session.slot(1).deadline is None
    assert session.next_due is None
    assert session.state_at(at(100_000)) == "running"


def test_a_question_is_due_when_its_own_time_or_the_session_s_is_up() -> None:
    session = running([60, 60], total=90).open(1, START)
    assert session.due(session.slot(1)) == session.next_due == at(60)
    later = session.skip(1, at(40)).open(2, at(40))
    assert later.due(later.slot(2)) == later.next_due == at(90)


def test_between_questions_the_session_s_own_deadline_is_next() -> None:
    assert running(total=90).next_due == at(90)
    assert running().next_due is None


def test_a_running_session_past_its_time_is_shown_as_overdue() -> None:
    session = running().open(1, START)
    assert session.state_at(at(60)) == "running"
    assert session.state_at(at(60.001)) == "overdue"
    assert session.state == "running"


def test_practice_mode_accepts_an_answer_in_overtime_and_counts_it() -> None:
    session, hand_in = running().open(1, START).submit(1, "It halves.", at(100))
    assert (hand_in.finished_at, hand_in.seconds_used, hand_in.timed_out) == (at(100), 100, False)
    assert session.slot(1).state == "submitted"


def test_practice_mode_is_never_ended_by_the_clock() -> None:
    session = with_draft(running(total=90))
    assert session.settle(at(10_000)) == (session, ())


@pytest.mark.parametrize(("seconds", "over"), STRICT_ENDS)
def test_a_strict_question_ends_after_the_grace(seconds: float, over: bool) -> None:
    session, _ = running(mode="strict").open(1, START).settle(at(seconds))
    assert (session.slot(1).state == "timed-out") == over


@pytest.mark.parametrize(("seconds", "finished"), [(59, 59), (60, 60), (61, 60), (70, 60)])
def test_a_strict_answer_within_the_grace_finishes_at_the_deadline(seconds: float, finished: float) -> None:
    settled, _ = running(mode="strict").open(1, START).settle(at(seconds))
    _, hand_in = settled.submit(1, "It halves.", at(seconds))
    assert (hand_in.finished_at, hand_in.seconds_used, hand_in.timed_out) == (at(finished), finished, False)


def test_a_strict_answer_after_the_grace_is_refused() -> None:
    settled, _ = running(mode="strict").open(1, START).settle(at(71))
    with pytest.raises(DeadlinePassed):
        settled.submit(1, "It halves.", at(71))
    with pytest.raises(DeadlinePassed):
        settled.save(1, "It halves.", 0, at(71))


def test_when_strict_time_is_up_the_last_draft_is_handed_in_as_of_the_deadline() -> None:
    session, (hand_in,) = with_draft(running(mode="strict")).settle(at(4000))
    assert (hand_in.text, hand_in.finished_at, hand_in.timed_out) == ("It halves.", at(60), True)
    assert hand_in.seconds_used == 60
    assert session.settle(at(5000)) == (session, ())


@pytest.mark.parametrize("draft", ["", " \n\t"])
def test_a_draft_of_nothing_is_not_handed_in(draft: str) -> None:
    session = with_draft(running(mode="strict"), draft)
    settled, handed = session.settle(at(71))
    assert settled.slot(1).state == "timed-out"
    assert handed == ()
    finished, handed = session.finish(at(5))
    assert finished.slot(1).state == "skipped"
    assert handed == ()


def test_the_total_limit_ends_a_strict_session_with_the_question_that_is_open() -> None:
    session, handed = with_draft(running(mode="strict", total=40)).settle(at(51))
    assert (session.state, session.finished_at) == ("finished", at(40))
    assert [slot.state for slot in session.slots] == ["timed-out", "unseen"]
    assert [hand_in.finished_at for hand_in in handed] == [at(40)]


def test_settling_late_ends_question_and_session_each_at_its_own_deadline() -> None:
    session, _ = with_draft(running(mode="strict", total=300)).settle(at(10_000))
    assert session.slot(1).finished_at == at(60)
    assert session.finished_at == at(300)


@pytest.mark.parametrize("seconds", [71, 10_000])
def test_when_the_last_question_times_out_the_session_finishes_with_it(seconds: float) -> None:
    session, _ = running([60], mode="strict", total=300).open(1, START).settle(at(seconds))
    assert (session.state, session.finished_at) == ("finished", at(60))


@pytest.mark.parametrize(("seconds", "accepted"), [(40, True), (41, False)])
def test_a_strict_session_opens_nothing_after_its_deadline(seconds: float, accepted: bool) -> None:
    session = running(mode="strict", total=40)
    if accepted:
        assert session.open(1, at(seconds)).slot(1).active
    else:
        with pytest.raises(DeadlinePassed):
            session.open(1, at(seconds))


def test_finishing_or_skipping_within_the_grace_counts_as_of_the_deadline() -> None:
    session = with_draft(running(mode="strict", total=50))
    finished, (hand_in,) = session.finish(at(55))
    assert finished.finished_at == hand_in.finished_at == at(50)
    assert session.skip(1, at(55)).slot(1).finished_at == at(50)


def test_finishing_hands_in_the_draft_and_leaves_the_rest_unseen() -> None:
    session, (hand_in,) = with_draft(running()).finish(at(20))
    assert [slot.state for slot in session.slots] == ["submitted", "unseen"]
    assert (hand_in.text, hand_in.timed_out, session.finished_at) == ("It halves.", False, at(20))


def test_the_session_finishes_with_its_last_question() -> None:
    session = running().skip(2, at(5)).open(1, at(5))
    session, _ = session.submit(1, "It halves.", at(30))
    assert (session.state, session.finished_at) == ("finished", at(30))
    with pytest.raises(Conflict, match="finished"):
        session.finish(at(31))


def test_a_pause_moves_every_deadline_and_is_not_counted() -> None:
    session = running(total=300).open(1, START).pause(at(10)).resume(at(110))
    assert (session.slot(1).deadline, session.deadline) == (at(160), at(400))
    assert session.slot(1).seconds_used(at(115)) == 15


def test_the_clock_stands_still_in_a_pause_and_after_the_end() -> None:
    session = running().open(1, START)
    assert session.clock(at(50)) == at(50)
    assert session.pause(at(10)).clock(at(50)) == at(10)
    assert session.abandon(at(20)).clock(at(50)) == at(20)


def test_leaving_in_a_pause_counts_the_time_until_the_pause() -> None:
    paused = with_draft(running()).pause(at(10))
    finished, (hand_in,) = paused.finish(at(110))
    assert hand_in.seconds_used == 10
    abandoned = paused.abandon(at(110))
    assert (abandoned.state, abandoned.paused_at) == ("abandoned", None)
    assert abandoned.slot(1).seconds_used(abandoned.clock(at(500))) == 10
    assert finished.finished_at == abandoned.finished_at == at(110)


def test_requests_that_arrive_in_the_wrong_order_do_no_harm() -> None:
    session = running().open(1, at(10)).pause(at(20)).resume(at(19))
    assert (session.slot(1).paused_seconds, session.slot(1).deadline) == (0, at(70))
    _, hand_in = session.submit(1, "It halves.", at(9))
    assert hand_in.seconds_used == 0


def test_more_time_moves_the_question_and_the_session() -> None:
    session = running(total=300).open(1, START).extend(1, 30).extend(1, 15)
    assert (session.slot(1).deadline, session.deadline) == (at(105), at(345))
    assert session.slot(1).extra_seconds == 45


def test_hint_and_reveal_are_recorded() -> None:
    session = running().open(1, START).hint(1)
    assert session.slot(1).hint_used
    revealed = session.reveal(1, at(5)).slot(1)
    assert (revealed.state, revealed.finished_at, revealed.hint_used) == ("revealed", at(5), True)


def test_strict_mode_refuses_what_would_help() -> None:
    session = running(mode="strict").open(1, START)
    helps: list[Callable[[], object]] = [
        lambda: session.pause(START),
        lambda: session.hint(1),
        lambda: session.extend(1, 30),
        lambda: session.reveal(1, START),
    ]
    for help_out in helps:
        with pytest.raises(Conflict, match="A strict session cannot"):
            help_out()


def test_a_draft_is_saved_on_top_of_the_revision_that_was_read() -> None:
    session = with_draft(running()).save(1, "It halves the range.", 1, at(5))
    assert (session.slot(1).draft, session.slot(1).revision) == ("It halves the range.", 2)
    with pytest.raises(RevisionMismatch) as raised:
        session.save(1, "Something else.", 1, at(6))
    assert raised.value.current == 2


def test_the_same_save_twice_changes_nothing() -> None:
    session = with_draft(running())
    assert session.save(1, "It halves.", 0, at(5)) is session


def test_an_emptied_draft_stays_a_draft() -> None:
    slot = with_draft(running()).save(1, "", 1, at(5)).slot(1)
    assert (slot.state, slot.draft, slot.revision) == ("draft", "", 2)


def test_a_paused_session_takes_no_answer() -> None:
    session = with_draft(running()).pause(at(5))
    with pytest.raises(Conflict, match="paused"):
        session.submit(1, "It halves.", at(6))
    with pytest.raises(Conflict, match="paused"):
        session.save(1, "It halves the range.", 1, at(6))


def test_a_session_is_a_value_that_cannot_be_changed() -> None:
    session = running()
    with pytest.raises(ValidationError):
        session.state = "finished"  # type: ignore[misc]
    assert session.open(1, START) is not session
    assert session.slot(1).state == "unseen"


def test_planning_ahead_costs_no_time() -> None:
    session = make_session([60], total=60).start(START + timedelta(days=30)).open(1, START + timedelta(days=30))
    assert session.slot(1).seconds_used(START + timedelta(days=30, seconds=5)) == 5
