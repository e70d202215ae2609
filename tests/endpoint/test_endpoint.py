"""What is sent to a language model, what comes back, and what is left out of both."""

import asyncio
import json
import logging
import subprocess
import sys

import pytest

from service.errors import GraderUnavailable
from service.llm import endpoint as module
from service.llm.endpoint import Endpoint
from tests.endpoint import KEY, MESSAGES, SCHEMA, WORDS, ask, failing, settings, using
from tests.llm_server import LlmServer


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_reply_comes_with_all_that_an_audit_needs(api: str) -> None:
    with LlmServer() as server:
        reply = using(settings(server, api=api), ask)
    assert json.loads(reply.text) == {"M1": "missed"}
    assert (reply.requested_model, reply.model) == ("asked-for", "fake-1")
    assert (reply.request_id, reply.finish_reason, reply.retries) == ("req-7", "stop", 0)
    assert (reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens) == (700, 600, 90)
    assert reply.seconds > 0
    assert len(reply.digest) == 64


def test_chat_completions_are_asked_for_with_the_schema_at_temperature_nought_and_with_a_seed() -> None:
    with LlmServer() as server:
        using(settings(server, seed=5, max_tokens=321), ask)
    sent = server.asked[-1]
    assert sent.path == "/v1/chat/completions"
    assert sent.body == {
        "model": "asked-for",
        "messages": [dict(message) for message in MESSAGES],
        "max_tokens": 321,
        "temperature": 0,
        "seed": 5,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA},
        },
    }


def test_responses_are_asked_for_where_they_are_set_and_the_server_is_told_to_keep_nothing() -> None:
    with LlmServer() as server:
        using(settings(server, api="responses"), ask)
    sent = server.asked[-1]
    assert sent.path == "/v1/responses"
    assert sent.body["store"] is False
    assert sent.body["text"]["format"]["schema"] == SCHEMA


def test_equal_questions_make_equal_requests() -> None:
    with LlmServer() as server:
        first, second = using(settings(server), ask), using(settings(server), ask)
    assert server.asked[1].body == server.asked[-1].body
    assert first.digest == second.digest


def test_nothing_tells_the_server_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "of-somebody-else")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Tenant: of-somebody-else\nAuthorization: Bearer of-somebody-else")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with LlmServer() as server:
        using(settings(server), ask)
        using(settings(server, api_key=None), ask)
    assert {name for asked in server.asked for name in asked.headers} == {
        "host", "accept", "accept-encoding", "authorization", "connection", "content-length", "content-type",
        "user-agent",
    }  # fmt: skip
    assert [asked.headers["authorization"] for asked in server.asked] == [f"Bearer {KEY}"] * 2 + ["Bearer none"] * 2
    assert "of-somebody-else" not in str(server.asked)


def test_the_log_holds_neither_answer_nor_key_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with LlmServer() as server:

        async def both(endpoint: Endpoint) -> None:
            await ask(endpoint)
            server.fail("500")
            await failing(endpoint)

        using(settings(server), both)
    assert "openai" in caplog.text
    assert WORDS not in caplog.text
    assert KEY not in caplog.text


def test_a_reply_that_is_cut_off_is_asked_for_once_more_with_twice_the_tokens() -> None:
    with LlmServer() as server:

        async def cut_off(endpoint: Endpoint) -> module.Completion:
            await ask(endpoint)
            server.fail("length", times=1)
            return await ask(endpoint)

        reply = using(settings(server, max_tokens=400), cut_off)
    assert [asked.body["max_tokens"] for asked in server.asked[-2:]] == [400, 800]
    assert (reply.prompt_tokens, reply.completion_tokens, reply.retries) == (1400, 180, 1)


def test_no_more_calls_run_at_once_than_the_endpoint_may_have() -> None:
    with LlmServer(seconds=0.03) as server:

        async def many(endpoint: Endpoint) -> None:
            await asyncio.gather(*(ask(endpoint) for _ in range(12)))

        using(settings(server, concurrency=3), many)
    assert server.most == 3
    assert len(server.asked) == 13


def test_whoever_waits_too_long_for_a_turn_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)
    with LlmServer() as server:

        async def two(endpoint: Endpoint) -> tuple[object, object]:
            await ask(endpoint)
            server.fail("silence")
            first = asyncio.create_task(failing(endpoint))
            await asyncio.sleep(0)
            return await failing(endpoint), await first

        second, first = using(settings(server, concurrency=1, timeout_seconds=0.5), two)
    assert isinstance(second, GraderUnavailable)
    assert "Too many answers wait" in str(second)
    assert "took longer" in str(first)


def test_the_client_is_not_loaded_where_no_language_model_is_asked() -> None:
    script = "import sys, service.wiring, service.llm.settings; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
