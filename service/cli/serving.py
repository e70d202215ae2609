"""`viva serve` and `viva worker`: processes that stay until they are told to stop."""

import asyncio
import signal
import socket
import sys
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from service import logs
from service.api.app import create_app, create_worker
from service.cli.plain import plain_errors
from service.domain.job import WORKS, Queue
from service.errors import ConfigError
from service.identity.settings import is_loopback
from service.lasting import lasting
from service.settings import Settings, read_settings

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 5
"""Within this time after the drain, whatever requests are still going on."""


def serve() -> None:
    """Serve the API and the web client (settings: VIVA_HOST, VIVA_PORT, ...)."""
    with plain_errors():
        settings = _start()
        with lasting():
            application = create_app(settings)
        _run(application, settings, settings.host, settings.port, "Viva is at")


def worker(
    queues: Annotated[str, typer.Option(help="Names, split by commas: grading, transcription, delivery.")] = (
        "grading,delivery"
    ),
    concurrency: Annotated[int | None, typer.Option(min=1, help="Jobs at once; else VIVA_JOB_CONCURRENCY.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="For /healthz, /readyz, /metrics; 0: any free.")] = 0,
) -> None:
    """Do the jobs of a Postgres database, beside the servers; as many as you like, on any machine."""
    with plain_errors():
        settings = _start()
        if concurrency is not None:
            settings = settings.model_copy(update={"job_concurrency": concurrency})
        with lasting():
            application = create_worker(settings, _queues(queues))
        host = settings.host if is_loopback(settings.host) else LOOPBACK  # nobody signs in at a worker
        _run(application, settings, host, port, f"Working on {queues}; health is at")


def _start() -> Settings:
    settings = read_settings()
    settings.check_host()
    logs.configure(settings.log_level, settings.log_format)
    return settings


def _queues(names: str) -> tuple[Queue, ...]:
    wanted = {name.strip() for name in names.split(",")}
    if unknown := sorted(wanted - set(WORKS)):
        raise ConfigError(f"There is no queue {', '.join(unknown)!r}: use {', '.join(WORKS)}.")
    return tuple(queue for queue in WORKS if queue in wanted)


def _run(application: FastAPI, settings: Settings, address: str, port: int, says: str) -> None:
    listener = listen(address, port)
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        server_header=False,
        proxy_headers=False,  # whose word is taken is a setting of ours, and needs the real peer
    )
    host = f"[{address}]" if ":" in address else address
    for ending in (signal.SIGINT, signal.SIGTERM):  # uvicorn raises it once more when it has shut down in order
        signal.signal(ending, lambda *_: sys.exit(0))
    typer.echo(f"{says} http://{host}:{listener.getsockname()[1]}")
    Server(config, application, settings.drain_seconds).run(sockets=[listener])


class Server(uvicorn.Server):
    """Stops in two steps on SIGTERM: says that it is not ready and ends what streams, then takes no more requests."""

    def __init__(self, config: uvicorn.Config, application: FastAPI, drain: float) -> None:
        super().__init__(config)
        self.live = application.state.services.live
        self.drain = drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM and not self.live.closed and self.drain:
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(self.live.close)
            loop.call_soon_threadsafe(loop.call_later, self.drain, super().handle_exit, sig, frame)
        else:
            self.live.close()
            super().handle_exit(sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for connections; port 0 takes a free one. Raises ConfigError where the port cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on {host}:{port} ({error.strerror}). Set VIVA_PORT to another port."
        ) from error
    # Connections inherit it. asyncio sets it only where the socket names its protocol, which `create_server` does not;
    # without it an answer on a connection that is kept open waits 40 ms for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
