"""The form of a reply, and what is taken for one."""

import json
from typing import Any

import pytest

from service.domain.rubric import Rubric
from service.errors import BadReply
from service.graders.llm.reply import Reply, judges_all, parse, schema
from tests.domain.builders import make_mistake, make_point, make_rubric

RUBRIC = make_rubric(
    criteria={"mechanism": [make_point("M1"), make_point("M2")], "tradeoffs": [make_point("T1")]},
    mistakes=[make_mistake("X1")],
)


def said(**changes: Any) -> dict[str, Any]:
    """A reply that fits RUBRIC."""
    return {
        "points": {i: {"quote": "", "verdict": "missed"} for i in ("M1", "M2", "T1")},
        "mistakes": {"X1": {"quote": "", "asserted": False}},
        "feedback": "Go on.",
        "follow_up": "And then?",
    } | changes


def read(reply: object, rubric: Rubric = RUBRIC) -> Reply:
    return parse(reply if isinstance(reply, str) else json.dumps(reply), rubric)


def objects(part: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [o for p in part["properties"].values() if p["type"] == "object" for o in objects(p)]
    return [part, *inner]


def test_the_schema_keeps_to_what_every_strict_mode_knows() -> None:
    for part in objects(schema(RUBRIC)):
        assert part.keys() == {"type", "properties", "required", "additionalProperties"}
        assert part["required"] == list(part["properties"])
        assert part["additionalProperties"] is False
        for leaf in part["properties"].values():
            assert leaf["type"] in ("object", "string", "boolean")
            assert leaf.keys() <= {"type", "enum", "properties", "required", "additionalProperties"}


def test_the_schema_wants_each_key_point_by_its_id_and_the_quote_before_the_verdict() -> None:
    made = schema(RUBRIC)
    assert list(made["properties"]) == ["points", "mistakes", "feedback", "follow_up"]
    assert list(made["properties"]["points"]["properties"]) == ["M1", "M2", "T1"]
    assert list(made["properties"]["points"]["properties"]["M1"]["properties"]) == ["quote", "verdict"]
    assert list(made["properties"]["mistakes"]["properties"]["X1"]["properties"]) == ["quote", "asserted"]
    assert made["properties"]["points"]["properties"]["M1"]["properties"]["verdict"]["enum"] == [
        "met", "partial", "missed",
    ]  # fmt: skip


def test_a_rubric_without_mistakes_is_asked_for_none() -> None:
    plain = make_rubric()
    assert "mistakes" not in schema(plain)["properties"]
    reply = {"points": {"M1": {"quote": "", "verdict": "missed"}}, "feedback": "", "follow_up": ""}
    assert read(reply, plain).mistakes == {}


def test_a_reply_that_fits_is_read_in_the_rubrics_order() -> None:
    reply = read(said(points=dict(reversed(said()["points"].items()))))
    assert list(reply.points) == ["M1", "M2", "T1"]
    assert reply.follow_up == "And then?"


@pytest.mark.parametrize(
    "text",
    [
        "Here you are:\n```json\n{}\n```\nAnything else?",
        '<think>The form is {"points": ...}. Is it met?</think>\n{}',
        "  {}  ",
    ],
)
def test_prose_fences_and_thinking_aloud_around_a_reply_are_left_out(text: str) -> None:
    assert read(text.replace("{}", json.dumps(said()))) == read(said())


@pytest.mark.parametrize("text", ["", "Good morning!", "{", '{"points": {,}}', json.dumps(said())[:-20] + "}"])
def test_what_is_no_json_is_no_reply(text: str) -> None:
    with pytest.raises(BadReply, match="is not valid JSON"):
        read(text)


@pytest.mark.parametrize(
    "reply",
    [
        {},
        said(points=[]),
        said(points={"M1": {"quote": "", "verdict": "excellent"}}),
        said(points={"M1": {"verdict": "met"}}),
        said(points={"M1": {"quote": "", "verdict": "met", "score": 5}}),
        said(overall=5),
        said(feedback=None),
        {"criteria": [{"id": "M1", "met": True}], "overall": 5},
    ],
)
def test_a_reply_of_another_form_is_no_reply(reply: object) -> None:
    with pytest.raises(BadReply, match="does not have the form"):
        read(reply)


def test_a_reply_that_leaves_ids_out_is_no_reply() -> None:
    points = said()["points"]
    del points["M2"]
    with pytest.raises(BadReply, match=r"says nothing of M2\.$"):
        read(said(points=points))
    with pytest.raises(BadReply, match=r"says nothing of X1\.$"):
        read(said(mistakes={}))


def test_a_reply_about_other_ids_is_no_reply() -> None:
    points = said()["points"] | {"Z9": {"quote": "", "verdict": "met"}}
    with pytest.raises(BadReply, match="ids that the rubric does not have"):
        read(said(points=points))


def test_no_message_quotes_the_reply() -> None:
    secret = "what the candidate said"
    points = said()["points"]
    for broken in (f'{{"{secret}', said(points={secret: {}}), said(points=points | {secret: points["M1"]})):
        with pytest.raises(BadReply) as caught:
            read(broken)
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None


def test_feedback_ends_after_eighty_words() -> None:
    reply = read(said(feedback="softmax " * 5000, follow_up="why " * 500))
    assert len(reply.feedback.split()) == 81
    assert reply.feedback.endswith("softmax …")
    assert len(reply.follow_up.split()) == 51


def test_of_a_reply_that_was_cut_off_after_its_verdicts_they_count_and_what_is_complete_beside_them() -> None:
    whole = json.dumps(said(follow_up="And then? " * 100))
    cut = whole[: whole.index("And then?") + 200]
    assert judges_all(RUBRIC, cut)
    reply = parse(cut, RUBRIC, cut_off=True)
    assert (reply.points["T1"].verdict, reply.feedback, reply.follow_up) == ("missed", "Go on.", "")


@pytest.mark.parametrize("last", ['"T1"', '"mistakes"', '"asserted"', '": false'])
def test_a_reply_that_was_cut_off_before_is_none(last: str) -> None:
    whole = json.dumps(said())
    cut = whole[: whole.index(last) + len(last) - 1]
    assert not judges_all(RUBRIC, cut)
    with pytest.raises(BadReply):
        parse(cut, RUBRIC, cut_off=True)
