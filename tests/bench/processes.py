"""What a section runs beside itself: a bare server, Postgres, Viva."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from service.bench.processes import Process, process
from tests import postgres
from tests.postgres import Postgres

BARE = """
import socket
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def submit(request):
    await request.json()
    return JSONResponse({"ok": True})

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
listener.listen(2048)
print(f"bare at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
app = Starlette(routes=[Route("/", submit, methods=["POST"])])
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
"""


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="viva-bench-") as name:
        yield Path(name)


@contextmanager
def bare() -> Iterator[Process]:
    """Starlette that reads some JSON and answers: what a request costs at least, on this machine and just now."""
    with folder() as place, process(("-c", BARE), place, {}) as found:
        yield found


@contextmanager
def durable_postgres(**settings: str) -> Iterator[Postgres]:
    """Unlike the tests' Postgres it waits for the disk at each commit, as it does by default."""
    postgres.SETTINGS.update({"fsync": "on", "full_page_writes": "on"} | settings)
    with postgres.running() as server:
        yield server
