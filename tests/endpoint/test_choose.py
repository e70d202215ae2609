"""Asking for one word, and how likely each of two was."""

import asyncio
import math

import pytest

from service.errors import BadReply, GraderUnavailable
from service.llm.choices import likely
from service.llm.endpoint import FAILURES, Completion, Endpoint
from tests.endpoint import MESSAGES, ask, settings, using
from tests.llm_faults import Fault
from tests.llm_server import LlmServer

CHOICES = ("yes", "no")


async def choose(endpoint: Endpoint) -> tuple[dict[str, float], Completion]:
    return await endpoint.choose(MESSAGES, CHOICES)


def test_one_token_is_asked_for_with_those_that_might_stand_in_its_place() -> None:
    with LlmServer(sure=0.9, leans=lambda _: 2.0) as server:
        log, said = using(settings(server), choose)
    assert log["yes"] - log["no"] == pytest.approx(2)
    assert math.exp(log["yes"]) + math.exp(log["no"]) == pytest.approx(1)
    assert (said.completion_tokens, said.model) == (1, "fake-1")
    assert server.asked[-1].body == {
        "model": "asked-for",
        "messages": [dict(message) for message in MESSAGES],
        "max_tokens": 1,
        "temperature": 0,
        "seed": 1,
        "logprobs": True,
        "top_logprobs": 20,
    }


def test_a_word_counts_however_its_tokens_are_spelled() -> None:
    first = ((" Yes", math.log(0.5)), ("yes", math.log(0.2)), ("▁no", math.log(0.1)), ("Note", math.log(0.1)))
    assert likely(first, CHOICES) == pytest.approx({"yes": math.log(0.7), "no": math.log(0.1)})


def test_a_word_that_is_not_among_the_likeliest_has_no_more_than_they_leave_over() -> None:
    first = (("yes", math.log(0.8)), ("{", math.log(0.15)))
    assert likely(first, CHOICES) == pytest.approx({"yes": math.log(0.8), "no": math.log(0.05)})
    assert likely((("yes", 0.0),), CHOICES)["no"] < -20


@pytest.mark.parametrize("first", [(), (("{", -0.1), ("The", -3.0))])
def test_without_any_of_the_words_there_is_no_choice(first: tuple[tuple[str, float], ...]) -> None:
    assert likely(first, CHOICES) == {}


@pytest.mark.parametrize(
    ("sure", "fields", "chooses"),
    [(0.9, {}, True), (None, {}, False), (0.9, {"logprobs": False}, False), (0.9, {"api": "responses"}, False)],
)
def test_only_a_server_that_gives_log_probabilities_can_be_asked(
    sure: float | None, fields: dict[str, object], chooses: bool
) -> None:
    async def learned(endpoint: Endpoint) -> bool:
        await ask(endpoint)
        return endpoint.chooses

    with LlmServer(sure=sure) as server:
        assert using(settings(server, **fields), learned) is chooses


def test_a_server_that_refuses_to_choose_is_not_asked_again() -> None:
    async def refused(endpoint: Endpoint) -> bool:
        with pytest.raises(BadReply):
            await choose(endpoint)
        return endpoint.chooses

    with LlmServer(sure=0.9, refuses=["top_logprobs"]) as server:
        assert using(settings(server), refused) is False


@pytest.mark.parametrize("fault", ["500", "silence", "reset", "html"])
def test_what_fails_there_does_not_count_against_the_endpoint(fault: Fault) -> None:
    async def failing(endpoint: Endpoint) -> Completion:
        await ask(endpoint)
        server.fail(fault)
        for _ in range(FAILURES):
            with pytest.raises(GraderUnavailable):
                await choose(endpoint)
        server.fail(None)
        return await ask(endpoint)

    with LlmServer(sure=0.9) as server:
        assert using(settings(server, timeout_seconds=0.3), failing).text


def test_choices_have_their_turn_among_all_other_calls() -> None:
    async def many(endpoint: Endpoint) -> None:
        await asyncio.gather(*(choose(endpoint) for _ in range(8)))

    with LlmServer(seconds=0.03, sure=0.9, leans=lambda _: 0.0) as server:
        using(settings(server, concurrency=2), many)
    assert server.most == 2
