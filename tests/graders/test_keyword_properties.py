"""What holds for any text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.attempt import Answer
from service.domain.grade import Evidence, assess
from service.graders.keyword import KeywordGrader, mark
from service.graders.sheet import compile_item
from tests.graders.five import ALL
from tests.graders.test_keyword import ANSWERS

SHEETS = {name: compile_item(item) for name, item in ALL.items()}
NAMES = st.sampled_from(sorted(ALL))
PIECES = sorted(
    {word for answer in ANSWERS.values() for word in answer.split()}
    | {
        "not",
        "never",
        "is false.",
        "People think",
        "131,072",
        "4 GB",
        "no wait",
        "\n",
        "?",
        ";",
        "4-5",
        "n't",
        "'s",
        "½",
        "𝟜",
        "፩",
    }
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=80).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=40).map("".join),
)


@given(NAMES, TEXTS)
@settings(max_examples=300, deadline=None)
def test_evidence_stands_in_the_answer_and_ids_in_the_rubric(name: str, text: str) -> None:
    rubric = ALL[name].rubric
    marking = mark(SHEETS[name], text)
    evidence: list[tuple[Evidence, ...]] = [verdict.evidence for verdict in marking.verdicts]
    evidence += [finding.evidence for finding in marking.mistakes]
    evidence += [reading.evidence for reading in marking.quantities]
    assert all(shown and all(e.stands_in(text) for e in shown) for shown in evidence)
    assert {v.point for v in marking.verdicts} <= {p.id for p in rubric.points()}
    assert {v.label for v in marking.verdicts} <= {"met", "partial"}
    assert {f.mistake for f in marking.mistakes} <= {m.id for m in rubric.mistakes}
    assert {r.quantity for r in marking.quantities} <= {q.id for q in rubric.quantities}


@given(NAMES, TEXTS)
@settings(deadline=None)
def test_grading_is_deterministic_even_on_a_fresh_sheet(name: str, text: str) -> None:
    assert mark(compile_item(ALL[name]), text) == mark(SHEETS[name], text)


@given(NAMES, TEXTS)
@settings(deadline=None)
def test_a_verified_grade_keeps_every_verdict_of_the_grader(name: str, text: str) -> None:
    marking = mark(SHEETS[name], text)
    grade = assess(marking, ALL[name].rubric, Answer(text=text), KeywordGrader.identity)
    kept = {v.point for v in grade.verdicts if v.label != "missed"}
    assert kept == {v.point for v in marking.verdicts}
    assert grade.mistakes == marking.mistakes


@given(
    NAMES,
    st.sampled_from(["Ab", "the ", "is false, ", "people say ", "\n", "4 GB ", "token ", "n't", "👩🏽‍💻", "ﷺ", ", "]),
)
@settings(max_examples=30, deadline=None)
def test_an_answer_of_the_greatest_length_is_read(name: str, piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    assert all(v.label in ("met", "partial") for v in mark(SHEETS[name], text).verdicts)
