"""For whoever runs Viva: is it up, can it write, what does it do."""

import asyncio

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from service.api.deps import Now, Uses
from service.api.problems import problems

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    status: str = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", responses=problems(503))
async def readyz(uses: Uses, now: Now) -> Health:
    """The database can be written to."""
    await asyncio.to_thread(uses.practice.store.ping, now)
    return Health()


@router.get(
    "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
)
async def metrics(uses: Uses) -> Response:
    """Counters for Prometheus."""
    return Response(generate_latest(uses.metrics.registry), media_type=CONTENT_TYPE_LATEST)
