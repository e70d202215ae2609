"""For whoever runs Viva: is it up, can it write, what does it do."""

import asyncio
from contextlib import suppress
from datetime import datetime
from itertools import chain

from fastapi import APIRouter, HTTPException, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from service.api.deps import Now, Uses
from service.api.problems import problems
from service.domain.job import WORKS
from service.errors import StoreUnavailable
from service.metrics import Metrics
from service.store import jobs, recordings
from service.store.jobs import Counts

router = APIRouter(tags=["operations"])
counters = APIRouter(tags=["operations"])
"""For whoever may look."""


class Health(BaseModel):
    status: str = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", responses=problems(503))
async def readyz(uses: Uses, now: Now) -> Health:
    """The database can be written to, and the process is not about to stop."""
    if uses.live.closed:
        raise HTTPException(503, "This process is about to stop.")
    await asyncio.to_thread(uses.store.ping, now)
    return Health()


@counters.get(
    "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
)
async def metrics(uses: Uses, now: Now) -> Response:
    """Counters for Prometheus. Those of jobs are of the whole database; without it they are left as they were."""
    with suppress(StoreUnavailable):
        _set_jobs(uses.metrics, await asyncio.to_thread(_count, uses), now)
    return Response(generate_latest(uses.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _count(uses: Uses) -> Counts:
    with uses.store.read() as tx:
        return jobs.counts(tx) | {"transcribe": recordings.counts(tx)}


def _set_jobs(metrics: Metrics, counts: Counts, now: datetime) -> None:
    for work in chain.from_iterable(WORKS.values()):
        waiting, failed, oldest = counts.get(work, (0, 0, None))
        metrics.waiting.labels(work).set(waiting)
        metrics.failed.labels(work).set(failed)
        metrics.oldest.labels(work).set((now - oldest).total_seconds() if oldest else 0)
