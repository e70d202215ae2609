"""The application: settings in, everything wired, nothing global."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from service.api import answering, attempts, bank, health, pages, problems, sessions
from service.api.deps import Services
from service.api.middleware import BodyLimit, LocalOnly, RequestContext
from service.api.problems import FieldError, Problem
from service.bank import load_bank
from service.errors import ConfigError
from service.graders import BUILT_IN, Grader
from service.history import History
from service.jobs.embedded import EmbeddedJobs
from service.metrics import Metrics
from service.plugins import load
from service.practice import Practice
from service.settings import Settings
from service.store.engine import Store
from service.store.migrate import require, upgrade

MAX_BODY = 1_000_000
"""Bytes: an answer of 20,000 characters with every one escaped, and room for an inline rubric."""

THREADS = 40
"""Threads for the store, as many as Starlette has for its own."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Raises BankError, ConfigError, StoreUnavailable: better now than on the first request."""
    grader: Grader = load(settings.grader, BUILT_IN)()
    loaded = load_bank(settings.bank_dir)
    store = open_store(settings)
    if store.is_sqlite:  # nobody else uses it: no need to ask
        upgrade(store)
    else:
        require(store)
    metrics = Metrics()
    practice = Practice(store=store, bank=loaded, grader=grader, metrics=metrics, grace=settings.grace_seconds)
    app = FastAPI(
        title="Viva",
        version=version("viva"),
        description="Mock interviews: timed questions, answers graded point by point. Errors are RFC 9457 problems.",
        lifespan=_lifespan(practice, clock),
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    app.state.services = Services(
        settings=settings, bank=loaded, practice=practice, history=History(practice), metrics=metrics, clock=clock
    )
    app.add_middleware(BodyLimit, limit=MAX_BODY)
    app.add_middleware(LocalOnly)
    app.add_middleware(RequestContext, clock=clock, metrics=metrics)
    problems.install(app)
    app.include_router(_api())
    app.include_router(health.router)
    pages.install(app)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def open_store(settings: Settings) -> Store:
    """The database of `settings`; its folder is made where it has none."""
    if settings.database_url is None:
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"Cannot make the folder VIVA_DATA_DIR={settings.data_dir}: {error.strerror}.") from error
    return Store(settings.store_url(), busy_seconds=settings.busy_seconds)


def _api() -> APIRouter:
    api = APIRouter(prefix="/api/v1")
    for resource in (bank, sessions, answering, attempts):
        api.include_router(resource.router)
    return api


def _lifespan(practice: Practice, clock: Callable[[], datetime]) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # The default of six threads on two cores would let writers that wait for a lock hold up the readers.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "viva"))
        jobs = EmbeddedJobs(practice.pending, lambda attempt_id: practice.grade(attempt_id, clock()))
        task = asyncio.create_task(jobs.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        practice.store.close()

    return lifespan


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
