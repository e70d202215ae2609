"""Processes that start in a fraction of a second: forked from one that has imported everything, which takes the rest.

What runs in them is the command `viva` as it is; a kill, a freeze or a limit strikes them as any other process.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection, wait
from pathlib import Path
from subprocess import TimeoutExpired

from tests.fresh import fresh
from tests.server import Server, Worker, environment

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["__main__", "service.cli", "procrastinate", "psycopg_pool", "tests.faults.llm"])


class Quick(Server):
    """`viva serve`, forked. Without settings that say otherwise its database is migrated, and it stops at once."""

    def _launch(self) -> "Forked":
        variables = environment(self.folder, **{"VIVA_DRAIN_SECONDS": "0"} | self.settings)
        if "VIVA_DATABASE_URL" not in variables:
            fresh(Path(variables["VIVA_DATA_DIR"]))
        return Forked(self.command, variables, self.folder, self._log)


class QuickWorker(Quick, Worker):
    """`viva worker`, forked."""


def viva(folder: Path, settings: Mapping[str, str], *command: str) -> str:
    """What a command prints."""
    process = Forked(command, environment(folder, **settings), folder, folder / "viva.log")
    with process.stdout:
        said = process.stdout.read()
    assert process.wait(60) == 0
    return said


class Forked:
    """As much of `subprocess.Popen` as a `Server` needs."""

    def __init__(self, command: tuple[str, ...], variables: dict[str, str], folder: Path, log: Path) -> None:
        ours, theirs = _context.Pipe(duplex=False)
        self._process = _context.Process(target=_viva, args=(command, variables, folder, log, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.stdout = os.fdopen(os.dup(ours.fileno()))
        ours.close()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode  # asks the process that forked it

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutExpired(self._process.name, timeout)
        return self._process.exitcode


def _viva(command: tuple[str, ...], variables: dict[str, str], folder: Path, log: Path, says: Connection) -> None:
    from service.cli import app

    parent = multiprocessing.parent_process()
    assert parent
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    os.dup2(says.fileno(), 1)
    says.close()
    with log.open("a") as stderr:
        os.dup2(stderr.fileno(), 2)
    sys.argv = ["viva", *command]
    app()


def _end_with(parent: int) -> None:
    """The tests may be killed as well."""
    wait([parent])
    os.kill(os.getpid(), signal.SIGKILL)
