"""What goes on beside the requests: jobs, notices from other processes, and what comes round by the clock."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from service.domain.job import Priority, Queue
from service.jobs.supervise import supervise
from service.live import JOBS
from service.retention import steps
from service.store import attempts, jobs, webhooks
from service.store.notices import listen
from service.wiring import Services

log = logging.getLogger(__name__)

ADOPT_SECONDS = 10.0
RETENTION_SECONDS = 3600.0
BATCH = 500
DELIVERIES = 8
"""At once, in one process."""


@asynccontextmanager
async def beside(services: Services, queues: tuple[Queue, ...]) -> AsyncIterator[None]:
    """Every loop of this process, each started again should it fail; all end with the context."""
    live, store, settings = services.live, services.store, services.settings
    loops: dict[str, Callable[[], Awaitable[None]]] = {}
    if not store.is_sqlite:
        loops["notices"] = lambda: listen(store.direct_url, live.tell, live.tell_all)
    if queues and settings.job_concurrency:
        if working := tuple(queue for queue in queues if queue != "delivery"):
            loops["jobs"] = lambda: services.jobs.work(working, settings.job_concurrency)
            loops["adoption"] = lambda: _adopt(services)
        if "delivery" in queues:  # by itself: receivers that take their time hold up no grade
            loops["deliveries"] = lambda: services.jobs.work(("delivery",), DELIVERIES)
            loops["the log of deliveries"] = lambda: _tidy_log(services)
    if "transcription" in queues and settings.job_concurrency:
        loops["recordings"] = lambda: services.listening.work(settings.job_concurrency)
        loops["sound"] = lambda: _tidy(services)
    if settings.keep_days or any(settings.retention.model_dump().values()):
        loops["retention"] = lambda: _forget(services)
    tasks = [asyncio.create_task(supervise(name, loop)) for name, loop in loops.items()]
    try:
        yield
    finally:
        live.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await services.grading.close()
        await services.deliveries.close()
        await services.voice.close()


async def _adopt(services: Services) -> None:
    """Make jobs for attempts that have none, and should: an older release, still running, enqueues in its own way."""

    def adopt() -> int:
        with services.store.read() as tx:  # most looks find nothing: no writer need wait for them
            if not jobs.without(tx, 1):
                return 0
        with services.store.write() as tx:
            found = jobs.without(tx, BATCH)
            for attempt_id in found:
                attempt = attempts.load(tx, attempt_id)
                services.jobs.enqueue(tx, attempt, "grade", Priority.FINAL, services.clock())
        return len(found)

    while adopted := await asyncio.to_thread(adopt):
        log.warning("attempts had no job", extra={"adopted": adopted})
        services.live.tell(JOBS)
    await asyncio.sleep(ADOPT_SECONDS)


async def _tidy(services: Services) -> None:
    await services.listening.tidy()
    await asyncio.sleep(ADOPT_SECONDS)


async def _tidy_log(services: Services) -> None:
    """Take old deliveries out of the log."""
    before = services.clock() - timedelta(days=services.settings.webhooks.keep_days)
    while await asyncio.to_thread(services.store.change, lambda tx: webhooks.forget(tx, before, BATCH)):
        pass
    await asyncio.sleep(RETENTION_SECONDS)


async def _forget(services: Services) -> None:
    """Remove what is older than the operator keeps it."""
    removing = steps(services.store, services.settings, services.clock())
    while step := await asyncio.to_thread(next, removing, None):  # one at a time: a process that stops waits for one
        log.info("removed after its time", extra={"kind": step[0], "count": step[1]})
    await asyncio.sleep(RETENTION_SECONDS)
