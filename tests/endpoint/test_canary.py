"""How an endpoint's dialect is found out."""

import asyncio

import pytest

from service.errors import BadReply, GraderUnavailable
from service.llm.endpoint import Endpoint
from tests.endpoint import SCHEMA, WORDS, ask, failing, settings, using
from tests.llm_server import PROSE, LlmServer


def mode(server: LlmServer) -> str:
    """What the last request wanted."""
    return str(server.asked[-1].body.get("response_format", {"type": "prompt"})["type"])


def test_the_canary_sings_once_and_holds_nobodys_words() -> None:
    with LlmServer() as server:

        async def four(endpoint: Endpoint) -> None:
            await asyncio.gather(*(ask(endpoint) for _ in range(3)))
            await ask(endpoint)

        using(settings(server), four)
    assert [WORDS in asked.text for asked in server.asked] == [False, True, True, True, True]


def test_a_server_that_holds_to_a_schema_is_asked_with_one() -> None:
    with LlmServer() as server:
        using(settings(server), ask)
        assert mode(server) == "json_schema"
        assert "JSON schema" not in server.asked[-1].text


def test_a_server_that_ignores_a_schema_without_a_word_is_found_out() -> None:
    with LlmServer(strict=["json_object"]) as server:
        using(settings(server), ask)
        assert mode(server) == "json_object"
        assert '{"type":"object","properties":{"M1":' in server.asked[-1].text


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_server_that_refuses_formats_is_asked_in_words(api: str) -> None:
    with LlmServer(refuses=["response_format", "text"]) as server:
        reply = using(settings(server, api=api), ask)
        assert not {"response_format", "text"} & server.asked[-1].body.keys()
        assert "JSON schema" in server.asked[-1].text
    assert reply.text == '{"M1": "missed"}'


def test_a_model_that_does_as_it_likes_is_still_asked_in_words() -> None:
    with LlmServer(strict=[], obedient=False) as server:
        reply = using(settings(server), ask)
        assert mode(server) == "prompt"
    assert reply.text == PROSE


@pytest.mark.parametrize(
    ("refuses", "left"),
    [
        (["temperature"], {"max_tokens", "seed"}),
        (["seed"], {"max_tokens", "temperature"}),
        (["max_tokens"], {"max_completion_tokens", "temperature", "seed"}),
        (["max_tokens", "temperature", "seed"], {"max_completion_tokens"}),
    ],
)
def test_a_parameter_that_a_server_refuses_is_left_out_or_named_otherwise(refuses: list[str], left: set[str]) -> None:
    with LlmServer(refuses=refuses) as server:
        using(settings(server), ask)
        assert server.asked[-1].body.keys() - {"model", "messages", "response_format"} == left
        assert mode(server) == "json_schema"


def test_a_server_that_is_away_at_first_is_found_out_later() -> None:
    with LlmServer() as server:

        async def work(endpoint: Endpoint) -> None:
            server.fail("503")
            assert isinstance(await failing(endpoint), GraderUnavailable)
            server.fail(None)
            await ask(endpoint)

        using(settings(server), work)
        assert mode(server) == "json_schema"


def test_a_server_that_refuses_everything_has_a_fault_of_its_own() -> None:
    with LlmServer(refuses=["messages"]) as server:
        error = using(settings(server), failing)
    assert isinstance(error, GraderUnavailable)
    assert not isinstance(error, BadReply)
    assert all(WORDS not in asked.text for asked in server.asked)


def test_the_canarys_schema_is_not_the_one_that_is_asked_for() -> None:
    with LlmServer() as server:
        using(settings(server), ask)
        schemas = [asked.body["response_format"]["json_schema"]["schema"] for asked in server.asked]
    assert schemas[0] != SCHEMA
    assert schemas[1] == SCHEMA


def test_a_model_that_refuses_to_sing_is_asked_more_plainly() -> None:
    with LlmServer() as server:
        server.fail("refusal", times=1)
        using(settings(server), ask)
        assert mode(server) == "json_object"
