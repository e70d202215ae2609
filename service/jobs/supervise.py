"""Loops that have to go on: a worker whose loop has died looks alive and does nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from service.errors import StoreUnavailable

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds before a loop that ended is started again."""


async def supervise(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run `loop` again whenever it ends or fails, until cancelled."""
    while True:
        try:
            await loop()
        except StoreUnavailable as error:
            log.warning("%s waits for the database: %s", name, error)
        except Exception:  # the worker's boundary
            log.exception("%s has failed and starts again", name)
        await asyncio.sleep(PAUSE)
