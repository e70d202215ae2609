"""Who is heard first, and what happens when too many come."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from service.errors import VoiceBusy
from service.voice.pool import Pool


class Gate:
    """Work that notes its name and waits until it is let through."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.order = list[str]()
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def work(self, name: str) -> Callable[[], str]:
        def work() -> str:
            with self._lock:
                self.order.append(name)
                self._now += 1
                self.most = max(self.most, self._now)
            assert self.open.wait(20)
            with self._lock:
                self._now -= 1
            return name

        return work


async def begin(pool: Pool, gate: Gate, name: str, *, final: bool = True) -> "asyncio.Task[str]":
    """A task that runs or waits."""
    task = asyncio.create_task(pool.run(gate.work(name), final=final))
    for _ in range(5):
        await asyncio.sleep(0)
    return task


def test_the_last_pass_goes_before_those_on_the_way() -> None:
    async def body() -> None:
        pool, gate = Pool(1, 10), Gate()
        tasks = [await begin(pool, gate, "first")]
        tasks += [await begin(pool, gate, name, final=False) for name in ("partial 1", "partial 2")]
        tasks += [await begin(pool, gate, name) for name in ("final 1", "final 2")]
        gate.open.set()
        assert await asyncio.gather(*tasks) == ["first", "partial 1", "partial 2", "final 1", "final 2"]
        assert gate.order == ["first", "final 1", "final 2", "partial 1", "partial 2"]
        await pool.close()

    asyncio.run(body())


def test_no_more_than_its_places_run_at_once() -> None:
    async def body() -> None:
        pool, gate = Pool(2, 10), Gate()
        tasks = [await begin(pool, gate, str(number)) for number in range(8)]
        assert pool.waiting == 6
        gate.open.set()
        assert await asyncio.gather(*tasks) == [str(number) for number in range(8)]
        assert gate.most == 2
        await pool.close()

    asyncio.run(body())


def test_too_many_are_told_when_to_come_again_and_half_the_queue_is_for_last_passes() -> None:
    async def body() -> None:
        pool, gate = Pool(1, 4), Gate()
        tasks = [await begin(pool, gate, "runs")]
        tasks += [await begin(pool, gate, f"partial {n}", final=False) for n in range(2)]
        with pytest.raises(VoiceBusy):
            await pool.run(gate.work("partial"), final=False)
        tasks += [await begin(pool, gate, f"final {n}") for n in range(2)]
        with pytest.raises(VoiceBusy) as refused:
            await pool.run(gate.work("final"))
        assert refused.value.retry_after
        assert refused.value.retry_after >= 1
        gate.open.set()
        await asyncio.gather(*tasks)
        assert await pool.run(gate.work("later")) == "later"
        await pool.close()

    asyncio.run(body())


def test_who_goes_away_while_waiting_leaves_the_place_to_the_next() -> None:
    async def body() -> None:
        pool, gate = Pool(1, 4), Gate()
        first, second, third = [await begin(pool, gate, name) for name in ("first", "second", "third")]
        second.cancel()
        await asyncio.sleep(0)
        assert pool.waiting == 1
        gate.open.set()
        assert [await first, await third] == ["first", "third"]
        assert gate.order == ["first", "third"]
        await pool.close()

    asyncio.run(body())


def test_a_place_stays_taken_until_the_work_of_who_went_away_is_over() -> None:
    async def body() -> None:
        pool, gate = Pool(1, 4), Gate()
        first, second = [await begin(pool, gate, name) for name in ("first", "second")]
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert gate.order == ["first"]
        gate.open.set()
        assert await second == "second"
        assert gate.most == 1
        await pool.close()

    asyncio.run(body())


def test_work_that_fails_gives_its_place_back() -> None:
    async def body() -> None:
        pool = Pool(1, 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await pool.run(lambda: 1 // 0)
            await asyncio.sleep(0.01)
        await pool.close()

    asyncio.run(body())
