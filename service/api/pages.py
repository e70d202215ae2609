"""The web client: its files as they are, and its one page for every address that the client itself routes."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

WEB = Path(__file__).resolve().parent.parent / "web"
REVALIDATE = {"Cache-Control": "no-cache"}  # files have no version in their name: ask each time, answer 304


class ClientPath(Convertor[str]):
    """Any path outside the API, which answers for itself: a method that it does not know is 405 there, not our 404."""

    regex = "(?!api/).*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("client", ClientPath())


class Files(StaticFiles):
    """Static files that a browser revalidates."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers.update(REVALIDATE)
        return response


def files() -> Mount:
    """The client's files. Comes first: a page asks for more than a hundred, and each route before them takes time."""
    return Mount("/static", Files(directory=WEB), name="static")


def install(app: FastAPI) -> None:
    """Serve the client. Comes last: its page answers what no other route does."""

    @app.get("/{path:client}", include_in_schema=False)
    async def page(request: Request, path: str) -> FileResponse:
        if "." in path.rsplit("/", 1)[-1]:
            raise HTTPException(404, "There is nothing here.")
        return FileResponse(WEB / "index.html", headers=REVALIDATE)
