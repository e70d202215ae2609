"""Waiting for what is to come about."""

import time
from collections.abc import Callable

DRAIN_SECONDS = 180.0
"""Within this time, on a busy machine too, whatever a test waits for."""


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + DRAIN_SECONDS
    while not reached():
        assert time.monotonic() < end, "this has not come about"
        time.sleep(0.05)
