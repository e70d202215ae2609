"""The web client: its files as they are, and its one page for every address that the client itself routes."""

import hashlib
import os
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

WEB = Path(__file__).resolve().parent.parent / "web"
STATIC = "/static"
"""Where files are."""
REVALIDATE = {"Cache-Control": "no-cache"}  # what has no version in its address: ask each time, answer 304
KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}
MARK = "v-"
"""Begins a folder that is none: the version of all files, which every reference from one to another hands on."""


class ClientPath(Convertor[str]):
    """Any path outside the API, which answers for itself: a method that it does not know is 405 there, not our 404."""

    regex = "(?!api/).*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("client", ClientPath())


class Files(StaticFiles):
    """The client's files, below `v-VERSION/` or not. A browser keeps those of `version`: it asks for over a hundred."""

    def __init__(self) -> None:
        super().__init__(directory=WEB)
        self.version = version()

    def get_path(self, scope: Scope) -> str:
        path = super().get_path(scope)
        return path.partition(os.sep)[2] if path.startswith(MARK) else path

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        kept = super().get_path(scope).startswith(f"{MARK}{self.version}{os.sep}")
        response.headers.update(KEEP if kept else REVALIDATE)
        return response

    def page(self) -> str:
        """The client's page, whose references have the version of now: files may change while we run."""
        self.version = version()
        return (WEB / "index.html").read_text().replace(f'"{STATIC}/', f'"{STATIC}/{MARK}{self.version}/')


def version() -> str:
    """Another one where any file has changed."""
    found = sorted((str(path), path.stat()) for path in WEB.rglob("*") if path.is_file())
    seen = [(path, stat.st_mtime_ns, stat.st_size) for path, stat in found]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:12]


def install(app: FastAPI, files: Files) -> None:
    """Serve the client's page. Comes last: it answers what no other route does."""

    @app.get("/{path:client}", include_in_schema=False)
    def page(path: str) -> HTMLResponse:
        if "." in path.rsplit("/", 1)[-1]:
            raise HTTPException(404, "There is nothing here.")
        return HTMLResponse(files.page(), headers=REVALIDATE)
