"""A server for measurements: `viva serve`, but that a header says who asks.

On loopback nobody signs in, so that there all are one person, whose writes go one after the other. Many simulated
people have to be many.
"""

import socket

import uvicorn
from fastapi import FastAPI, Request

from service import logs
from service.api import deps
from service.api.app import create_app
from service.bench.people import PERSON
from service.domain.attempt import LOCAL, Person
from service.settings import Settings, read_settings


def application(settings: Settings) -> FastAPI:
    """Raises as `create_app`."""
    return create_app(settings, instead={deps.person: _person})


def _person(request: Request) -> Person:
    return Person(id=request.headers.get(PERSON, LOCAL.id), organisation=LOCAL.organisation)


def main() -> None:
    """Serve on a free port of loopback, which is printed."""
    settings = read_settings()
    logs.configure(settings.log_level, settings.log_format)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: asyncio sets TCP_NODELAY
    listener.bind(("127.0.0.1", settings.port))
    listener.listen(2048)
    print(f"Measuring at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201
    config = uvicorn.Config(application(settings), log_config=None, access_log=False, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
