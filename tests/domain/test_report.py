"""What a session and a person's answers add up to."""

import pytest

from service.domain.attempt import Attempt
from service.domain.grade import Grade
from service.domain.report import progress, report
from tests.domain.builders import START, at, make_attempt, make_grade, make_point, make_rubric, running

TWO_POINTS = {"mechanism": [make_point("M1"), make_point("M2")]}
RUBRIC = make_rubric(criteria=TWO_POINTS)
WIDE = make_rubric(criteria=TWO_POINTS | {"tradeoffs": [make_point("T1")]})
FULL = make_grade("M1", "M2", rubric=RUBRIC)
HALF = make_grade("M1", rubric=RUBRIC)
NONE = make_grade(rubric=RUBRIC)


def test_the_grades_that_these_tests_count_with() -> None:
    assert [grade.overall for grade in (FULL, HALF, NONE)] == [100, 50, 0]


def test_the_strict_mean_counts_what_has_no_grade_as_zero_and_the_answered_mean_leaves_it_out() -> None:
    session = running([60] * 4).skip(2, at(1))
    answers = {1: (make_attempt(), FULL), 3: (make_attempt(), HALF), 4: (make_attempt(), None)}
    result = report(session, answers, at(9))
    assert result.strict_mean == 37.5
    assert result.answered_mean == 75
    assert result.answered == 3


def test_a_graded_zero_counts_in_both_means() -> None:
    result = report(running([60, 60]), {1: (make_attempt(), FULL), 2: (make_attempt(), NONE)}, at(9))
    assert (result.strict_mean, result.answered_mean) == (50, 50)


def test_without_answers_there_is_no_answered_mean() -> None:
    result = report(running(), {}, at(9))
    assert (result.strict_mean, result.answered_mean, result.answered, result.dimensions) == (0, None, 0, ())
    assert [(row.attempt, row.grade) for row in result.rows] == [(None, None), (None, None)]


def test_a_dimension_s_mean_is_over_the_questions_that_have_it() -> None:
    wide = make_grade("M1", "T1", rubric=WIDE)
    result = report(running(), {1: (make_attempt(), FULL), 2: (make_attempt(), wide)}, at(9))
    assert [(d.name, d.mean, d.questions) for d in result.dimensions] == [("mechanism", 75, 2), ("tradeoffs", 100, 1)]


def test_time_used_runs_with_the_session_s_clock() -> None:
    session = running([60, 60, 60]).open(1, START)
    session, _ = session.submit(1, "It halves.", at(20))
    session = session.skip(2, at(25)).open(3, at(30))
    assert [row.seconds_used for row in report(session, {}, at(37)).rows] == [20, 0, 7]
    assert report(session.pause(at(40)), {}, at(500)).seconds_used == 30
    assert report(session.pause(at(40)).resume(at(500)), {}, at(501)).seconds_used == 31
    assert report(session.abandon(at(45)), {}, at(500)).seconds_used == 35


def test_progress_compares_the_later_half_with_the_earlier() -> None:
    graded: list[tuple[Attempt, Grade]] = [
        (make_attempt(submitted_at=at(n)), grade) for n, grade in enumerate([NONE, HALF, HALF, FULL, FULL])
    ]
    result = progress(graded)
    assert [(score.at, score.overall) for score in result.scores] == [
        (at(0), 0), (at(1), 50), (at(2), 50), (at(3), 100), (at(4), 100)
    ]  # fmt: skip
    (trend,) = result.dimensions
    assert (trend.name, trend.before) == ("mechanism", 25)
    assert trend.now == pytest.approx(83.3)


def test_a_dimension_that_is_new_has_no_before() -> None:
    result = progress([(make_attempt(), FULL), (make_attempt(), make_grade("T1", rubric=WIDE))])
    assert [(d.name, d.now, d.before) for d in result.dimensions] == [("mechanism", 0, 100), ("tradeoffs", 100, None)]


@pytest.mark.parametrize("count", [0, 1])
def test_progress_begins_with_the_first_answer(count: int) -> None:
    result = progress([(make_attempt(), FULL)][:count])
    assert len(result.scores) == count
    assert all(trend.before is None for trend in result.dimensions)
