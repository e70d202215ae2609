"""What the language model's server of the tests sends, whole or spoiled, as bytes of HTTP."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Literal

Fault = Literal[
    "500", "429", "429-retry-after", "silence", "drip", "huge", "huge-declared", "html", "empty-choices", "refusal",
    "length", "invalid-json", "wrong-ids", "redirect", "reset",
    "503", "401", "404", "content-filter", "packed",
]  # fmt: skip
HUGE = 60 * 2**20
MODEL = "fake-1"
"""As it names itself, whatever was asked for."""


@dataclass(frozen=True)
class Talk:
    """One of the two APIs, and the request."""

    responses: bool
    body: dict[str, Any]

    def format(self) -> tuple[str, dict[str, Any] | None]:
        """Mode and schema that the request wants."""
        if self.responses:
            wanted = self.body.get("text", {}).get("format", {"type": "prompt"})
            return wanted["type"], wanted.get("schema")
        wanted = self.body.get("response_format", {"type": "prompt"})
        return wanted["type"], wanted.get("json_schema", {}).get("schema")

    def reply(self, said: str, finish: str = "stop", *, sure: float | None = None) -> bytes:
        if self.responses:
            return http(200, self._response([{"type": "output_text", "text": said}], finish))
        choice: dict[str, Any] = {"message": {"content": said}, "finish_reason": finish}
        if sure is not None and self.body.get("logprobs"):
            pieces = re.findall(r"\w+|\W", said)
            choice["logprobs"] = {"content": [{"token": piece, "logprob": math.log(sure)} for piece in pieces]}
        return http(200, self._chat([choice]))

    def refused(self) -> bytes:
        if self.responses:
            return http(200, self._response([{"type": "refusal", "refusal": "I would rather not."}], "stop"))
        message = {"content": None, "refusal": "I would rather not."}
        return http(200, self._chat([{"message": message, "finish_reason": "stop"}]))

    def empty(self) -> bytes:
        return http(200, self._response([], "stop") if self.responses else self._chat([]))

    def refusal_of(self, name: str) -> bytes:
        """400 for a parameter that it does not take."""
        error = {"message": f"{name}: {self.body[name]}", "param": name, "code": "unsupported_parameter"}
        return http(400, {"error": error})

    def _chat(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        usage = {"prompt_tokens": 700, "completion_tokens": 90, "prompt_tokens_details": {"cached_tokens": 600}}
        return {"id": "x", "object": "chat.completion", "model": MODEL, "choices": choices, "usage": usage}

    def _response(self, content: list[dict[str, Any]], finish: str) -> dict[str, Any]:
        reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(finish)
        usage = {"input_tokens": 700, "output_tokens": 90, "input_tokens_details": {"cached_tokens": 600}}
        return {
            "id": "x", "object": "response", "model": MODEL, "usage": usage,
            "output": [{"type": "reasoning"}, {"type": "message", "content": content}],
            "incomplete_details": {"reason": reason} if reason else None,
        }  # fmt: skip


def spoiled(fault: Fault, talk: Talk, said: str) -> bytes:
    """The reply with a fault that is in what is sent."""
    match fault:
        case "500" | "503" | "404":
            return http(int(fault), {"error": {"message": said, "code": "it_broke"}})
        case "401":
            return http(401, {"error": {"message": "Incorrect API key provided: sk-secret", "code": "invalid_api_key"}})
        case "429":
            return http(429, {"error": {"message": "slow down"}})
        case "429-retry-after":
            return http(429, {"error": {"message": "slow down"}}, "Retry-After: 7\r\n")
        case "redirect":
            return http(307, {}, "Location: http://localhost:9/v1/elsewhere\r\n")
        case "html":
            return http(200, "<html><title>Sign in to the network</title></html>")
        case "packed":
            return http(200, {}, "Content-Encoding: gzip\r\n")
        case "empty-choices":
            return talk.empty()
        case "refusal":
            return talk.refused()
        case "content-filter":
            return talk.reply("", "content_filter")
        case "length":
            return talk.reply(said[: len(said) // 2], "length")
        case "invalid-json":
            return talk.reply(said[:-1] + ",}")
        case "wrong-ids":
            return talk.reply(said.replace('"M1"', '"Z9"', 1))
    raise ValueError(fault)


def http(status: int, content: object, header: str = "") -> bytes:
    """A response with JSON, or with HTML where `content` is text."""
    html = isinstance(content, str)
    data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    kind = "text/html" if html else "application/json"
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n"
    return f"{head}X-Request-ID: req-7\r\n{header}\r\n".encode() + data
