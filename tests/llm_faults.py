"""What the language model's server of the tests sends, whole or spoiled, as bytes of HTTP."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Literal

Fault = Literal[
    "500", "429", "429-retry-after", "silence", "drip", "huge", "huge-declared", "html", "empty-choices", "refusal",
    "length", "endless", "invalid-json", "wrong-ids", "redirect", "reset",
    "503", "401", "404", "content-filter", "packed",
]  # fmt: skip
HUGE = 60 * 2**20
PIECE = 8
"""Characters in an event of a stream."""
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

    @property
    def streamed(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def chooses(self) -> bool:
        """Whether one word is asked for."""
        return bool(self.body.get("top_logprobs", 0) > 1)

    @property
    def kind(self) -> str:
        """Of content that a success has."""
        return "text/event-stream" if self.streamed else "application/json"

    def reply(self, said: str, finish: str = "stop", *, sure: float | None = None) -> bytes:
        if self.responses:
            return http(200, self._response([{"type": "output_text", "text": said}], finish))
        if self.streamed:
            return b"".join(self.pieces(said, finish, sure=sure))
        choice: dict[str, Any] = {"message": {"content": said}, "finish_reason": finish}
        return http(200, self._chat([choice | self._likely(said, sure)]))

    def pieces(self, said: str, finish: str = "stop", *, sure: float | None = None) -> list[bytes]:
        """A reply of Chat Completions as a stream: the head, then one event for each few characters."""
        parts = [said[i : i + PIECE] for i in range(0, len(said), PIECE)]
        written = [{"delta": {"content": part}} | self._likely(part, sure) for part in parts]
        return self._events([*written, {"delta": {}, "finish_reason": finish}])

    def _likely(self, said: str, sure: float | None) -> dict[str, Any]:
        """Log-probabilities, where they are asked for."""
        if sure is None or not self.body.get("logprobs"):
            return {}
        pieces = re.findall(r"\w+|\W", said)
        return {"logprobs": {"content": [{"token": piece, "logprob": math.log(sure)} for piece in pieces]}}

    def choice(self, lean: float | None, *, given: bool) -> bytes:
        """One word with those that might stand in its place, where log-probabilities are `given`."""
        yes, no = (-math.log1p(math.exp(-lean)), -math.log1p(math.exp(lean))) if lean is not None else (-9.0, -9.0)
        words = {" Yes": yes, "No": no, "{": -10.0} if lean is not None else {"{": -0.1, "The": -3.0}
        tops = [{"token": word, "logprob": log} for word, log in sorted(words.items(), key=lambda pair: -pair[1])]
        choice: dict[str, Any] = {"message": {"content": tops[0]["token"]}, "finish_reason": "length"}
        if given:
            choice["logprobs"] = {"content": [tops[0] | {"top_logprobs": tops}]}
        return http(200, self._chat([choice], received=1))

    def _events(self, choices: list[dict[str, Any]]) -> list[bytes]:
        chunks = [self._chat([choice]) | {"object": "chat.completion.chunk", "usage": None} for choice in choices]
        usage = self._chat([]) if self.body.get("stream_options", {}).get("include_usage") else None
        events = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in [*chunks, *([usage] if usage else [])]]
        events.append(b"data: [DONE]\n\n")
        length = sum(map(len, events))
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {length}\r\n"
        return [f"{head}X-Request-ID: req-7\r\n\r\n".encode(), *events]

    def refused(self) -> bytes:
        if self.responses:
            return http(200, self._response([{"type": "refusal", "refusal": "I would rather not."}], "stop"))
        message = {"content": None, "refusal": "I would rather not."}
        if self.streamed:
            return b"".join(self._events([{"delta": message}, {"delta": {}, "finish_reason": "stop"}]))
        return http(200, self._chat([{"message": message, "finish_reason": "stop"}]))

    def empty(self) -> bytes:
        if self.streamed:
            return b"".join(self._events([]))
        return http(200, self._response([], "stop") if self.responses else self._chat([]))

    def refusal_of(self, name: str) -> bytes:
        """400 for a parameter that it does not take."""
        error = {"message": f"{name}: {self.body[name]}", "param": name, "code": "unsupported_parameter"}
        return http(400, {"error": error})

    def _chat(self, choices: list[dict[str, Any]], received: int = 90) -> dict[str, Any]:
        usage = {"prompt_tokens": 700, "completion_tokens": received, "prompt_tokens_details": {"cached_tokens": 600}}
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
            return talk.reply(said.partition('"verdict"')[0], "length")
        case "endless":  # cut off in the last thing that it says
            return talk.reply(said[:-40], "length")
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
