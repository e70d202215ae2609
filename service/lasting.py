"""What stays until a process ends is not garbage: Python need not look for any in it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """What is made inside stays: searched neither now (a quarter of a start) nor while people wait."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
