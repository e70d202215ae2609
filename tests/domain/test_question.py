"""The models of the bank: what they refuse, and what their digests depend on."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from service.domain.question import FollowUp, Source, Topic
from service.domain.rubric import CRITERIA, SCALES, Anchor, Item
from tests.domain.builders import make_item, make_mistake, make_point, make_quantity, make_question, make_rubric

TOPIC = Topic(
    id="searching",
    title="Searching",
    blurb="Finding things.",
    key_concepts=("Order",),
    answer_template="It finds [what].",
    self_check=("What is order for?",),
    learning_path=("binary-search",),
)
VALUES: list[BaseModel] = [
    Source(title="A textbook"),
    FollowUp(slug="trie"),
    make_question(),
    TOPIC,
    make_point(),
    make_mistake(),
    make_quantity(),
    Anchor(kind="good", answer="It halves."),
    make_rubric(),
    make_item(),
]


def name(value: BaseModel) -> str:
    return type(value).__name__


@pytest.mark.parametrize("value", VALUES, ids=name)
def test_an_unknown_field_is_refused(value: BaseModel) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        type(value).model_validate(value.model_dump() | {"colour": "red"})


@pytest.mark.parametrize("value", VALUES, ids=name)
def test_a_value_cannot_be_changed(value: BaseModel) -> None:
    field = next(iter(type(value).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(value, field, getattr(value, field))


@pytest.mark.parametrize("value", VALUES, ids=name)
def test_a_value_survives_json_read_strictly(value: BaseModel) -> None:
    assert type(value).model_validate_json(value.model_dump_json(), strict=True) == value


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "Binary Search"},
        {"id": "binary_search"},
        {"id": "-search"},
        {"id": "a" * 81},
        {"title": "  "},
        {"prompt": ""},
        {"level": "junior"},
        {"frequency": "rare"},
        {"kind": "riddle"},
        {"explanation": "story"},
        {"max_words": 0},
        {"max_words": 45.5},
        {"minutes": 0},
        {"minutes": 31},
        {"tags": ["Big O"]},
        {"concept": ""},
        {"sources": []},
        {"as_of": "2026"},
        {"as_of": "2026-13"},
        {"hint": None},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_question(**fields)


def test_text_loses_the_space_around_it() -> None:
    assert make_question(title="  Binary search\n").title == "Binary search"


@pytest.mark.parametrize("url", ["http://example.org", "ftp://example.org", "https://", "https://a b"])
def test_a_source_is_reached_by_https(url: str) -> None:
    with pytest.raises(ValidationError):
        Source(title="A textbook", url=url)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"slug": "trie", "question": "Why?", "short_answer": "Because."},
        {"question": "Why?"},
        {"slug": "trie", "short_answer": "Because."},
        {"slug": "trie", "key_points": ["It branches."]},
        {"slug": "trie", "probes": ["first"]},
    ],
)
def test_a_follow_up_has_one_form(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FollowUp.model_validate(fields)


def test_both_forms_of_a_follow_up_are_accepted() -> None:
    assert FollowUp(slug="trie", probes=("M1",)).question is None
    assert FollowUp(question="Why?", short_answer="Because.").slug is None


@pytest.mark.parametrize(
    "fields",
    [{"point_id": "m1"}, {"point_id": "M0"}, {"weight": 0}, {"weight": 4}, {"cues": []}, {"cues": [[]]}, {"ask": ""}],
)
def test_a_key_point_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_point(**fields)


@pytest.mark.parametrize("fields", [{"tolerance": -0.1}, {"tolerance": 0.6}, {"status": "guessed"}, {"value": "many"}])
def test_a_quantity_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_quantity(**fields)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"criteria": {}}, "at least one key point"),
        ({"criteria": {"mechanism": []}}, "at least 1 item"),
        ({"criteria": {"style": [make_point()]}}, "Input should be"),
        ({"scale": "essay"}, "Input should be"),
        ({"criteria": {"mechanism": [make_point(), make_point()]}}, "ids used twice: M1"),
        ({"mistakes": [make_mistake("M1")]}, "ids used twice: M1"),
        ({"quantities": [make_quantity("X1")], "mistakes": [make_mistake("X1")]}, "ids used twice: X1"),
        ({"mistakes": [make_mistake(caps="tradeoffs")]}, "mistake X1 caps tradeoffs"),
        ({"quantities": [make_quantity(point="T9")]}, "unknown key point T9"),
        (
            {"anchors": [{"kind": "good", "answer": "", "verdicts": {"M2": "met"}}]},
            "anchor 1 names unknown verdicts: M2",
        ),
        ({"anchors": [{"kind": "wrong", "answer": "", "mistakes": ["X1"]}]}, "unknown mistakes: X1"),
        ({"anchors": [{"kind": "good", "answer": "", "quantities": {"N1": "right"}}]}, "unknown quantities: N1"),
        ({"anchors": [{"kind": "good", "answer": "", "verdicts": {"M1": "missed"}}]}, "Input should be"),
        ({"anchors": [{"kind": "brilliant", "answer": ""}]}, "Input should be"),
    ],
)
def test_a_rubric_holds_together(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        make_rubric(**fields)


def test_key_points_come_in_the_order_of_the_criteria() -> None:
    written = {"common_mistakes": [make_point("C1")], "mechanism": [make_point("M2"), make_point("M1")]}
    assert [point.id for point in make_rubric(criteria=written).points()] == ["M2", "M1", "C1"]


def test_every_scale_weighs_every_criterion_and_adds_up_to_100() -> None:
    for weights in SCALES.values():
        assert set(weights) == set(CRITERIA)
        assert sum(weights.values()) == 100


def test_anchors_do_not_change_the_digest() -> None:
    rubric = make_rubric()
    shown = make_rubric(anchors=[{"kind": "good", "answer": "It halves.", "verdicts": {"M1": "met"}}])
    assert rubric.digest == shown.digest
    assert make_item(rubric=rubric).digest == make_item(rubric=shown).digest


@pytest.mark.parametrize(
    "fields",
    [
        {"scale": "design"},
        {"criteria": {"mechanism": [make_point(weight=2)]}},
        {"criteria": {"mechanism": [make_point(cues=[["halved"]])]}},
        {"mistakes": [make_mistake()]},
        {"quantities": [make_quantity()]},
    ],
)
def test_all_that_grading_depends_on_changes_the_digest(fields: dict[str, Any]) -> None:
    assert make_rubric(**fields).digest != make_rubric().digest
    assert make_item(rubric=make_rubric(**fields)).digest != make_item(rubric=make_rubric()).digest


def test_an_edited_question_is_a_new_version_under_the_same_rubric() -> None:
    old, new = make_item(), make_item(model_answer="It halves the range in every step.")
    assert old.rubric.digest == new.rubric.digest
    assert old.digest != new.digest


def test_a_digest_does_not_depend_on_the_order_in_which_a_file_names_things() -> None:
    criteria = {"mechanism": [make_point("M1")], "tradeoffs": [make_point("T1")]}
    backwards = dict(reversed(criteria.items()))
    assert make_rubric(criteria=criteria).digest == make_rubric(criteria=backwards).digest
    glossary = {"bisection": ["halving"], "array": []}
    assert make_item(glossary=glossary).digest == make_item(glossary=dict(reversed(glossary.items()))).digest


def test_a_digest_survives_storage() -> None:
    item = make_item(title="Größe \U0001f600")
    body = item.model_dump_json(exclude={"rubric": {"anchors"}})
    assert Item.model_validate_json(body).digest == item.digest
    assert len(item.digest) == 64


def test_a_word_limit_is_the_same_for_question_and_rubric_and_part_of_its_digest() -> None:
    brief = make_rubric(max_words=45)
    assert make_item(rubric=brief, max_words=45).rubric.digest != make_rubric().digest
    for question, rubric in ((None, brief), (45, make_rubric()), (40, brief)):
        with pytest.raises(ValidationError, match="differ in max_words"):
            make_item(rubric=rubric, max_words=question)


def test_a_version_stored_before_questions_had_newer_fields_can_be_read() -> None:
    body = make_item(follow_ups=[{"question": "Why?", "short_answer": "So."}]).model_dump()
    for part, name in (("question", "explanation"), ("question", "max_words"), ("rubric", "max_words")):
        del body[part][name]
    del body["question"]["follow_ups"][0]["key_points"]
    assert Item.model_validate(body).question.explanation is None
