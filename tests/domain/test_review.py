"""A person's grade: the same arithmetic, whatever evidence there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.attempt import Answer
from service.domain.grade import CREDIT, Evidence, Finding, Grade, GraderName, Marking, Ungraded, Verdict, assess
from service.domain.review import (
    MAX_NOTE,
    PERSON,
    Changes,
    MistakeChange,
    Review,
    VerdictChange,
    disputed,
    doubts,
    note,
    overridden,
)
from service.errors import Conflict, Invalid, TooLarge
from tests.domain.builders import GRADER, make_attempt, make_grade, make_mistake, make_point, make_quantity, make_rubric
from tests.domain.builders import at as moment

TEXT = "It halves the range, and it doubles the speed in 30 steps."
ANSWER = Answer(text=TEXT)
SHOWN = (Evidence(start=0, end=len(TEXT), quote=TEXT),)
RUBRIC = make_rubric(
    criteria={
        "mechanism": [make_point("M1", weight=3), make_point("M2")],
        "tradeoffs": [make_point("T1", weight=2)],
    },
    mistakes=[make_mistake("X1", weight=2), make_mistake("X2", caps="tradeoffs")],
    quantities=[make_quantity("N1", point="M1")],
)
POINTS = ("M1", "M2", "T1")
labels = st.sampled_from(sorted(CREDIT))


def assessed(labels: dict[str, str], mistakes: tuple[str, ...] = (), rubric=RUBRIC) -> Grade:  # type: ignore[no-untyped-def]
    """By a machine, with evidence for everything."""
    verdicts = tuple(
        Verdict.model_validate({"point": p, "label": label, "evidence": SHOWN}) for p, label in labels.items()
    )
    marking = Marking(verdicts=verdicts, mistakes=tuple(Finding(mistake=m, evidence=SHOWN) for m in mistakes))
    return assess(marking, rubric, ANSWER, GRADER)


def changed(labels: dict[str, str] | None = None, mistakes: dict[str, bool] | None = None) -> Changes:
    return Changes(
        verdicts=tuple(VerdictChange.model_validate({"point": p, "label": la}) for p, la in (labels or {}).items()),
        mistakes=tuple(MistakeChange(mistake=m, asserted=asserted) for m, asserted in (mistakes or {}).items()),
        note="I see it otherwise.",
    )


@given(st.fixed_dictionaries(dict.fromkeys(POINTS, labels)), st.dictionaries(st.sampled_from(POINTS), labels))
def test_a_person_s_grade_is_scored_as_a_machine_s_with_the_same_verdicts(
    before: dict[str, str], changes: dict[str, str]
) -> None:
    grade = overridden(assessed(before), changed(changes), RUBRIC, ANSWER)
    same = assessed(before | changes)
    assert (grade.overall, grade.criteria, grade.band, grade.lifts) == (
        same.overall, same.criteria, same.band, same.lifts,
    )  # fmt: skip
    assert {v.point: v.label for v in grade.verdicts} == before | changes
    assert [v.point for v in grade.verdicts] == list(POINTS)


@given(st.dictionaries(st.sampled_from(["X1", "X2"]), st.booleans()), st.sets(st.sampled_from(["X1", "X2"])))
def test_a_person_adds_and_takes_away_mistakes(changes: dict[str, bool], before: set[str]) -> None:
    met = dict.fromkeys(POINTS, "met")
    grade = overridden(assessed(met, tuple(sorted(before))), changed(mistakes=changes), RUBRIC, ANSWER)
    asserted = {m for m in ("X1", "X2") if changes.get(m, m in before)}
    assert {m.mistake for m in grade.mistakes} == asserted
    assert grade.overall == assessed(met, tuple(sorted(asserted))).overall


@given(st.fixed_dictionaries(dict.fromkeys(POINTS, labels)), *[st.dictionaries(st.sampled_from(POINTS), labels)] * 2)
def test_changes_follow_each_other(before: dict[str, str], first: dict[str, str], second: dict[str, str]) -> None:
    once = overridden(assessed(before), changed(first), RUBRIC, ANSWER)
    twice = overridden(once, changed(second), RUBRIC, ANSWER)
    assert twice.overall == overridden(assessed(before), changed(first | second), RUBRIC, ANSWER).overall


def test_a_person_gives_credit_without_evidence() -> None:
    grade = overridden(make_grade(rubric=RUBRIC, text=TEXT), changed({"M1": "met"}), RUBRIC, ANSWER)
    assert (grade.verdicts[0].label, grade.verdicts[0].evidence) == ("met", ())
    assert grade.overall > 0
    assert (grade.grader, grade.note, grade.rubric_digest) == (PERSON, "I see it otherwise.", RUBRIC.digest)


def test_evidence_stays_with_credit_and_goes_without_it() -> None:
    before = assessed({"M1": "met", "M2": "met"}, ("X1",))
    grade = overridden(before, changed({"M1": "partial", "M2": "missed"}, {"X1": True}), RUBRIC, ANSWER)
    assert [v.evidence for v in grade.verdicts] == [SHOWN, (), ()]
    assert grade.mistakes[0].evidence == SHOWN


def test_what_is_not_named_stays_as_the_grader_left_it() -> None:
    verdict = Verdict(point="M1", label="partial", evidence=SHOWN, confidence=0.3, raw="met", changed="wrong number")
    before = assess(Marking(verdicts=(verdict,)), RUBRIC, ANSWER, GRADER)
    grade = overridden(before, changed({"T1": "met"}), RUBRIC, ANSWER)
    assert grade.verdicts[0] == verdict
    assert (grade.doubts, grade.calls, grade.feedback) == ((), (), None)


def test_a_wrong_number_spoils_no_point_that_a_person_says_is_met() -> None:
    wrong = {"quantity": "N1", "right": False, "evidence": SHOWN}
    marking = Marking.model_validate(
        {"verdicts": [Verdict(point="M1", label="met", evidence=SHOWN)], "quantities": [wrong]}
    )
    before = assess(marking, RUBRIC, ANSWER, GRADER)
    assert before.verdicts[0].label == "partial"
    assert overridden(before, changed({"M1": "met"}), RUBRIC, ANSWER).verdicts[0].label == "met"
    assert overridden(before, changed({"T1": "met"}), RUBRIC, ANSWER).verdicts[0].label == "partial"


def test_too_long_an_answer_stays_too_long() -> None:
    rubric = make_rubric(max_words=10)
    grade = overridden(make_grade(rubric=rubric, text=TEXT), changed({"M1": "met"}), rubric, ANSWER)
    assert grade.excess is not None
    assert grade.overall == 83.3


@pytest.mark.parametrize("nothing", [None, Ungraded(reason="It could not decide.")])
def test_without_a_grade_every_key_point_has_to_be_named(nothing: Ungraded | None) -> None:
    with pytest.raises(Invalid, match="M2, T1"):
        overridden(nothing, changed({"M1": "met"}), RUBRIC, ANSWER)
    assert overridden(nothing, changed(dict.fromkeys(POINTS, "met")), RUBRIC, ANSWER).overall == 100


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (changed({"M9": "met"}), "no key point M9"),
        (changed(mistakes={"M1": True}), "no mistake M1"),
        (Changes(verdicts=(VerdictChange(point="M1", label="met"),) * 2, note="Twice."), "twice: M1"),
    ],
)
def test_changes_that_the_rubric_does_not_have_are_refused(changes: Changes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        overridden(assessed({}), changes, RUBRIC, ANSWER)


def test_a_grade_without_people_in_it_is_stored_as_it_was() -> None:
    assert "note" not in assessed({"M1": "met"}, ("X1",)).model_dump_json(exclude_defaults=True)


def test_a_met_point_with_little_confidence_is_a_doubt() -> None:
    def graded(label: str, confidence: float | None, *others: str) -> Grade:
        verdict = Verdict.model_validate({"point": "M1", "label": label, "evidence": SHOWN, "confidence": confidence})
        return assess(Marking(verdicts=(verdict,), doubts=others), RUBRIC, ANSWER, GRADER)

    assert doubts(graded("met", 0.3, "collapsed")) == ("collapsed", "low confidence: M1")
    for sure in (graded("met", 0.9), graded("met", None), graded("missed", 0.3)):
        assert doubts(sure) == ()
    assert doubts(Ungraded(reason="Nothing.")) == ()


def dispute_of(point: str, **fields: object) -> Review:
    attempt = make_attempt()
    basics = {
        "id": attempt.id, "attempt_id": attempt.id, "owner": "local", "question_id": "q", "number": 1,
        "kind": "dispute", "point": point, "text": "No.", "created_at": moment(1),
    }  # fmt: skip
    return Review.model_validate(basics | fields)


def test_what_a_grade_says_can_be_disputed_once_at_a_time() -> None:
    grade = assessed({"M1": "met"}, ("X1",))
    for about in ("M1", "T1", "X1"):
        disputed(grade, about, [dispute_of("M2"), dispute_of(about, closed_at=moment(2))])
        with pytest.raises(Conflict, match="already"):
            disputed(grade, about, [dispute_of(about)])
    for unknown in ("X2", "M9", "N1"):
        with pytest.raises(Invalid):
            disputed(grade, unknown, [])
    with pytest.raises(Conflict):
        disputed(Ungraded(reason="Nothing."), "M1", [])


def test_a_note_is_cleaned_and_has_a_limit() -> None:
    assert note("  I\r\nsee \x00it.\n") == "I\nsee it."
    with pytest.raises(Invalid, match="empty"):
        note(" \x07 ")
    with pytest.raises(TooLarge, match="2,000"):
        note("a" * (MAX_NOTE + 1))


def test_the_notes_of_changes_are_cleaned() -> None:
    assert Changes(note=" Read \x00again. ").note == "Read again."
    with pytest.raises(Invalid, match="empty"):
        VerdictChange(point="M1", label="met", note=" ")


def test_replies_are_the_notes_and_else_the_note_on_the_whole() -> None:
    changes = Changes(
        verdicts=(VerdictChange(point="M1", label="met", note="It is there."), VerdictChange(point="M2", label="met")),
        mistakes=(MistakeChange(mistake="X1", asserted=False),),
        note="Read again.",
    )
    assert changes.replies == {"M1": "It is there.", "M2": "Read again.", "X1": "Read again."}
    assert GraderName(name="person", version="1") == PERSON
