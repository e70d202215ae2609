"""The LLM grader from an answer to a marking, against a server that speaks HTTP."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking, Ungraded, assess
from service.domain.rubric import Item
from service.errors import ConfigError, GraderUnavailable
from service.graders.llm.grader import LlmGrader, version
from service.llm.settings import LlmSettings
from tests.domain.builders import make_mistake, make_point, make_question, make_rubric
from tests.llm_faults import Fault
from tests.llm_server import LlmServer, quoting

T = TypeVar("T")

ITEM = Item(
    question=make_question(),
    rubric=make_rubric(
        criteria={
            "mechanism": [
                make_point("M1", says="Each step halves the range.", cues=[["halves", "range"]]),
                make_point("M2", says="It compares the middle value.", cues=[["compares", "middle"]]),
            ]
        },
        mistakes=[make_mistake("X1", says="It works on any list.")],
    ),
)
ANSWER = Answer(text="Every step halves the range that is left. It compares the value with the middle one.")


def settings(server: LlmServer, **fields: Any) -> LlmSettings:
    return LlmSettings.model_validate({"base_url": server.url, "model": "asked-for"} | fields)


def settings_of(**fields: Any) -> LlmSettings:
    return LlmSettings.model_validate({"base_url": "http://127.0.0.1:9/v1", "model": "m"} | fields)


def using(config: LlmSettings, work: Callable[[LlmGrader], Awaitable[T]]) -> T:
    async def run() -> T:
        grader = LlmGrader(config)
        try:
            return await work(grader)
        finally:
            await grader.aclose()

    return asyncio.run(run())


def marked(server: LlmServer, answer: Answer = ANSWER, **fields: Any) -> Marking | Ungraded:
    return using(settings(server, **fields), lambda grader: grader.mark(ITEM, answer))


def test_what_the_model_shows_in_the_answer_is_graded() -> None:
    with LlmServer(quoting) as server:
        marking = marked(server)
    assert isinstance(marking, Marking)
    grade = assess(marking, ITEM.rubric, ANSWER, GraderName(name="llm", version="1"))
    assert [(v.point, v.label, v.evidence[0].quote) for v in grade.verdicts] == [
        ("M1", "met", "Every step halves the range that is left"),
        ("M2", "met", "It compares the value with the middle one"),
    ]
    assert grade.overall == 100
    assert grade.feedback
    assert grade.follow_up == "Why is that?"


def test_a_marking_keeps_what_it_takes_to_explain_it() -> None:
    with LlmServer(quoting) as server:
        marking = marked(server, price_in=2, price_out=10, price_date="2026-11-01")
    assert isinstance(marking, Marking)
    (call,) = marking.calls
    assert (call.requested_model, call.model, call.request_id) == ("asked-for", "fake-1", "req-7")
    assert (call.prompt_tokens, call.cached_tokens, call.completion_tokens) == (700, 600, 90)
    assert call.price == pytest.approx((700 * 2 + 90 * 10) / 1_000_000)
    assert call.price_date == "2026-11-01"
    assert '"M1"' in call.reply
    assert len(call.digest) == 64


@pytest.mark.parametrize("text", [":", "Thought process:", "?!", "…", "\u200b\u200b\u200b yes"])
def test_nobody_is_asked_about_an_answer_that_says_nothing(text: str) -> None:
    with LlmServer(quoting) as server:
        assert marked(server, Answer(text=text)) == Marking()
        assert server.asked == []


@pytest.mark.parametrize(
    "fault", ["empty-choices", "refusal", "length", "invalid-json", "wrong-ids", "huge", "content-filter"]
)
def test_a_useless_reply_leaves_the_answer_ungraded(fault: Fault) -> None:
    with LlmServer(quoting) as server:

        async def work(grader: LlmGrader) -> Marking | Ungraded:
            await grader.mark(ITEM, ANSWER)
            server.fail(fault)
            return await grader.mark(ITEM, ANSWER)

        result = using(settings(server), work)
    assert isinstance(result, Ungraded)
    assert "language model" in result.reason
    assert "halves" not in result.reason


def test_a_model_that_finds_no_end_to_its_follow_up_question_has_given_its_verdicts() -> None:
    def endless(body: dict[str, Any]) -> str:
        return json.dumps(json.loads(quoting(body)) | {"follow_up": "Why is that? " * 500})

    with LlmServer(endless) as server:

        async def work(grader: LlmGrader) -> Marking | Ungraded:
            await grader.endpoint.check()
            server.fail("endless")
            return await grader.mark(ITEM, ANSWER)

        result = using(settings(server), work)
        assert sum("answer-" in asked.text for asked in server.asked) == 1
    assert isinstance(result, Marking)
    assert [verdict.label for verdict in result.verdicts] == ["met", "met"]
    assert result.feedback
    assert result.follow_up is None


@pytest.mark.parametrize("fault", ["500", "429", "429-retry-after", "silence", "drip", "html", "redirect", "reset"])
def test_an_endpoint_that_fails_is_told_to_the_job_engine(fault: Fault) -> None:
    with LlmServer(quoting) as server:

        async def work(grader: LlmGrader) -> None:
            await grader.mark(ITEM, ANSWER)
            server.fail(fault)
            with pytest.raises(GraderUnavailable):
                await grader.mark(ITEM, ANSWER)

        using(settings(server, timeout_seconds=1), work)


def test_the_version_changes_with_the_model_and_with_nothing_that_a_grade_does_not_depend_on() -> None:
    assert version(settings_of()) == version(settings_of(api_key="another", timeout_seconds=5))
    assert version(settings_of()) != version(settings_of(model="another"))
    assert len(version(settings_of())) == 12


def test_without_settings_there_is_no_llm_grader() -> None:
    class Nothing:
        llm = None

    with pytest.raises(ConfigError, match="VIVA_LLM__BASE_URL"):
        LlmGrader.from_settings(Nothing())


def test_servers_without_a_strict_mode_are_asked_in_words() -> None:
    with LlmServer(strict=[]) as server:
        marking = marked(server)
    assert isinstance(marking, Marking)
    assert marking.calls[0].reply.startswith("{")
