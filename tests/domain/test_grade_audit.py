"""What a grade keeps for those who ask how it came about, and grades from before it did."""

from pydantic import TypeAdapter

from service.domain.attempt import Answer
from service.domain.grade import Call, Evidence, Grade, Marking, Reading, Ungraded, Verdict, assess
from tests.domain.builders import GRADER, ITEM, make_grade, make_point, make_quantity, make_rubric

TEXT = "It halves."
SHOWN = (Evidence(start=0, end=len(TEXT), quote=TEXT),)
INVENTED = (Evidence(start=0, end=3, quote="???"),)
NEW = {"confidence", "raw", "changed", "feedback", "doubts", "calls"}


def grade(marking: Marking) -> Grade:
    return assess(marking, ITEM.rubric, Answer(text=TEXT), GRADER)


def test_a_grade_that_was_stored_before_is_read_as_it_was() -> None:
    now = make_grade("M1")
    before = now.model_dump(mode="json", exclude=NEW)
    before["verdicts"] = [v.model_dump(mode="json", exclude=NEW) for v in now.verdicts]
    stored: TypeAdapter[Grade | Ungraded] = TypeAdapter(Grade | Ungraded)
    assert not NEW & set(before)
    assert stored.validate_python(before) == now


def test_what_a_grader_adds_to_its_verdicts_is_kept() -> None:
    call = Call(requested_model="small", model="small-2", digest="0" * 64, reply="{}", prompt_tokens=7)
    verdict = Verdict(point="M1", label="partial", evidence=SHOWN, confidence=0.4, raw="met", changed="too vague")
    marking = Marking(verdicts=(verdict,), feedback="Good.", follow_up="Why?", doubts=("odd",), calls=(call,))
    result = grade(marking)
    assert result.verdicts == (verdict,)
    assert (result.feedback, result.follow_up, result.doubts, result.calls) == ("Good.", "Why?", ("odd",), (call,))
    assert Grade.model_validate_json(result.model_dump_json()) == result


def test_without_a_follow_up_of_the_grader_the_rubric_asks() -> None:
    assert grade(Marking()).follow_up == "How?"


def test_a_point_that_loses_its_credit_for_want_of_evidence_keeps_what_was_said_of_it() -> None:
    said = Verdict(point="M1", label="met", evidence=INVENTED, confidence=0.9)
    (verdict,) = grade(Marking(verdicts=(said,))).verdicts
    assert verdict == Verdict(point="M1", label="missed", confidence=0.9, raw="met", changed="no evidence")


def test_the_first_change_is_the_one_that_is_kept() -> None:
    said = Verdict(point="M1", label="partial", evidence=INVENTED, raw="met", changed="too vague")
    (verdict,) = grade(Marking(verdicts=(said,))).verdicts
    assert (verdict.label, verdict.raw, verdict.changed) == ("missed", "met", "too vague")


def test_a_point_that_a_wrong_number_spoils_says_so() -> None:
    rubric = make_rubric(criteria={"mechanism": [make_point()]}, quantities=[make_quantity(point="M1")])
    wrong = Reading(quantity="N1", right=False, evidence=SHOWN)
    marking = Marking(verdicts=(Verdict(point="M1", label="met", evidence=SHOWN),), quantities=(wrong,))
    (verdict,) = assess(marking, rubric, Answer(text=TEXT), GRADER).verdicts
    assert (verdict.label, verdict.raw, verdict.changed) == ("partial", "met", "wrong number")
