"""What belongs together, across requests, jobs and processes: spans of a trace. Without telemetry there are none.

This is all that the rest of Viva knows of it; `service/telemetry` speaks OpenTelemetry, and is loaded where it is set.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Literal

Kind = Literal["request", "job"]
Attributes = dict[str, str | int]
"""Ids, names of ours and numbers: never what somebody wrote, or who they are."""

origin: ContextVar[str | None] = ContextVar("origin", default=None)
"""Of the span that is going on, as W3C's `traceparent`: what is left for others to do is stored with it."""


class Span:
    """Something that takes a while."""

    def describe(self, name: str, attributes: Attributes, *, failed: bool = False) -> None:
        """What is known of it at its end."""


class Tracer:
    """One that does nothing."""

    def span(self, kind: Kind, name: str, of: str | None = None) -> AbstractContextManager[Span]:
        """A span while the context lasts; `of` is the `origin` of what it is done for."""
        return nullcontext(Span())

    statements = False
    """Whether it wants to know of each statement of the database."""

    def statement(self, text: str) -> Callable[[], None]:
        """A span for a statement, without its values, until what is returned is called."""
        return _nothing

    def close(self) -> None:
        """Send what was not sent yet."""


def _nothing() -> None:
    pass
