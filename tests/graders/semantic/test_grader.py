"""The semantic grader keeps its promises, on a question about the two phases of serving a language model."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

import pytest

from service.domain.attempt import Answer
from service.domain.grade import Marking
from service.domain.rubric import KeyPoint
from service.graders.semantic.comparison import Comparison
from service.graders.semantic.grader import SemanticGrader
from service.graders.semantic.model import the_model
from service.graders.semantic.page import Page, compile_page
from service.graders.semantic.parameters import MET
from service.graders.semantic.texts import understand
from tests.domain.builders import make_item, make_mistake, make_point, make_quantity, make_rubric

GRADER = SemanticGrader()
POINTS = [
    make_point("M1", says="Prefill is limited by arithmetic, decode is limited by bandwidth.", cues=[["nothing"]]),
    make_point("M2", says="A larger batch increases throughput.", cues=[["nothing"]]),
    make_point("M3", says="The cache stores keys and values of earlier tokens.", cues=[["nothing"]]),
    make_point("M4", says="Each step needs 16 gigabytes.", cues=[["nothing"]]),
]
MISTAKE = make_mistake(
    says="The cache stores the text of the conversation.", correction="It stores vectors.", cues=[["nothing"]]
)
ITEM = make_item(
    rubric=make_rubric(question_id="binary-search", criteria={"mechanism": POINTS}, mistakes=[MISTAKE]),
    prompt="What happens while a language model answers?",
    model_answer="It computes.",
)


def mark(text: str) -> Marking:
    return asyncio.run(GRADER.mark(ITEM, Answer(text=text)))


def labels(text: str) -> Mapping[str, str]:
    return {verdict.point: verdict.label for verdict in mark(text).verdicts}


def probability_of(point: KeyPoint, text: str) -> float:
    """How likely the one key point of a question is met."""
    rubric = make_rubric(question_id="binary-search", criteria={"mechanism": [point]})
    item = make_item(rubric=rubric, prompt=ITEM.question.prompt, model_answer="It computes.")
    (verdict,) = asyncio.run(GRADER.mark(item, Answer(text=text))).verdicts
    assert verdict.confidence is not None
    return (
        1 - verdict.confidence
        if verdict.label == "missed"
        else verdict.confidence * (MET if verdict.label == "partial" else 1)
    )


def confidence(text: str, point: str) -> float:
    """How likely the key point is met."""
    (verdict,) = (v for v in mark(text).verdicts if v.point == point)
    assert verdict.confidence is not None
    return 1 - verdict.confidence if verdict.label == "missed" else verdict.confidence


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("With bigger batches the server produces more tokens per second, so throughput goes up.", "M2"),
        ("Keys and values of all previous tokens are kept in a cache.", "M3"),
        ("The keys and values of earlier tokenz are what the cache holds.", "M3"),
    ],
)
def test_a_key_point_in_words_that_no_cue_foresaw_is_met(text: str, point: str) -> None:
    assert labels(text)[point] == "met"


@pytest.mark.parametrize(
    "text",
    [
        "A larger batch does not increase throughput.",
        "It is not true that a larger batch increases throughput.",
        "A larger batch decreases throughput.",
    ],
)
def test_the_truth_denied_or_turned_into_its_opposite_is_not_met(text: str) -> None:
    assert labels("A larger batch increases throughput.")["M2"] == "met"
    assert labels(text)["M2"] != "met"


def test_an_opposite_that_is_denied_says_the_same() -> None:
    assert labels("A larger batch does not decrease throughput.")["M2"] == "met"


def test_a_sentence_that_denies_one_truth_in_a_clause_proves_no_other() -> None:
    said, denied = "A larger batch increases throughput", "a larger batch does not increase throughput"
    rest = ", and the cache stores keys and values of earlier tokens."
    assert [point for point, label in labels(said + rest).items() if label == "met"] == ["M2", "M3"]
    assert set(labels(denied + rest).values()) == {"missed"}


def test_faster_is_no_word_for_slow() -> None:
    point = make_point("M1", says="Decode is slow.", cues=[["nothing"]])
    assert probability_of(point, "Decoding is slower.") > 2 * probability_of(point, "Decoding is faster.")


def test_what_the_statement_keeps_apart_is_not_said_by_stringing_it_together() -> None:
    point = make_point("M1", says="The keys of the tokens and the values of the batch.", cues=[["nothing"]])
    strung = probability_of(point, "keys tokens values batch")
    assert probability_of(point, "keys tokens, values batch") > 2 * strung
    assert probability_of(point, "keys of tokens and values of batches") > 2 * strung


@cache
def page() -> Page:
    return compile_page(ITEM, the_model())


def compared(text: str) -> Comparison:
    answer = understand(text, the_model())
    return page().board.compare(answer, [True] * len(answer.clauses), page().sheet.vocabulary)


def test_an_answer_as_a_whole_says_more_the_more_of_the_key_points_it_has() -> None:
    texts = ["It rains.", "A larger batch increases throughput.", " ".join(point.says for point in POINTS)]
    nothing, part, everything = (compared(text).whole(page().whole) for text in texts)
    assert nothing < part < everything
    assert everything > 0.95


def test_a_list_adds_nothing_as_a_whole() -> None:
    assert compared("throughput batch increases larger cache keys values stores earlier tokens").seen(1).plain == 0
    assert compared("A larger batch increases throughput, as the cache stores keys.").seen(1).plain == 1


def test_roles_matter() -> None:
    assert labels("Prefill is limited by arithmetic, while decode is limited by bandwidth.")["M1"] == "met"
    assert labels("Prefill is limited by bandwidth, while decode is limited by arithmetic.")["M1"] == "missed"


def test_a_number_is_not_much_the_same_as_another() -> None:
    assert labels("Every step needs 16 gigabytes.")["M4"] == "met"
    assert confidence("Every step needs 32 gigabytes.", "M4") < confidence("Every step needs 16 gigabytes.", "M4")


@pytest.mark.parametrize(
    "text",
    [
        "throughput batch increases larger cache keys values stores earlier tokens",
        "What happens while a language model answers?",
        "Does a larger batch increase throughput?",
        "I do not know.",
        "",
    ],
)
def test_lists_questions_and_silence_meet_nothing(text: str) -> None:
    assert set(labels(text).values()) == {"missed"}


def test_each_verdict_shows_words_of_the_answer_and_how_sure_it_is() -> None:
    text = "Well, it depends. A larger batch increases throughput – the cache stores keys and values of earlier tokens."
    marking = mark(text)
    assert [v.point for v in marking.verdicts if v.label == "met"] == ["M2", "M3"]
    for verdict in marking.verdicts:
        assert verdict.confidence is not None
        assert 0 <= verdict.confidence <= 1
        assert bool(verdict.evidence) == (verdict.label != "missed")
        assert all(e.stands_in(text) for e in verdict.evidence)


def test_a_mistake_in_other_words_is_found_where_it_is_asserted_and_nowhere_else() -> None:
    text = "It is fast. The cache stores the conversation's text."
    (found,) = mark(text).mistakes
    assert [e.quote for e in found.evidence] == ["The cache stores the conversation's text"]
    assert mark("It is a mistake to think that the cache stores the conversation's text.").mistakes == ()
    assert mark("The cache stores keys and values of earlier tokens.").mistakes == ()


def test_a_mistake_that_is_named_as_one_earns_its_key_point_and_costs_nothing() -> None:
    named = make_point("C1", says="It is wrong that the cache stores the text of the conversation.", cues=[["nothing"]])
    rubric = make_rubric(
        question_id="binary-search", criteria={"mechanism": POINTS, "common_mistakes": [named]}, mistakes=[MISTAKE]
    )
    item = make_item(rubric=rubric, prompt=ITEM.question.prompt, model_answer="It computes.")
    text = "It is a mistake to think that the cache stores the text of the conversation."
    marking = asyncio.run(GRADER.mark(item, Answer(text=text)))
    assert [v.point for v in marking.verdicts if v.label == "met"] == ["C1"]
    assert marking.mistakes == ()


@pytest.mark.parametrize(
    ("said", "right"), [("16 GB", True), ("16,300 MB", True), ("32 GB", False), ("16 seconds", None)]
)
def test_numbers_are_compared_with_their_units_and_a_tolerance(said: str, right: bool | None) -> None:
    weights = make_quantity(says="Weights", value=16, unit="GB", tolerance=0.05, cues=[["weights"]])
    rubric = make_rubric(question_id="binary-search", criteria={"mechanism": POINTS}, quantities=[weights])
    item = make_item(rubric=rubric, prompt=ITEM.question.prompt, model_answer="It computes.")
    found = asyncio.run(GRADER.mark(item, Answer(text=f"The weights take {said}."))).quantities
    assert [reading.right for reading in found] == ([] if right is None else [right])


def test_what_only_a_paraphrase_says_is_found() -> None:
    key = make_point("M3", says="The cache stores keys and values of earlier tokens.", cues=[["nothing"]])
    told = key.model_copy(
        update={"paraphrases": ("What was computed for the words so far is put aside and used again.",)}
    )
    text = "The results for the words so far are put aside, and used again later."
    for point, label in ((key, "missed"), (told, "met")):
        item = make_item(
            rubric=make_rubric(question_id="binary-search", criteria={"mechanism": [point]}),
            prompt="What happens while a language model answers?",
            model_answer="It computes.",
        )
        marking = asyncio.run(GRADER.mark(item, Answer(text=text)))
        assert [verdict.label for verdict in marking.verdicts] == [label]


def test_the_same_answer_is_marked_the_same_whatever_was_marked_before() -> None:
    text = "A larger batch increases throughput."
    first = mark(text)
    mark("Something else entirely. " * 50)
    assert mark(text) == first == asyncio.run(SemanticGrader().mark(ITEM, Answer(text=text)))


def test_a_long_answer_is_read_to_its_end() -> None:
    text = "There is much to say about it. " * 300 + "A larger batch increases throughput."
    assert labels(text)["M2"] == "met"


def test_the_model_is_loaded_at_the_first_grade_and_not_before() -> None:
    code = (
        "import sys; from service.graders.semantic.grader import SemanticGrader; SemanticGrader();"
        "print({'onnxruntime', 'tokenizers', 'numpy'} & sys.modules.keys())"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"


def test_a_model_answer_without_words_is_no_trouble() -> None:
    item = make_item(rubric=ITEM.rubric, prompt=ITEM.question.prompt, model_answer="…")
    marking = asyncio.run(GRADER.mark(item, Answer(text="A larger batch increases throughput.")))
    assert [verdict.point for verdict in marking.verdicts if verdict.label == "met"] == ["M2"]
