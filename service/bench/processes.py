"""Servers and workers in processes of their own, for as long as something is measured."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.errors import ConfigError

SERVER = ("-m", "service.bench.server")
VIVA = ("-m", "service")
STOP_SECONDS = 10
_ADDRESS = re.compile(r" at (http://\S+)")


@dataclass(frozen=True)
class Process:
    url: str
    pid: int


@dataclass(frozen=True)
class Party:
    """All that serve one database."""

    servers: Sequence[Process]
    workers: Sequence[Process] = ()


def environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `settings` in place of whatever VIVA_ variables it has."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VIVA_")}
    basics = {
        "VIVA_PORT": "0",
        "VIVA_DATA_DIR": str(folder / "data"),
        "VIVA_LOG_LEVEL": "error",
        "VIVA_DRAIN_SECONDS": "0",
    }
    return {**inherited, **basics, **settings}


@contextmanager
def running(folder: Path, settings: Mapping[str, str], *, servers: int = 1, workers: int = 0) -> Iterator[Party]:
    """The database is brought to this release's schema first. Raises ConfigError where a process does not start."""
    subprocess.run(  # noqa: S603  (our own)
        [sys.executable, *VIVA, "migrate"],
        env=environment(folder, settings),
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with ExitStack() as stack:
        yield Party(
            servers=[stack.enter_context(process(SERVER, folder, settings)) for _ in range(servers)],
            workers=[stack.enter_context(process((*VIVA, "worker"), folder, settings)) for _ in range(workers)],
        )


@contextmanager
def process(arguments: Sequence[str], folder: Path, settings: Mapping[str, str]) -> Iterator[Process]:
    """A Python process that prints where it listens. `folder` is where it runs, and where its log goes."""
    with (folder / "processes.log").open("a") as log:
        started = subprocess.Popen(  # noqa: S603  (our own)
            [sys.executable, *arguments],
            env=environment(folder, settings),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert started.stdout
    try:
        found = _ADDRESS.search(started.stdout.readline())
        if not found:
            raise ConfigError(f"A process did not start: {(folder / 'processes.log').read_text().strip()[-500:]}")
        yield Process(found[1], started.pid)
    finally:
        started.terminate()
        try:
            started.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        started.stdout.close()
