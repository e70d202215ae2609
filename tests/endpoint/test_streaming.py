"""A reply that is read as it is written is the same reply, under the same limits, with the same faults."""

import pytest

from service.errors import BadReply, GraderUnavailable, VivaError
from service.llm.endpoint import Completion, Endpoint
from tests.endpoint import MESSAGES, SCHEMA, settings, using
from tests.endpoint.test_faults import ENDPOINT, REPLY
from tests.llm_faults import Fault
from tests.llm_server import LlmServer

SAID = '{"M1": "missed"}'
ONCE = ("reset",)
"""The client tries again until a reply begins, not once it has begun."""


async def heard(endpoint: Endpoint) -> tuple[list[str], Completion]:
    texts: list[str] = []
    return texts, await endpoint.complete(MESSAGES, SCHEMA, texts.append)


def test_a_reply_is_heard_as_it_is_written_and_is_the_same_in_the_end() -> None:
    with LlmServer() as server:
        texts, said = using(settings(server), heard)
        _, whole = using(settings(server, stream=False), heard)
    assert texts == [SAID[:8], SAID]
    assert said.text == whole.text == SAID
    for field in ("model", "request_id", "finish_reason", "prompt_tokens", "cached_tokens", "completion_tokens"):
        assert getattr(said, field) == getattr(whole, field), field
    assert server.asked[-1].body.get("stream") is None


@pytest.mark.parametrize("param", ["stream", "stream_options"])
def test_a_server_that_refuses_to_stream_is_asked_for_the_whole_and_never_again_to_stream(param: str) -> None:
    async def twice(endpoint: Endpoint) -> list[str]:
        assert (await heard(endpoint))[1].text == SAID
        texts, said = await heard(endpoint)
        assert said.text == SAID
        return texts

    with LlmServer(refuses=[param]) as server:
        assert using(settings(server), twice) == []
    assert [param in asked.body for asked in server.asked] == [False, True, False, False]


def test_the_other_api_is_not_streamed() -> None:
    with LlmServer() as server:
        texts, said = using(settings(server, api="responses"), heard)
    assert (texts, said.text) == ([], SAID)


def test_a_reply_that_is_cut_off_is_asked_for_again_and_both_are_counted() -> None:
    async def work(endpoint: Endpoint) -> Completion:
        await heard(endpoint)
        server.fail("length", times=1)
        return (await heard(endpoint))[1]

    with LlmServer() as server:
        said = using(settings(server), work)
    assert (said.text, said.completion_tokens, said.retries) == (SAID, 180, 1)


@pytest.mark.parametrize(("fault", "message", "times"), ENDPOINT + REPLY)
def test_a_streamed_reply_fails_as_a_whole_one_does(fault: Fault, message: str, times: int) -> None:
    async def work(endpoint: Endpoint) -> VivaError:
        await heard(endpoint)
        server.asked.clear()
        server.fail(fault)
        try:
            await heard(endpoint)
        except VivaError as error:
            return error
        raise AssertionError("it did not fail")

    waits = 0.6 if fault in ("silence", "drip") else 20
    with LlmServer() as server:
        error = using(settings(server, timeout_seconds=waits, max_reply_bytes=50_000), work)
    assert type(error) is (BadReply if (fault, message, times) in REPLY else GraderUnavailable)
    assert message in str(error)
    assert len(server.asked) == (1 if fault in ONCE else times)
    assert server.asked[0].body["stream"] is True
