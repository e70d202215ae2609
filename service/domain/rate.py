"""How many requests somebody may send, and how many are left."""

from datetime import datetime
from math import ceil
from typing import Literal

from service.domain import Value

WINDOW = 60
"""Seconds. A window begins with each minute, for everybody at once: so no two servers disagree about it."""


Side = Literal["person", "organisation"]
"""Whose limit it is."""
SIDES: tuple[Side, ...] = ("person", "organisation")


class Standing(Value):
    """How a person, or their organisation, stands with its requests in this window."""

    of: Side
    limit: int
    left: int
    seconds: int
    """Until the next window begins."""


def window(now: datetime) -> tuple[int, int]:
    """The number of the present window, and the seconds that are left of it, from 1 to `WINDOW`."""
    at = now.timestamp()
    number = int(at // WINDOW)
    return number, ceil((number + 1) * WINDOW - at)
