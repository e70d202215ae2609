"""The application: settings in, everything wired, nothing global."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute, Mount

from service.api import (
    answering,
    assigned,
    attempts,
    auth,
    bank,
    cohorts,
    health,
    organisation,
    overview,
    pages,
    people,
    privacy,
    problems,
    receiving,
    recordings,
    review,
    sessions,
    speech,
    tokens,
    voice,
    webhooks,
)
from service.api.deps import admin
from service.api.middleware import BodyLimit, OwnPages, RequestContext
from service.api.problems import FieldError, Problem
from service.background import beside
from service.bank import Banks
from service.domain.job import WORKS, Queue
from service.errors import ConfigError
from service.settings import Settings
from service.wiring import Services, utc_now, wire

MAX_BODY = 1_000_000
"""Bytes: an answer of 20,000 characters with every one escaped, and room for an inline rubric."""

THREADS = 40
"""Threads for the store, as many as Starlette has for its own."""


Instead = Mapping[Callable[..., Any], Callable[..., Any]]
"""Dependencies in place of others."""


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    banks: Banks | None = None,
    instead: Instead | None = None,
) -> FastAPI:
    """The API and the web client; with embedded jobs it grades as well. `banks`: where they were read before.

    Raises BankError, ConfigError, StoreUnavailable: better now than on the first request.
    """
    services = wire(settings, clock, banks)
    files = pages.Files()
    # Files come first: a page asks for more than a hundred, and each route that is tried before them takes time.
    routes = [Mount(pages.STATIC, files, name="static"), *(_routes() if instead is None else _make_routes(instead))]
    app = _app(services, tuple(WORKS) if settings.jobs == "embedded" else (), routes)
    pages.install(app, files)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def create_worker(settings: Settings, queues: tuple[Queue, ...], *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """A process that does jobs, and answers only to whoever watches it. Raises as `create_app`, which it resembles."""
    services = wire(settings, clock)
    if services.store.is_sqlite:
        raise ConfigError("A worker needs Postgres: on SQLite, viva serve does the work in its own process.")
    app = _app(services, queues, [])
    app.include_router(health.router)
    app.include_router(health.counters)
    return app


def _app(services: Services, queues: tuple[Queue, ...], routes: list[BaseRoute]) -> FastAPI:
    app = FastAPI(
        title="Viva",
        version=version("viva"),
        description="Mock interviews: timed questions, answers graded point by point. Errors are RFC 9457 problems.",
        lifespan=_lifespan(services, queues),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        routes=routes,
    )
    app.state.services = services
    whole = (receiving.PATHS, services.settings.voice.max_bytes + receiving.FORM_BYTES)
    app.add_middleware(BodyLimit, limit=MAX_BODY, larger=whole)
    app.add_middleware(OwnPages, settings=services.settings.sign_in)
    app.add_middleware(RequestContext, clock=services.clock, metrics=services.metrics, tracer=services.tracer)
    problems.install(app)
    return app


def _lifespan(services: Services, queues: tuple[Queue, ...]) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # The default of six threads on two cores would let writers that wait for a lock hold up the readers.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "viva"))
        async with beside(services, queues):
            yield
        services.store.close()
        await asyncio.to_thread(services.tracer.close)

    return lifespan


@cache
def _routes() -> list[BaseRoute]:
    """Those of every application: FastAPI takes longer over them than over all else, and again wherever it includes."""
    return _make_routes({})


def _make_routes(instead: Instead) -> list[BaseRoute]:
    every = APIRouter(dependency_overrides_provider=SimpleNamespace(dependency_overrides=instead))
    refusals = problems.problems(401, 403, 429)
    practice = (bank, sessions, answering, recordings, attempts, review, overview, voice, speech)
    for resource in (*practice, auth, tokens, people, organisation, privacy, cohorts, assigned, webhooks):
        every.include_router(resource.router, prefix="/api/v1", responses=refusals)
    every.include_router(health.router)
    every.include_router(health.counters, dependencies=[Depends(admin)], responses=refusals)
    return every.routes


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        parts = schema["components"]["schemas"]
        template = "#/components/schemas/{model}"
        for model in (Problem, FieldError):
            parts[model.__name__] = model.model_json_schema(ref_template=template)
            parts[model.__name__].pop("$defs", None)
        for unused in ("HTTPValidationError", "ValidationError"):
            parts.pop(unused, None)
        app.openapi_schema = schema
    return app.openapi_schema
