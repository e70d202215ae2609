"""The arithmetic of `assess`: what a marking is worth."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.attempt import Answer
from service.domain.grade import (
    BANDS,
    CREDIT,
    Evidence,
    Finding,
    Grade,
    Marking,
    Reading,
    Verdict,
    VerdictLabel,
    assess,
)
from service.domain.rubric import CRITERIA, SCALES, Rubric
from tests.domain.builders import GRADER, make_mistake, make_point, make_quantity, make_rubric

TEXT = "It halves the range."
SHOWN = (Evidence(start=3, end=9, quote="halves"),)
INVENTED = (Evidence(start=0, end=7, quote="It does"),)
LETTERS = dict(zip(CRITERIA, "MWTC", strict=True))


def grade(rubric: Rubric, marking: Marking) -> Grade:
    return assess(marking, rubric, Answer(text=TEXT), GRADER)


def met(*points: str, label: VerdictLabel = "met") -> tuple[Verdict, ...]:
    return tuple(Verdict(point=point, label=label, evidence=SHOWN) for point in points)


def found(*mistakes: str) -> tuple[Finding, ...]:
    return tuple(Finding(mistake=mistake, evidence=SHOWN) for mistake in mistakes)


def read(quantity: str, right: bool) -> tuple[Reading, ...]:
    return (Reading(quantity=quantity, right=right, evidence=SHOWN),)


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    names = draw(st.lists(st.sampled_from(CRITERIA), min_size=1, unique=True))
    weights = st.integers(1, 3)
    criteria = {
        name: [make_point(f"{LETTERS[name]}{n}", weight=draw(weights)) for n in range(1, draw(st.integers(1, 4)) + 1)]
        for name in names
    }
    mistakes = [
        make_mistake(f"X{n}", caps=draw(st.sampled_from(names)), weight=draw(weights))
        for n in range(1, draw(st.integers(0, 4)) + 1)
    ]
    return make_rubric(scale=draw(st.sampled_from(sorted(SCALES))), criteria=criteria, mistakes=mistakes)


@st.composite
def markings(draw: st.DrawFn, rubric: Rubric) -> Marking:
    labels: st.SearchStrategy[Literal["met", "partial", "missed"]] = st.sampled_from(["met", "partial", "missed"])
    verdicts = [Verdict(point=point.id, label=draw(labels), evidence=SHOWN) for point in rubric.points()]
    asserted = [m.id for m in rubric.mistakes if draw(st.booleans())]
    return Marking(verdicts=tuple(verdicts), mistakes=found(*asserted))


CASES = rubrics().flatmap(lambda rubric: st.tuples(st.just(rubric), markings(rubric)))


@given(rubrics())
def test_silence_is_worth_nothing_and_everything_met_a_hundred(rubric: Rubric) -> None:
    silence, full = grade(rubric, Marking()), grade(rubric, Marking(verdicts=met(*(p.id for p in rubric.points()))))
    assert (silence.overall, silence.band) == (0, BANDS[-1][1])
    assert (full.overall, full.band, full.lifts, full.follow_up) == (100, BANDS[0][1], (), None)


@given(CASES)
def test_scores_stay_within_bounds_and_follow_the_rubrics_order(case: tuple[Rubric, Marking]) -> None:
    rubric, marking = case
    result = grade(rubric, marking)
    assert 0 <= result.overall <= 100
    assert all(0 <= criterion.score <= 100 for criterion in result.criteria)
    assert [v.point for v in result.verdicts] == [p.id for p in rubric.points()]
    assert [c.name for c in result.criteria] == [name for name in CRITERIA if name in rubric.criteria]


@given(CASES, st.data())
def test_more_of_a_key_point_never_lowers_a_score_and_a_mistake_never_raises_it(
    case: tuple[Rubric, Marking], data: st.DataObject
) -> None:
    rubric, marking = case
    before = grade(rubric, marking)
    point = data.draw(st.sampled_from([p.id for p in rubric.points()]))
    better = tuple(v if v.point != point else v.model_copy(update={"label": "met"}) for v in marking.verdicts)
    assert grade(rubric, marking.model_copy(update={"verdicts": better})).overall >= before.overall
    if rubric.mistakes:
        mistake = data.draw(st.sampled_from([m.id for m in rubric.mistakes]))
        worse = (*marking.mistakes, *found(mistake))
        assert grade(rubric, marking.model_copy(update={"mistakes": worse})).overall <= before.overall


@given(CASES)
def test_without_a_mistake_a_criterion_is_the_weighted_share_of_its_points(case: tuple[Rubric, Marking]) -> None:
    rubric, marking = case
    label = {v.point: v.label for v in marking.verdicts}
    for criterion in grade(rubric, marking.model_copy(update={"mistakes": ()})).criteria:
        points = rubric.criteria[criterion.name]
        share = sum(p.weight * CREDIT[label[p.id]] for p in points) / sum(p.weight for p in points)
        assert criterion.score == pytest.approx(100 * share, abs=0.051)
        assert not criterion.capped


@given(CASES)
def test_the_lifts_are_what_meeting_a_point_gains(case: tuple[Rubric, Marking]) -> None:
    rubric, marking = case
    before = grade(rubric, marking)
    assert [lift.gain for lift in before.lifts] == sorted((lift.gain for lift in before.lifts), reverse=True)
    for lift in before.lifts:
        verdicts = tuple(v for v in marking.verdicts if v.point != lift.point) + met(lift.point)
        after = grade(rubric, marking.model_copy(update={"verdicts": verdicts}))
        assert lift.gain > 0
        assert after.overall - before.overall == pytest.approx(lift.gain, abs=0.16)


def test_partial_counts_half_and_weights_count() -> None:
    rubric = make_rubric(criteria={"mechanism": [make_point("M1", weight=3), make_point("M2")]})
    assert grade(rubric, Marking(verdicts=met("M1"))).overall == 75
    assert grade(rubric, Marking(verdicts=met("M1", label="partial"))).overall == 37.5


def test_criteria_weigh_as_the_scale_says_and_an_absent_one_gives_its_weight_to_the_rest() -> None:
    points = {name: [make_point(f"{letter}1")] for name, letter in LETTERS.items()}
    for scale, weights in SCALES.items():
        result = grade(make_rubric(scale=scale, criteria=points), Marking(verdicts=met("W1")))
        assert result.overall == weights["why_it_matters"]
    two = {name: points[name] for name in ("mechanism", "tradeoffs")}
    assert grade(make_rubric(scale="concept", criteria=two), Marking(verdicts=met("T1"))).overall == 33.3


def test_a_mistake_caps_its_criterion_at_half_and_costs_its_share() -> None:
    rubric = make_rubric(
        criteria={"mechanism": [make_point("M1", weight=3)], "tradeoffs": [make_point("T1")]},
        mistakes=[make_mistake("X1", weight=1), make_mistake("X2", weight=1)],
    )
    both = met("M1", "T1")
    one, two = (grade(rubric, Marking(verdicts=both, mistakes=found(*ids))) for ids in (["X1"], ["X1", "X2"]))
    assert [(c.score, c.capped) for c in one.criteria] == [(30, True), (100, False)]  # 1/2 - 1/5
    assert [(c.score, c.capped) for c in two.criteria] == [(10, True), (100, False)]  # 1/2 - 2/5
    nothing_right = grade(rubric, Marking(mistakes=found("X1")))
    assert nothing_right.overall == 0
    twice = grade(rubric, Marking(verdicts=both, mistakes=found("X1", "X1")))
    assert twice.overall == one.overall


@pytest.mark.parametrize(
    "evidence",
    [
        (),
        INVENTED,
        (Evidence(start=3, end=3, quote=""),),
        (Evidence(start=-6, end=20, quote=TEXT),),
        (Evidence(start=4, end=10, quote="halves"),),
        (Evidence(start=0, end=99, quote=TEXT),),
    ],
)
def test_without_evidence_that_stands_in_the_answer_nothing_counts(evidence: tuple[Evidence, ...]) -> None:
    rubric = make_rubric(mistakes=[make_mistake()], quantities=[make_quantity(point="M1")])
    invented = Marking(
        verdicts=(Verdict(point="M1", label="met", evidence=evidence),),
        mistakes=(Finding(mistake="X1", evidence=evidence),),
        quantities=(Reading(quantity="N1", right=False, evidence=evidence),),
    )
    result = grade(rubric, invented)
    assert [v.label for v in result.verdicts] == ["missed"]
    assert (result.overall, result.mistakes, result.quantities) == (0, (), ())
    honest = invented.model_copy(update={"verdicts": met("M1")})
    assert grade(rubric, honest).overall == 100


def test_evidence_that_does_not_stand_is_dropped_beside_some_that_does() -> None:
    marking = Marking(verdicts=(Verdict(point="M1", label="met", evidence=(*INVENTED, *SHOWN)),))
    (verdict,) = grade(make_rubric(), marking).verdicts
    assert (verdict.label, verdict.evidence) == ("met", SHOWN)


def test_what_the_rubric_does_not_have_counts_for_nothing() -> None:
    rubric = make_rubric(mistakes=[make_mistake("X1")], quantities=[make_quantity("N1")])
    stray = Marking(verdicts=met("M1", "M9"), mistakes=found("X9", "N1"), quantities=read("X1", right=False))
    result = grade(rubric, stray)
    assert (result.overall, result.mistakes, result.quantities) == (100, (), ())
    assert [v.point for v in result.verdicts] == ["M1"]


@pytest.mark.parametrize(("status", "label"), [("verified", "partial"), ("contested", "met"), ("unsourced", "met")])
def test_only_a_verified_quantity_stated_wrongly_leaves_its_point_at_partial(status: str, label: str) -> None:
    points = [make_point("M1"), make_point("M2")]
    rubric = make_rubric(criteria={"mechanism": points}, quantities=[make_quantity("N1", point="M1", status=status)])
    verdicts = met("M1", "M2")
    wrong = grade(rubric, Marking(verdicts=verdicts, quantities=read("N1", right=False)))
    right = grade(rubric, Marking(verdicts=verdicts, quantities=read("N1", right=True)))
    assert [v.label for v in wrong.verdicts] == [label, "met"]
    assert [v.label for v in right.verdicts] == ["met", "met"]
    missed = grade(rubric, Marking(quantities=read("N1", right=False)))
    assert missed.overall == 0


def test_a_wrong_quantity_without_a_point_changes_no_score() -> None:
    rubric = make_rubric(quantities=[make_quantity("N1")])
    assert grade(rubric, Marking(verdicts=met("M1"), quantities=read("N1", right=False))).overall == 100


def test_the_follow_up_asks_for_the_point_that_lifts_most() -> None:
    points = [make_point("M1", ask="First?"), make_point("M2", ask="Second?", weight=2)]
    result = grade(make_rubric(criteria={"mechanism": points}), Marking())
    assert [(lift.point, lift.gain) for lift in result.lifts] == [("M2", 66.7), ("M1", 33.3)]
    assert result.follow_up == "Second?"


def test_no_more_than_three_lifts_are_named() -> None:
    points = [make_point(f"M{n}") for n in range(1, 6)]
    assert len(grade(make_rubric(criteria={"mechanism": points}), Marking()).lifts) == 3


def test_a_grade_says_who_graded_by_which_rubric() -> None:
    rubric = make_rubric()
    result = grade(rubric, Marking())
    assert (result.grader, result.rubric_digest) == (GRADER, rubric.digest)


@pytest.mark.parametrize(
    ("words", "overall", "otherwise"),
    [(10, 100, None), (20, 50, 100), (11, 90.9, 100), (1000, 1, 100)],
)
def test_over_a_limit_the_score_shrinks_by_as_much_as_the_answer_is_too_long(
    words: int, overall: float, otherwise: float | None
) -> None:
    text = " ".join(["halves"] * words) + " -- !"  # a sign by itself is no word
    evidence = (Evidence(start=0, end=6, quote="halves"),)
    marking = Marking(verdicts=(Verdict(point="M1", label="met", evidence=evidence),))
    result = assess(marking, make_rubric(max_words=10), Answer(text=text), GRADER)
    assert result.overall == overall
    assert (result.excess.otherwise if result.excess else None) == otherwise
    if result.excess:
        assert (result.excess.words, result.excess.limit) == (words, 10)
    free = assess(marking, make_rubric(), Answer(text=text), GRADER)
    assert (free.overall, free.excess) == (100, None)


def test_what_would_lift_an_answer_that_is_too_long_shrinks_with_it() -> None:
    points = [make_point("M1"), make_point("M2")]
    rubric = make_rubric(criteria={"mechanism": points}, max_words=10)
    text = " ".join(["halves"] * 20)
    evidence = (Evidence(start=0, end=6, quote="halves"),)
    marking = Marking(verdicts=(Verdict(point="M1", label="met", evidence=evidence),))
    result = assess(marking, rubric, Answer(text=text), GRADER)
    assert (result.overall, [lift.gain for lift in result.lifts]) == (25, [25])


def test_silence_is_worth_nothing_under_a_limit_too() -> None:
    assert assess(Marking(), make_rubric(max_words=10), Answer(text=""), GRADER).overall == 0
