"""What answers come to, against figures worked out by hand."""

from collections.abc import Iterable
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from service.domain.agreement import Estimate
from service.domain.overview import EXAMPLES, LONGEST, MIN_ANSWERS, Agreement, Marked, Mean, Outcome, Overview
from tests.domain.builders import at


def outcome(overall: float, labels: dict[str, str], mistakes: Iterable[str] = (), **criteria: float) -> Outcome:
    return Outcome.model_validate(
        {
            "overall": overall,
            "band": "Solid",
            "criteria": [{"name": name, "score": score, "capped": False} for name, score in criteria.items()],
            "verdicts": [{"point": point, "label": label} for point, label in labels.items()],
            "mistakes": [{"mistake": mistake} for mistake in mistakes],
        }
    )


def marked(found: Outcome, **fields: Any) -> Marked:
    basics = {
        "attempt_id": uuid7(),
        "owner": "bob",
        "question_id": "a",
        "item_digest": "first",
        "submitted_at": at(0),
        "number": 1,
        "grader": "exact",
        "version": "1",
        "by_person": False,
        "outcome": found,
    }
    return Marked.model_validate(basics | fields)


def test_means_mistakes_and_what_is_left_out_are_counted() -> None:
    good = marked(outcome(80, {"M1": "met", "M2": "partial"}, mechanism=100, tradeoffs=30))
    poor = marked(outcome(40, {"M1": "missed", "M2": "missed"}, ["X1"], mechanism=50), owner="eve", submitted_at=at(60))
    other = marked(outcome(30, {"M1": "missed"}, mechanism=10), question_id="b", owner="eve")
    overview = Overview()
    for answer in (good, poor.model_copy(update={"item_digest": "second"}), other):
        overview.add(answer)
    found = overview.summary()
    assert (found.answers, found.people, found.overall) == (3, 2, Mean(mean=50, answers=3))
    assert found.dimensions == {
        "mechanism": Mean(mean=53.3, answers=3),
        "tradeoffs": Mean(mean=30, answers=1),
    }
    first, second = found.questions
    assert (first.question_id, first.item_digest, first.overall) == ("a", "second", Mean(mean=60, answers=2))
    assert first.dimensions == {"mechanism": Mean(mean=75, answers=2), "tradeoffs": Mean(mean=30, answers=1)}
    assert (second.question_id, second.overall) == ("b", Mean(mean=30, answers=1))
    (mistake,) = found.mistakes
    assert (mistake.question_id, mistake.id, mistake.count, mistake.of) == ("a", "X1", 1, 2)
    assert mistake.attempts == (poor.attempt_id,)
    # As often, but of fewer answers: that comes first.
    assert [(m.question_id, m.id, m.count, m.partial, m.of) for m in found.missed] == [
        ("b", "M1", 1, 0, 1),
        ("a", "M1", 1, 0, 2),
        ("a", "M2", 1, 1, 2),
    ]


def test_lists_are_short_and_name_the_newest_answers() -> None:
    overview = Overview()
    answers = [marked(outcome(0, {f"M{n}": "missed" for n in range(1, 20)})) for _ in range(8)]
    for answer in answers:
        overview.add(answer)
    found = overview.summary().missed
    assert len(found) == LONGEST
    assert found[0].attempts == tuple(answer.attempt_id for answer in reversed(answers[-EXAMPLES:]))


def test_nothing_comes_to_nothing() -> None:
    found = Overview().summary()
    assert (found.answers, found.overall, found.questions, found.missed) == (0, None, (), ())
    assert (found.agreement.answers, found.agreement.bands) == (0, None)


HIGH, LOW = outcome(90, {"M1": "met"}), outcome(10, {"M1": "missed"})
BOTH = [(HIGH, HIGH)] * 8 + [(HIGH, LOW)] * 2 + [(LOW, LOW)] * 9 + [(LOW, HIGH)]
"""What people and a machine say of 20 answers. They agree on 0.85, by chance it would be on 0.5: kappa is 0.7."""


def compared(pairs: Iterable[tuple[Outcome, Outcome]], questions: int) -> Agreement:
    overview = Overview()
    for number, (people, machine) in enumerate(pairs):
        about = {"question_id": f"q{number % questions}"}
        overview.compare([marked(machine, **about), marked(people, number=2, by_person=True, **about)])
    return overview.summary().agreement


def test_agreement_with_people_is_kappa_with_an_interval() -> None:
    found = compared(BOTH, questions=5)
    assert (found.answers, found.questions, found.points, found.graders) == (20, 5, 20, {"exact 1": 20})
    for estimate in (found.bands, found.verdicts):
        assert isinstance(estimate, Estimate)
        assert estimate.value == pytest.approx(0.7)
        assert estimate.between is not None
        low, high = estimate.between
        assert low < 0.7 < high <= 1
    assert compared(BOTH, questions=5) == found  # the same draws for the same answers


def test_too_few_answers_have_no_kappa_and_too_few_questions_no_interval() -> None:
    few = compared(BOTH[1:], questions=5)
    assert (few.answers, few.bands, few.verdicts) == (MIN_ANSWERS - 1, None, None)
    narrow = compared(BOTH, questions=4)
    assert narrow.bands is not None
    assert narrow.bands.value == pytest.approx(0.7)
    assert narrow.bands.between is None
    alike = compared([(HIGH, HIGH)] * MIN_ANSWERS, questions=5)
    assert alike.bands is not None
    assert alike.bands.value is None  # chance alone would do the same


def test_a_person_s_last_grade_is_compared_with_the_machine_s_last_one_before_any_person_s() -> None:
    overview = Overview()
    first, second = marked(LOW, grader="early"), marked(HIGH, number=2)
    overview.compare([first, second, marked(LOW, number=3, by_person=True), marked(HIGH, number=4, by_person=True)])
    overview.compare([marked(LOW, by_person=True), marked(HIGH, number=2)])  # nothing that a person could have seen
    overview.compare([first, second])
    found = overview.summary().agreement
    assert (found.answers, found.graders) == (1, {"exact 1": 1})
