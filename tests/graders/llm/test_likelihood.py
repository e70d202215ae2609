"""How sure a model was, read from what it wrote."""

import json
import math
import re

import pytest

from service.domain.grade import Marking, Verdict
from service.graders.llm.likelihood import likelihoods, weighed
from tests.graders.llm.test_grader import marked
from tests.llm_server import LlmServer, quoting

REPLY = json.dumps(
    {
        "points": {
            "M2": {"quote": 'it says "verdict": "met" here', "verdict": "met"},
            "M1": {"quote": "", "verdict": "missed"},
        },
        "feedback": "",
        "follow_up": "",
    }
)


def tokens(text: str, **sure: float) -> list[tuple[str, float]]:
    """Words with the probabilities `sure`, or certain ones."""
    return [(piece, math.log(sure.get(piece, 1))) for piece in re.findall(r"\w+|\W", text)]


def test_each_label_has_its_own_probability_and_quotes_have_none() -> None:
    assert likelihoods(REPLY, tokens(REPLY, met=0.6, missed=0.9)) == {"M2": 0.6, "M1": 0.9}


def test_a_label_in_several_pieces_is_as_likely_as_all_of_them() -> None:
    split = [
        part
        for piece, log in tokens(REPLY)
        for part in ([("mis", log - 0.5), ("sed", log - 0.5)] if piece == "missed" else [(piece, log)])
    ]
    assert likelihoods(REPLY, split) == {"M2": 1, "M1": pytest.approx(math.exp(-1), abs=0.001)}


def test_thinking_aloud_is_left_out() -> None:
    thinking = '<think>{"points": {"M1": {"verdict": "met"}}}</think>' + REPLY
    assert likelihoods(thinking, tokens(thinking, missed=0.5)) == {"M2": 1, "M1": 0.5}


@pytest.mark.parametrize(
    "text", ["", "no JSON", "{}", '{"points": {"M1": {"verdict": "perhaps"}}}', "[1]", '{"points": 1}']
)
def test_what_cannot_be_read_has_no_probabilities(text: str) -> None:
    assert likelihoods(text, tokens(text)) == {}
    assert likelihoods(REPLY, tokens(text)) == {}


def test_nobody_is_surer_of_a_verdict_than_the_model_was() -> None:
    verdicts = (
        Verdict(point="M1", label="missed", confidence=0.95),
        Verdict(point="M2", label="met", confidence=0.3),
    )
    weak = weighed(Marking(verdicts=verdicts), REPLY, tokens(REPLY, met=0.6, missed=0.5))
    assert [verdict.confidence for verdict in weak.verdicts] == [0.5, 0.3]


def test_a_verdict_that_code_changed_is_not_the_models_to_be_sure_of() -> None:
    changed = Marking(verdicts=(Verdict(point="M1", label="missed", raw="met", changed="not found", confidence=0.5),))
    assert weighed(changed, REPLY, tokens(REPLY, missed=0.1)) == changed


@pytest.mark.parametrize(("sure", "expected"), [(None, 0.9), (0.99, 0.9), (0.4, 0.4)])
def test_log_probabilities_of_the_server_lower_the_confidence(sure: float | None, expected: float) -> None:
    with LlmServer(quoting, sure=sure) as server:
        marking = marked(server)
        wanted = [asked.body.get("logprobs", False) for asked in server.asked if not asked.chooses]
    assert isinstance(marking, Marking)
    assert marking.verdicts[0].confidence == pytest.approx(expected)
    assert wanted == [True, sure is not None]


def test_only_the_token_itself_is_wanted_as_some_servers_add_the_twenty_likeliest_unasked() -> None:
    with LlmServer(quoting, sure=0.9) as server:
        marked(server)
        assert {asked.body["top_logprobs"] for asked in server.asked if not asked.chooses} == {1}


def test_a_server_that_refuses_log_probabilities_is_asked_without() -> None:
    with LlmServer(quoting, refuses=["logprobs"], sure=0.4) as server:
        marking = marked(server)
        assert server.asked[-1].body["response_format"]["type"] == "json_schema"
    assert isinstance(marking, Marking)
    assert marking.verdicts[0].confidence == 0.9


def test_they_are_not_asked_for_where_they_would_make_a_reply_too_large() -> None:
    with LlmServer(quoting, sure=0.4) as server:
        marked(server, max_tokens=5000)
        assert not any("logprobs" in asked.body for asked in server.asked)
