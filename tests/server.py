"""Real processes of Viva: `viva serve` on a free port, with SQLite in a folder of the test's, and `viva worker`."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol, Self, TypeVar

import httpx2

VIVA = Path(sys.executable).with_name("viva")
STOP_SECONDS = 30
T = TypeVar("T")
_ADDRESS = re.compile(r" is at (http://\S+)")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The process's environment with `settings` in place of whatever VIVA_ variables it has, and the keyword grader."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VIVA_")}
    return inherited | {"VIVA_GRADER": "keyword", "VIVA_PORT": "0", "VIVA_DATA_DIR": str(folder / "data")} | settings


def eventually(found: Callable[[], T | None]) -> T:
    """What `found` gives, asked again until it is something; AssertionError after half a minute."""
    for _ in range(300):
        if (result := found()) is not None:
            return result
        time.sleep(0.1)
    raise AssertionError("this has not come about in 30 seconds")


class Process(Protocol):
    """As `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    @property
    def stdout(self) -> IO[str] | None: ...
    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float) -> int: ...


class Server:
    """Starts on entering, stops on leaving; the data in `folder` outlives it, so that it can start again."""

    command: tuple[str, ...] = ("serve",)

    def __init__(self, folder: Path, *, name: str = "server", **settings: str) -> None:
        self.folder = folder
        self.name = name
        self.settings = settings
        self.client = httpx2.Client()
        self._process: Process | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Wait until it answers; raises AssertionError with its log where it ends before that."""
        if self._process and self._process.stdout:
            self._process.stdout.close()
        self._process = self._launch()
        assert self._process.stdout
        found = _ADDRESS.search(self._process.stdout.readline())
        if not found:
            self.kill()
            raise AssertionError(f"{self.name} ended with {self._process.poll()}: {self.log()[-5000:]}")
        # It listens before it prints: a request sent now waits until it can be answered.
        self.client = httpx2.Client(base_url=found[1], timeout=60)

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.terminate()
        return self.wait()

    def terminate(self) -> None:
        """Ask it to stop."""
        assert self._process
        self._process.terminate()

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Its exit code, once it has ended; raises TimeoutExpired."""
        assert self._process
        code = self._process.wait(seconds)
        self.client.close()
        if self._process.stdout:
            self._process.stdout.close()
        return code

    def kill(self) -> None:
        """End it without asking, as a power cut of the process: nothing is flushed, no handler runs."""
        if self._process:
            self._process.kill()
            self.wait()

    def kill_in(self, seconds: float) -> None:
        """Kill it in a while; the caller goes on, and may see any request fail from now on."""
        assert self._process
        threading.Timer(seconds, self._process.kill).start()

    def restart(self) -> None:
        """Start again on the same data, on another port."""
        self.kill()
        self.start()

    def log(self) -> str:
        return self._log.read_text()

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The SQLite file itself."""
        with closing(sqlite3.connect(self.folder / "data" / "viva.db")) as connection:
            yield connection

    def rows(self, query: str, *values: Any) -> list[Any]:
        with self.database() as connection:
            return connection.execute(query, values).fetchall()

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def _launch(self) -> Process:
        with self._log.open("a") as log:
            return subprocess.Popen(
                [VIVA, *self.command],
                env=environment(self.folder, **self.settings),
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )


class Worker(Server):
    """`viva worker`: it answers only to whoever watches it."""

    def __init__(self, folder: Path, *, name: str = "worker", queues: str = "grading", **settings: str) -> None:
        super().__init__(folder, name=name, **settings)
        self.command = ("worker", "--queues", queues)


def free_port() -> str:
    """A port that a server can have more than once, as those who are connected expect it there again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])
