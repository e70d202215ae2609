"""Asking a language model, against a server that fails as real ones do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from service.errors import VivaError
from service.llm.endpoint import Completion, Endpoint
from service.llm.requests import Message
from service.llm.settings import LlmSettings
from tests.llm_server import LlmServer

T = TypeVar("T")

KEY = "sk-very-secret"
WORDS = "the candidate's own words"
MESSAGES = (Message(role="system", content="You examine."), Message(role="user", content=WORDS))
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"M1": {"type": "string", "enum": ["met", "missed"]}},
    "required": ["M1"],
    "additionalProperties": False,
}


def settings(server: LlmServer, **fields: Any) -> LlmSettings:
    return LlmSettings.model_validate({"base_url": server.url, "model": "asked-for", "api_key": KEY, **fields})


def using(config: LlmSettings, work: Callable[[Endpoint], Awaitable[T]]) -> T:
    """What `work` returns for an endpoint of its own, which is closed after it."""

    async def run() -> T:
        endpoint = Endpoint(config)
        try:
            return await work(endpoint)
        finally:
            await endpoint.aclose()

    return asyncio.run(run())


async def ask(endpoint: Endpoint) -> Completion:
    return await endpoint.complete(MESSAGES, SCHEMA)


async def failing(endpoint: Endpoint) -> VivaError:
    """What asking raises."""
    try:
        await ask(endpoint)
    except VivaError as error:
        return error
    raise AssertionError("it did not fail")
