"""What a request holds, for either API, and which of it a server takes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict

from service.llm.settings import LlmSettings

Mode = Literal["json_schema", "json_object", "prompt"]
"""How a reply is made to fit a schema: by the server, by the server as far as JSON goes, or by asking nicely."""
MODES: tuple[Mode, ...] = ("json_schema", "json_object", "prompt")

_SHAPE = "\n\nReply with one JSON object that fits this JSON schema, and with nothing else:\n"


TOPS = 20
"""The most that OpenAI and vLLM give."""


class Message(TypedDict):
    role: Literal["system", "user"]
    content: str


@dataclass(frozen=True)
class Dialect:
    """What a server takes: found out by asking it."""

    mode: Mode = "json_schema"
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    seed: bool = True
    logprobs: bool = False

    def without(self, refused: str | None) -> "Dialect | None":
        """The dialect to try where `refused`, a parameter, was not taken; None where there is nothing left to try."""
        if refused == "max_tokens" and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        if refused == "temperature" and self.temperature:
            return replace(self, temperature=False)
        if refused == "seed" and self.seed:
            return replace(self, seed=False)
        if self.logprobs and refused in ("logprobs", "top_logprobs", None):
            return replace(self, logprobs=False)
        return self.plainer()

    def plainer(self) -> "Dialect | None":
        """The same with the next mode."""
        rest = MODES[MODES.index(self.mode) + 1 :]
        return replace(self, mode=rest[0]) if rest else None


def chat_request(
    settings: LlmSettings, dialect: Dialect, messages: Sequence[Message], schema: Mapping[str, Any], tokens: int
) -> dict[str, Any]:
    """The body for Chat Completions."""
    body: dict[str, Any] = {
        "model": settings.model,
        "messages": _told(dialect, messages, schema),
        dialect.limit: tokens,
        **_sampling(settings, dialect),
    }
    if dialect.mode == "json_schema":
        named = {"name": "reply", "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": named}
    elif dialect.mode == "json_object":
        body["response_format"] = {"type": "json_object"}
    return body


def choice_request(settings: LlmSettings, dialect: Dialect, messages: Sequence[Message]) -> dict[str, Any]:
    """The body for one word of Chat Completions, with the log-probabilities of those that might stand in its place."""
    return {
        "model": settings.model,
        "messages": list(messages),
        dialect.limit: 1,
        **_sampling(settings, dialect),
        "logprobs": True,
        "top_logprobs": TOPS,
    }


def responses_request(
    settings: LlmSettings, dialect: Dialect, messages: Sequence[Message], schema: Mapping[str, Any], tokens: int
) -> dict[str, Any]:
    """The body for Responses. It has no seed, and keeps what it is sent unless told not to."""
    body: dict[str, Any] = {
        "model": settings.model,
        "input": _told(dialect, messages, schema),
        "max_output_tokens": tokens,
        "store": False,
    }
    if dialect.temperature:
        body["temperature"] = 0
    if dialect.mode == "json_schema":
        body["text"] = {"format": {"type": "json_schema", "name": "reply", "strict": True, "schema": schema}}
    elif dialect.mode == "json_object":
        body["text"] = {"format": {"type": "json_object"}}
    return body


def _told(dialect: Dialect, messages: Sequence[Message], schema: Mapping[str, Any]) -> list[Message]:
    """The messages; with the schema at the end of the first where the server will not see to it."""
    if dialect.mode == "json_schema":
        return list(messages)
    first = messages[0]
    shape = _SHAPE + json.dumps(schema, separators=(",", ":"))
    return [Message(role=first["role"], content=first["content"] + shape), *messages[1:]]


def _sampling(settings: LlmSettings, dialect: Dialect) -> dict[str, Any]:
    sampling: dict[str, Any] = {}
    if dialect.temperature:
        sampling["temperature"] = 0
    if dialect.seed and settings.seed is not None:
        sampling["seed"] = settings.seed
    if dialect.logprobs:
        sampling |= {"logprobs": True, "top_logprobs": 1}  # without a number some send the twenty likeliest each time
    return sampling
