"""One database, SQLite or Postgres, and its transactions.

SQLite: WAL, `BEGIN IMMEDIATE` for writes (a deferred one fails at once when another writer was
faster), plain `BEGIN` for reads, and one lock in the process so that writers queue fairly here
rather than poll there. docs/architecture.md says what was measured.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlmodel import Session

from service.errors import ConfigError, Conflict, StoreBusy, StoreFull, StoreUnavailable
from service.store.tables import PingRow

Tx = Session
"""A transaction, as `Store.read` and `Store.write` give it."""

BUSY_SECONDS = 10.0
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Store:
    """The database behind `url`. `busy_seconds` is how long a writer waits for another. Raises ConfigError."""

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        try:
            self.url = make_url(url)
            self.is_sqlite = self.url.get_backend_name() == "sqlite"
            self.engine = self._sqlite_engine() if self.is_sqlite else create_engine(self.url, pool_pre_ping=True)
        except (ArgumentError, ImportError) as error:  # not a URL, or no driver for it
            raise ConfigError(f"This database URL cannot be used: {error}") from error
        self._writer = self.engine.execution_options(viva_write=True)

    def _sqlite_engine(self) -> Engine:
        engine = create_engine(
            self.url,
            connect_args={"isolation_level": None, "timeout": self._busy_seconds, "check_same_thread": False},
        )
        event.listen(engine, "connect", _pragmas)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only transaction: one consistent view. Raises StoreUnavailable."""
        with _translated(), Session(self.engine, expire_on_commit=False) as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or rolled back on an error. Raises StoreUnavailable."""
        with self._turn(), _translated(), Session(self._writer, expire_on_commit=False) as tx, tx.begin():
            yield tx

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._busy_seconds):
            raise StoreBusy
        try:
            yield
        finally:
            self._lock.release()

    def _turn(self) -> AbstractContextManager[None]:
        return self._queued() if self.is_sqlite else nullcontext()

    def ping(self, now: datetime) -> None:
        """Write for real: only a commit finds a full disk. Raises StoreUnavailable."""
        with self.write() as tx:
            tx.merge(PingRow(id=1, at=now))

    def close(self) -> None:
        self.engine.dispose()


def _pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("viva_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise _kind(error) from error
    except IntegrityError as error:
        raise Conflict("The same thing was sent twice at once; read it again.") from error


def _kind(error: DBAPIError) -> StoreUnavailable:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        return StoreUnavailable()
    primary = code & 0xFF  # extended codes keep the primary one in the low byte
    return StoreFull() if primary in _FULL else StoreBusy() if primary in _BUSY else StoreUnavailable()
