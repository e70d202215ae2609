"""Whatever the server does, asking ends in one of two errors, soon, and neither quotes anything."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from service.errors import BadReply, ConfigError, GraderUnavailable, VivaError
from service.llm import endpoint as module
from service.llm.endpoint import Endpoint
from service.llm.settings import LlmSettings
from service.llm.transport import http_client
from service.retry_after import retry_after
from tests.endpoint import KEY, WORDS, ask, failing, settings, using
from tests.llm_faults import Fault
from tests.llm_server import LlmServer

ENDPOINT = [
    ("500", "answers 500 it_broke", 2),
    ("503", "answers 503 it_broke", 2),
    ("429", "answers 429.", 2),
    ("429-retry-after", "answers 429.", 1),
    ("silence", "took longer than 0.6 seconds", 1),
    ("drip", "took longer than 0.6 seconds", 1),
    ("html", "does not speak its API", 1),
    ("redirect", "sends us elsewhere (307)", 1),
    ("reset", "cannot be reached (ReadError)", 2),
    ("401", "does not accept the key (401 invalid_api_key)", 1),
    ("404", "no such address or model (404 it_broke)", 1),
]
"""The fault, the message, and how often it was asked."""
REPLY = [
    ("huge", "larger than 50,000 bytes", 1),
    ("huge-declared", "larger than 50,000 bytes", 1),
    ("packed", "is packed", 1),
    ("empty-choices", "is empty", 1),
    ("refusal", "refused", 1),
    ("content-filter", "content filter", 1),
    ("length", "cut off, and again", 2),
]


def met(server: LlmServer, fault: Fault, **fields: Any) -> VivaError:
    """The error that a fault ends in, once the endpoint is known."""

    async def work(endpoint: Endpoint) -> VivaError:
        server.fail(None)
        await ask(endpoint)
        server.asked.clear()
        server.fail(fault)
        return await failing(endpoint)

    waits = 0.6 if fault in ("silence", "drip") else 20
    return using(settings(server, timeout_seconds=waits, max_reply_bytes=50_000, **fields), work)


@pytest.mark.parametrize(("fault", "message", "times"), ENDPOINT)
def test_a_fault_of_the_endpoint_is_worth_another_try_later(fault: Fault, message: str, times: int) -> None:
    with LlmServer() as server:
        error = met(server, fault)
    assert isinstance(error, GraderUnavailable)
    assert message in str(error)
    assert len(server.asked) == times, "the client retries once, and nothing else does"


@pytest.mark.parametrize(("fault", "message", "times"), REPLY)
def test_a_useless_reply_is_not_asked_for_again(fault: Fault, message: str, times: int) -> None:
    with LlmServer() as server:
        error = met(server, fault)
    assert isinstance(error, BadReply)
    assert message in str(error)
    assert len(server.asked) == times


@pytest.mark.parametrize("fault", ["500", "html", "empty-choices", "refusal", "content-filter", "length"])
def test_responses_fail_as_chat_completions_do(fault: Fault) -> None:
    with LlmServer() as chat, LlmServer() as responses:
        first, second = met(chat, fault), met(responses, fault, api="responses")
    assert (type(first), str(first)) == (type(second), str(second))


def test_no_fault_quotes_the_answer_the_key_or_the_server() -> None:
    fault: Fault
    for fault in ("500", "401", "404", "redirect", "refusal", "html"):
        with LlmServer() as server:
            said = str(met(server, fault))
        for secret in (WORDS, KEY, "sk-", "Incorrect", "Sign in", "localhost:9"):
            assert secret not in said


def test_a_request_that_is_refused_is_not_repeated() -> None:
    with LlmServer() as server:

        async def work(endpoint: Endpoint) -> VivaError:
            await ask(endpoint)
            server.refuses = ("messages",)
            return await failing(endpoint)

        error = using(settings(server), work)
    assert isinstance(error, BadReply)
    assert str(error) == "The language model's server refuses the request (400 unsupported_parameter)."
    assert len(server.asked) == 3


def test_what_a_busy_server_asks_for_is_left_to_whoever_retries() -> None:
    with LlmServer() as server:
        asked, plain = met(server, "429-retry-after"), met(server, "429")
    assert isinstance(asked, GraderUnavailable)
    assert isinstance(plain, GraderUnavailable)
    assert (asked.retry_after, plain.retry_after) == (7, None)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7), ("0", None), ("-3", None), ("inf", None), ("nan", None), ("soon", None), ("", None),
        ("Mon, 02 Nov 2026 09:02:00 GMT", 120), ("Mon, 02 Nov 2026 08:00:00 GMT", None), ("2 Nov 2026", None),
    ],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date_in_the_future(said: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": said}, datetime(2026, 11, 2, 9, 0, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("fault", ["huge", "huge-declared"])
def test_a_huge_reply_is_not_read_to_its_end(fault: Fault) -> None:
    with LlmServer() as server:
        met(server, fault)
        assert server.sent < 20 * 2**20, "what fits in the buffers between us"


def test_a_server_that_nobody_started_is_unavailable() -> None:
    with LlmServer() as server:
        gone = settings(server)
    error = using(gone, failing)
    assert isinstance(error, GraderUnavailable)
    assert str(error) == "The language model cannot be reached (ConnectError)."


def test_no_other_host_is_ever_asked() -> None:
    async def elsewhere() -> None:
        config = LlmSettings.model_validate({"base_url": "http://models.example/v1", "model": "m"})
        async with http_client(config) as client:
            await client.get("http://127.0.0.1:9/")

    with pytest.raises(ConfigError, match=r"127\.0\.0\.1 may not be asked"):
        asyncio.run(elsewhere())


def test_an_endpoint_that_fails_again_and_again_is_left_alone_until_it_has_rested(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "FAILURES", 3)
    with LlmServer() as server:

        async def work(endpoint: Endpoint) -> VivaError:
            await ask(endpoint)
            server.fail("401")
            for _ in range(3):
                await failing(endpoint)
            server.asked.clear()
            return await failing(endpoint)

        error = using(settings(server), work)
    assert isinstance(error, GraderUnavailable)
    assert "left alone" in str(error)
    assert error.retry_after is not None
    assert 1 <= error.retry_after <= 30
    assert server.asked == []


def test_an_endpoint_that_has_rested_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FAILURES", 1)
    monkeypatch.setattr(module, "REST_SECONDS", 0.05)
    with LlmServer() as server:

        async def work(endpoint: Endpoint) -> module.Completion:
            await ask(endpoint)
            server.fail("401", times=1)
            await failing(endpoint)
            await asyncio.sleep(0.1)
            return await ask(endpoint)

        assert using(settings(server), work).finish_reason == "stop"


def test_useless_replies_do_not_make_an_endpoint_rest() -> None:
    with LlmServer() as server:

        async def work(endpoint: Endpoint) -> None:
            await ask(endpoint)
            server.fail("refusal")
            for _ in range(module.FAILURES + 1):
                assert isinstance(await failing(endpoint), BadReply)

        using(settings(server), work)
        assert len(server.asked) == 2 + module.FAILURES + 1
