"""A job: work that waits to be done on a stored attempt or delivery, and how often it may be tried."""

from datetime import datetime
from enum import IntEnum
from typing import Literal, Protocol
from uuid import UUID

from service.domain import Value
from service.domain.attempt import Person

Queue = Literal["grading", "transcription", "delivery"]
Work = Literal["grade", "regrade", "transcribe", "deliver"]
WORKS: dict[Queue, tuple[Work, ...]] = {
    "grading": ("grade", "regrade"),
    "transcription": ("transcribe",),
    "delivery": ("deliver",),
}
"""What a worker of a queue does."""

LONGEST = 600.0
"""Seconds between two tries, at most."""
JITTER = 0.2
LONGEST_ASKED = 3600.0
"""Seconds. A server that asks for more (Retry-After) is asked again all the same."""


class Priority(IntEnum):
    """The lower goes first."""

    FINAL = 0
    """Somebody waits."""
    PROVISIONAL = 10
    """There is something to show already, which will be replaced."""
    REGRADE = 20
    DELIVERY = 30


class Subject(Protocol):
    """What is worked on: an attempt, or a delivery of an event."""

    @property
    def id(self) -> UUID: ...
    @property
    def owner(self) -> Person: ...


class Job(Value):
    """Work on one subject, as a worker has claimed it. There is at most one for each subject and work."""

    subject: UUID
    """Id of the attempt, or of the delivery."""
    work: Work
    priority: int
    tries: int = 0
    """Claims so far, this one included."""
    lost: int = 0
    """Claims, the last ones in a row, of which nothing was heard again: the worker died."""
    run_after: datetime
    leased_until: datetime | None = None
    worker: str | None = None
    error: str | None = None
    """Why the last try came to nothing."""
    failed_at: datetime | None = None
    """When it was given up."""
    trace: str | None = None
    """Of what it is done for."""

    def __str__(self) -> str:
        return f"{self.work}:{self.subject}"


def backoff(first: float, tries: int, chance: float, asked: float | None = None) -> float:
    """Seconds until the next try after `tries`: `first`, then twice as many each time, a fifth more or less.

    `chance` is from 0 to 1: not all come back at once. `asked` is the least, as a server's Retry-After has it.
    """
    wait = min(first * 2.0 ** min(tries - 1, 30), LONGEST) * (1 + JITTER * (2 * chance - 1))
    return max(wait, min(asked or 0.0, LONGEST_ASKED))
