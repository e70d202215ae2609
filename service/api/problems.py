"""Errors as RFC 9457 problem documents: each class of `service/errors.py` has one status."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from service import errors
from service.api.headers import standing_headers

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
UNFORESEEN = "Something went wrong here. The log has it under this request's id."
RETRY_SECONDS = 1
NO_JSON = "The body is not valid JSON."
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

STATUS: dict[type[errors.VivaError], tuple[int, str]] = {
    errors.NotFound: (404, "not-found"),
    errors.SignInRequired: (401, "sign-in-required"),
    errors.SignInFailed: (401, "sign-in-failed"),
    errors.Forbidden: (403, "forbidden"),
    errors.NotAgreed: (403, "not-agreed"),
    errors.TooManyTries: (429, "too-many-tries"),
    errors.TooManyRequests: (429, "too-many-requests"),
    errors.ProviderUnavailable: (503, "provider-unavailable"),
    errors.Invalid: (422, "invalid"),
    errors.TooLarge: (413, "too-large"),
    errors.AudioTooLong: (413, "audio-too-long"),
    errors.UnknownAudio: (415, "unknown-audio"),
    errors.BrokenAudio: (422, "broken-audio"),
    errors.NoSound: (422, "no-sound"),
    errors.Conflict: (409, "conflict"),
    errors.ChunksMissing: (409, "chunks-missing"),
    errors.DeadlinePassed: (409, "deadline-passed"),
    errors.RevisionMismatch: (412, "revision-mismatch"),
    errors.GradeMismatch: (412, "grade-mismatch"),
    errors.KeyReused: (422, "key-reused"),
    errors.PreconditionMissing: (428, "precondition-missing"),
    errors.StoreUnavailable: (503, "store-unavailable"),
    errors.StoreBusy: (503, "store-busy"),
    errors.StoreFull: (503, "store-full"),
    errors.GraderUnavailable: (503, "grader-unavailable"),
    errors.VoiceUnavailable: (503, "voice-unavailable"),
    errors.VoiceBusy: (429, "voice-busy"),
}


class FieldError(BaseModel):
    """One thing that is wrong with the request."""

    field: str = Field(examples=["body.count"])
    message: str = Field(examples=["Input should be less than or equal to 50"])


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field(examples=["urn:viva:problem:not-found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such session."])
    instance: str = Field(examples=["urn:viva:request:01jd3v8q"])
    """Names the request: the `X-Request-ID` of the answer."""
    errors: list[FieldError] = []
    current_revision: int | None = None
    """With revision-mismatch: the revision of the draft that is stored."""
    current_grade: int | None = None
    """With grade-mismatch: the number of the attempt's grade."""
    missing: list[int] | None = None
    """With chunks-missing: their numbers."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for these statuses."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {status: {"description": title(status), "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses}


def title(status: int) -> str:
    """The phrase of RFC 9110; Python's own differs between its versions."""
    return {413: "Content Too Large", 422: "Unprocessable Content"}.get(status) or HTTPStatus(status).phrase


def problem(
    request: Request, status: int, slug: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
) -> Response:
    """The answer that tells of a problem."""
    body = Problem(
        type=f"urn:viva:problem:{slug}",
        title=title(status),
        status=status,
        detail=detail,
        instance=f"urn:viva:request:{getattr(request.state, 'request_id', 'unknown')}",
        **more,
    )
    content = body.model_dump(mode="json", exclude_defaults=True)
    return JSONResponse(content, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Turn errors that leave a route into problem documents; `RequestContext` does it for those nobody foresaw."""

    @app.exception_handler(errors.VivaError)
    async def ours(request: Request, error: errors.VivaError) -> Response:
        status, slug = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), (500, "internal"))
        headers = {"Retry-After": str(_patience(error))} if status in (429, 503) else {}
        if status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        more: dict[str, Any] = {}
        if isinstance(error, errors.RevisionMismatch):
            more = {"current_revision": error.current}
        elif isinstance(error, errors.GradeMismatch):
            more = {"current_grade": error.current}
        elif isinstance(error, errors.ChunksMissing):
            more = {"missing": error.missing}
        return problem(request, status, slug, str(error), headers=headers, **more)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if any(e["type"] == "json_invalid" for e in error.errors()):
            return problem(request, 422, "invalid", NO_JSON)
        found = [
            FieldError(field=".".join(str(part) for part in e["loc"]), message=printable(e["msg"]))
            for e in error.errors()
        ]
        detail = "; ".join(f"{f.field}: {f.message}" for f in found[:3])
        return problem(request, 422, "invalid", detail, errors=found)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            return Response(status_code=error.status_code, headers=error.headers)
        if error.status_code == HTTPStatus.BAD_REQUEST:  # only FastAPI raises it, for a body that is no text
            return problem(request, 422, "invalid", NO_JSON)
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(sorted(_methods(request) | set(headers["Allow"].split(", "))))
        slug = {413: "too-large"}.get(error.status_code, title(error.status_code).lower().replace(" ", "-"))
        return problem(request, error.status_code, slug, str(error.detail), headers=headers)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        """Starlette sends this one from outside our middleware, and then raises for the server to log."""
        answer = problem(request, 500, "internal", UNFORESEEN)
        answer.headers.update(standing_headers(request.state.request_id))
        return answer


def _patience(error: errors.VivaError) -> int:
    """Seconds to wait before asking again: what whoever is asked said, else a moment."""
    kinds = errors.GraderUnavailable | errors.VoiceUnavailable | errors.TooManyTries | errors.TooManyRequests
    asked = error.retry_after if isinstance(error, kinds) else None
    return max(RETRY_SECONDS, ceil(asked or 0))


def _methods(request: Request) -> set[str]:
    """What this path allows over all its routes: the one that raised 405 knows only its own method."""
    scope = {"type": "http", "path": request.scope["path"], "root_path": ""}
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]  # a mount matches every method
    return {m for m in METHODS if any(route.matches({**scope, "method": m})[0] is Match.FULL for route in routes)}


def printable(text: str) -> str:
    """`text` without lone surrogates, which JSON cannot carry."""
    return text.encode("utf-8", "replace").decode()
