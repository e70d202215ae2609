"""What requests take, noted while they are made: whoever opens a meter hears of every request below it.

What a reply says it took counts. Where none came, though the server may have been at work (it was slow, the connection
broke, we were cancelled), the most that it may have taken counts; where the server refused, nothing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from service.llm.requests import Dialect, Message, choice_request
from service.llm.settings import LlmSettings

LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
"""How a request names the most tokens that its reply may have."""
FRAME = 100
"""Tokens that a server's chat template may put around a prompt."""


@dataclass(frozen=True)
class Use:
    """Tokens, and their price where one is configured."""

    sent: int = 0
    received: int = 0
    price: float | None = None

    def __add__(self, other: "Use") -> "Use":
        known = [price for price in (self.price, other.price) if price is not None]
        return Use(self.sent + other.sent, self.received + other.received, sum(known) if known else None)


@dataclass
class Request:
    """One request to `model`, the name that was asked for; `use` is the most it may take until more is known."""

    settings: LlmSettings
    use: Use
    error: str | None = None
    """What went wrong, in a word."""

    def count(self, sent: int | None, received: int | None) -> None:
        """What it took, as far as the server says; nothing of it where it says nothing."""
        if sent is not None and received is not None:
            self.use = _use(self.settings, sent, received)

    def failed(self, kind: str, *, free: bool = False) -> None:
        """`free`: the server did no work for it."""
        self.error = kind
        if free:
            self.use = Use()


@dataclass
class Meter:
    requests: list[Request] = field(default_factory=list)

    @property
    def use(self) -> Use:
        """Of all requests."""
        return sum((request.use for request in self.requests), Use())


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metering() -> Iterator[Meter]:
    """A meter of all requests that are made within, also by tasks that are started within."""
    meter = Meter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


@contextmanager
def unmetered() -> Iterator[None]:
    """Requests that are made within are nobody's; what went wrong with them is noted all the same."""
    outer = _meter.get()
    with metering() as own:
        try:
            yield
        finally:
            if outer:
                outer.requests += [Request(each.settings, Use(), each.error) for each in own.requests]


def note(settings: LlmSettings, body: Mapping[str, Any]) -> Request:
    """A request that is about to be made."""
    limit = next(body[name] for name in LIMITS if name in body)
    request = Request(settings, _use(settings, _bound(body), limit))
    if meter := _meter.get():
        meter.requests.append(request)
    return request


def most(settings: LlmSettings, messages: Sequence[Message], schema: Mapping[str, Any]) -> Use:
    """The most that `Endpoint.complete` may take: where its reply is cut off, it asks again for twice as much."""
    return _use(settings, 2 * _bound([messages, schema]), 3 * settings.max_tokens)


def most_to_choose(settings: LlmSettings, messages: Sequence[Message]) -> Use:
    """The most that `Endpoint.choose` may take."""
    return _use(settings, _bound(choice_request(settings, Dialect(limit="max_completion_tokens"), messages)), 1)


def _bound(sent: object) -> int:
    """Tokens that this may be, at most: a tokenizer makes no more of them than there are bytes."""
    return len(json.dumps(sent, ensure_ascii=False).encode()) + FRAME


def _use(settings: LlmSettings, sent: int, received: int) -> Use:
    return Use(sent, received, settings.price(sent, received))
