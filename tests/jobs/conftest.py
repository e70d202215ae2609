"""Both engines, on real databases: embedded on SQLite and Postgres, procrastinate on Postgres."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service.domain.grade import Ungraded
from service.domain.job import Job, Priority, Queue, Work
from service.jobs import BUILT_IN, Handler, Jobs
from service.jobs.runner import Limits, Runner
from service.live import JOBS, Live
from service.metrics import Metrics
from service.plugins import load
from service.store import attempts, items, jobs
from service.store.engine import Store, Tx
from service.store.notices import listen
from service.wiring import utc_now
from tests.domain.builders import GRADER, ITEM, make_attempt, make_grade
from tests.fresh import fresh

QUICK = Limits(lease=60, tries=4, retry=0.05)


class Bench:
    """An engine, its database, and a handler that does as it is told."""

    def __init__(self, name: str, store: Store, limits: Limits = QUICK) -> None:
        self.name = name
        self.store = store
        self.live = Live()
        self.metrics = Metrics()
        self.handled: list[UUID] = []
        self.given_up: list[str] = []
        self.before: Callable[[Job], Coroutine[Any, Any, None]] = _at_once
        """Awaited before a grade is stored: it may wait, or raise."""
        handler = Handler(run=self._run, give_up=self._give_up)
        handlers: dict[Work, Handler] = {"grade": handler, "regrade": handler, "transcribe": handler}
        runner = Runner(
            store=store, live=self.live, metrics=self.metrics, clock=utc_now, handlers=handlers, limits=limits
        )
        self.jobs: Jobs = load(name, BUILT_IN)(runner)
        self.jobs.install()
        self.jobs.check()

    def enqueue(self, count: int = 1, work: Work = "grade", priority: Priority = Priority.FINAL) -> list[UUID]:
        """New attempts with a job each. Blocking."""
        some = [make_attempt() for _ in range(count)]
        with self.store.write() as tx:
            items.keep(tx, [ITEM])
            for attempt in some:
                attempts.add(tx, attempt, key=None, fingerprint="")
                assert self.jobs.enqueue(tx, attempt, work, priority, utc_now())
        return [attempt.id for attempt in some]

    def waiting(self) -> list[Job]:
        with self.store.read() as tx:
            return jobs.page(tx, failed=False)

    def failed(self) -> list[Job]:
        with self.store.read() as tx:
            return jobs.page(tx, failed=True)

    def status(self, attempt_id: UUID) -> str:
        with self.store.read() as tx:
            return attempts.load(tx, attempt_id).status

    def run(self, story: Callable[[], Coroutine[Any, Any, None]], *queues: Queue, concurrency: int = 4) -> None:
        """Take part in `story` while the engine works; it is stopped at the end."""

        async def together() -> None:
            work = asyncio.create_task(self.jobs.work(queues or ("grading",), concurrency))
            tasks = [work]
            if not self.store.is_sqlite:
                tasks.append(asyncio.create_task(listen(self.store.direct_url, self.live.tell, self.live.tell_all)))
            try:
                async with asyncio.timeout(60):
                    await story()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run(together())

    async def add(self, count: int = 1, work: Work = "grade") -> list[UUID]:
        """As `enqueue`, as a request does it."""
        added = await asyncio.to_thread(self.enqueue, count, work)
        self.live.tell(JOBS)
        return added

    async def until(self, reached: Callable[[], bool]) -> None:
        while not await asyncio.to_thread(reached):  # noqa: ASYNC110  (a database sends no event)
            await asyncio.sleep(0.02)

    async def _run(self, job: Job) -> None:
        await self.before(job)
        self.handled.append(job.subject)  # before it is done: whoever sees that it is done finds it here
        await asyncio.to_thread(self._keep, job)

    def _keep(self, job: Job) -> None:
        with self.store.write() as tx:
            if jobs.finish(tx, job):
                attempts.add_grade(tx, attempts.load(tx, job.subject), GRADER, make_grade("M1"), utc_now())

    def _give_up(self, tx: Tx, job: Job, reason: str) -> None:
        self.given_up.append(reason)
        attempts.add_grade(tx, attempts.load(tx, job.subject), GRADER, Ungraded(reason=reason), utc_now())


async def _at_once(_: Job) -> None:
    pass


@pytest.fixture(params=["embedded on SQLite", "embedded on Postgres", "procrastinate"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "embedded on SQLite":
        store = Store(f"sqlite:///{fresh(tmp_path)}/viva.db", busy_seconds=1)
    else:
        store = Store(request.getfixturevalue("postgres_url"))
    yield Bench(request.param.split()[0], store)
    store.close()
