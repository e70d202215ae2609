"""A SQLite database as a file: what is in it, a copy of it, having it to oneself, putting another in its place.

Plain sqlite3 rather than `Store`: to open a `Store` makes the file where there is none.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.errors import ConfigError, Invalid, StoreBusy, StoreFull, StoreUnavailable, VivaError
from service.store.condition import schemas
from service.store.engine import Store

SIDES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, as endings of its name."""
CHECKPOINTS = 3
"""Tries to empty the `-wal`; each waits for those who read."""
_TABLES = {"alembic_version", "attempt", "item", "practice_session"}
"""A database without them is not Viva's, whatever its revision says."""
_MACHINERY = {"alembic_version", "ping"}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@dataclass(frozen=True)
class Contents:
    """What a database of Viva's holds."""

    schema: str
    """Alembic's revision."""
    rows: Mapping[str, int]
    """How many rows each table has; without the tables of the machinery."""

    @property
    def empty(self) -> bool:
        return not any(self.rows.values())


def database_file(store: Store) -> Path:
    """The file that `store` is in. Raises ConfigError where it is in none."""
    name = store.url.database
    if not store.is_sqlite or not name or name == ":memory:" or name.startswith("file:"):
        raise ConfigError(f"{store.url.render_as_string()} is not a SQLite database in a file.")
    return Path(name).resolve()  # what is put in its place has to be on the same disk


def look(path: Path) -> Contents:
    """Check all of it. Raises Invalid where it is no sound Viva database; the reason given does not name the file."""
    with _told(), closing(_open(path)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= _TABLES:
            raise Invalid("This is not a Viva database.")
        damage = "; ".join(" ".join(line.split()) for (line,) in database.execute("PRAGMA integrity_check(3)"))
        if damage != "ok":
            raise Invalid(f"This database is damaged ({damage}).")
        (schema,) = database.execute("SELECT version_num FROM alembic_version").fetchone() or ("none",)
        if schema not in schemas():
            raise Invalid(f"This database is of a newer release (schema {schema}); update Viva.")
        names = sorted(name for name in tables - _MACHINERY if not name.startswith("sqlite_"))
        rows = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
    return Contents(schema, rows)


def copy(source: Path, target: Path) -> None:
    """One consistent state of `source` into the empty file `target`, also while others write to `source`.

    Raises Invalid (damaged), StoreFull, StoreUnavailable.
    """
    with _told(), closing(_open(source)) as database:
        database.execute("VACUUM INTO ?", (str(target),))


def rewrite(path: Path) -> None:
    """What was deleted can be read neither from `path` nor from its `-wal` any more, also while others use it.

    It is written anew, which takes as much space again for a while, and keeps writers waiting. Raises StoreBusy,
    StoreFull, StoreUnavailable.
    """
    with _told(), closing(_open(path)) as database:
        database.execute("VACUUM")
        for _ in range(CHECKPOINTS):
            (busy, _, _) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
        raise StoreBusy("Somebody reads the database without end: what was deleted is still in its -wal.")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else has `path` open, and nobody can use it until the end; what was in its `-wal` is in the file itself.

    Raises StoreBusy where somebody has it open, Invalid where it is no database, StoreUnavailable.
    """
    with closing(_open(path, wait=1)) as database:
        with _told():
            database.execute("PRAGMA journal_mode = DELETE")  # leaving WAL fails while others have it open, even idle
            database.execute("PRAGMA journal_mode = MEMORY")  # a journal of ours would lie beside it
            database.execute("BEGIN EXCLUSIVE")
            if database.execute("PRAGMA journal_mode").fetchone() == ("wal",):
                raise StoreBusy  # somebody came in between
        yield


@contextmanager
def part_beside(target: Path) -> Iterator[Path]:
    """An empty file for what is to become `target`, which nobody else can read. It goes away, unless it was moved."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        for side in ("", *SIDES):
            Path(name + side).unlink(missing_ok=True)


def put_in_place(part: Path, target: Path) -> None:
    """`part` becomes `target`, in one step, and stays there after a power cut."""
    sync(part)
    os.replace(part, target)
    sync(target.parent)


def sync(path: Path) -> None:
    """What was written to a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":  # Windows opens no folders
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open(path: Path, *, wait: float = 10) -> sqlite3.Connection:
    """Unlike `sqlite3.connect` alone this makes no file. `wait` is in seconds. Raises StoreUnavailable."""
    with _told():
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=wait)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _kind(error) from error


def _kind(error: sqlite3.Error) -> VivaError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # extended codes keep the primary one in the low byte
    if code in _DAMAGED:
        return Invalid(f"This is not a sound database ({error}).")
    if code in _BUSY:
        return StoreBusy()
    return StoreFull() if code == sqlite3.SQLITE_FULL else StoreUnavailable(f"The database cannot be used: {error}.")
