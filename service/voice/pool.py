"""A bounded number of workers and a bounded queue: the last pass over a recording goes before those on the way."""

import asyncio
import heapq
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import TypeVar

from service.errors import VoiceBusy

T = TypeVar("T")
FIRST_GUESS = 2.0
"""Seconds that a recording takes, before any was heard."""


class Pool:
    """Runs blocking work in `places` threads. It is used from one event loop."""

    def __init__(self, places: int, queue: int) -> None:
        self.places = places
        self.queue = queue
        self._threads = ThreadPoolExecutor(places, "voice")
        self._running = 0
        self._waiting: list[tuple[bool, int, asyncio.Future[None]]] = []
        self._number = count()
        self._seconds = FIRST_GUESS

    @property
    def waiting(self) -> int:
        return sum(not future.done() for _, _, future in self._waiting)

    async def run(self, work: Callable[[], T], *, final: bool = True) -> T:
        """What `work` returns. Raises VoiceBusy at once where too many wait; half of the queue is for final ones."""
        if self._running >= self.places or self.waiting:
            await self._turn(final)
        else:
            self._running += 1
        loop, started = asyncio.get_running_loop(), time.monotonic()
        try:
            thread = self._threads.submit(work)
        except BaseException:
            self._next()
            raise

        def over(_: Future[T]) -> None:
            # Not when the caller goes away: the thread works on, and its place is taken until it ends.
            loop.call_soon_threadsafe(self._over, time.monotonic() - started)

        thread.add_done_callback(over)
        return await asyncio.wrap_future(thread)

    async def close(self) -> None:
        """After what runs; nothing more is begun."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    async def _turn(self, final: bool) -> None:
        if self.waiting >= (self.queue if final else self.queue // 2):
            raise VoiceBusy(retry_after=self._seconds * (self.waiting + 1) / self.places)
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (not final, next(self._number), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was our turn: somebody else's now
                self._next()
            raise

    def _over(self, seconds: float) -> None:
        self._seconds += (seconds - self._seconds) / 8
        self._next()

    def _next(self) -> None:
        """Hand a place on to whoever waits, or leave it free."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._running -= 1
