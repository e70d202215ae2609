"""One database, SQLite or Postgres, and its transactions.

SQLite: WAL, `BEGIN IMMEDIATE` for writes (a deferred one fails at once when another writer was
faster), plain `BEGIN` for reads, and one lock in the process so that writers queue fairly here
rather than poll there. docs/architecture.md says what was measured.

Postgres: reads are `REPEATABLE READ READ ONLY`, which is one view and never fails for another's sake;
writes are `READ COMMITTED` and lock what they change (`with_for_update`, `sessions.hold`).
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlmodel import Session, SQLModel

from service.errors import ConfigError, Conflict, StoreBusy, StoreFull, StoreUnavailable
from service.store import postgres
from service.store.tables import PingRow

T = TypeVar("T")
Tx = Session
"""A transaction, as `Store.read` and `Store.write` give it."""

BUSY_SECONDS = 10.0
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class Store:
    """The database behind `url`. `busy_seconds` is how long a writer waits for another. Raises ConfigError.

    `direct_url` leads to the same Postgres without a pooler in between, for connections that have to last.
    """

    def __init__(self, url: str, *, busy_seconds: float = BUSY_SECONDS, direct_url: str | None = None) -> None:
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        try:
            self.url = postgres.with_driver(make_url(url))
            self.direct_url = postgres.with_driver(make_url(direct_url)) if direct_url else self.url
            backend = self.url.get_backend_name()
            if backend not in ("sqlite", "postgresql"):
                raise ArgumentError(f"{backend} is neither sqlite nor postgresql")
            self.is_sqlite = backend == "sqlite"
            self.engine = self._sqlite_engine() if self.is_sqlite else postgres.make_engine(self.url, busy_seconds)
        except (ArgumentError, ImportError) as error:  # not a URL, or no driver for it
            raise ConfigError(f"This database URL cannot be used: {error}") from error
        self._writer = self.engine.execution_options(viva_write=True)
        one_view = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = self.engine.execution_options(**one_view)

    def _sqlite_engine(self) -> Engine:
        engine = create_engine(
            self.url,
            connect_args={"isolation_level": None, "timeout": self._busy_seconds, "check_same_thread": False},
            hide_parameters=True,  # they hold answers, which no log may
        )
        event.listen(engine, "connect", _pragmas)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read-only transaction: one consistent view. Raises StoreUnavailable."""
        with translated(), Session(self._reader, expire_on_commit=False) as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or rolled back on an error. Raises StoreUnavailable."""
        with self.turn(), translated(), Session(self._writer, expire_on_commit=False) as tx, tx.begin():
            yield tx

    def look(self, look: Callable[[Tx], T]) -> T:
        """What `look` finds in a transaction of `read`."""
        with self.read() as tx:
            return look(tx)

    def change(self, change: Callable[[Tx], T]) -> T:
        """What `change` returns, once a transaction of `write` with it is committed."""
        with self.write() as tx:
            return change(tx)

    @contextmanager
    def _queued(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=self._busy_seconds):
            raise StoreBusy
        try:
            yield
        finally:
            self._lock.release()

    def turn(self) -> AbstractContextManager[None]:
        """No other writer of this process, on SQLite, until the end. Raises StoreBusy."""
        return self._queued() if self.is_sqlite else nullcontext()

    def ping(self, now: datetime) -> None:
        """Write for real: only a commit finds a full disk. Raises StoreUnavailable."""
        with self.write() as tx:
            tx.exec(
                insert(tx, PingRow).values(id=1, at=now).on_conflict_do_update(index_elements=["id"], set_={"at": now})
            )

    def watch(self, begin: Callable[[str], Callable[[], None]]) -> None:
        """Call `begin` with the text of each statement, and what it returns once that has ended."""

        def before(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            connection.info["ended"] = begin(statement)

        def after(connection: Connection, *_: Any) -> None:
            connection.info.pop("ended", lambda: None)()

        def failed(context: ExceptionContext) -> None:
            if context.connection is not None:
                after(context.connection)

        event.listen(self.engine, "before_cursor_execute", before)
        event.listen(self.engine, "after_cursor_execute", after)
        event.listen(self.engine, "handle_error", failed)

    def close(self) -> None:
        self.engine.dispose()


def insert(tx: Tx, table: type[SQLModel]) -> SqliteInsert | PostgresInsert:
    """An INSERT that knows ON CONFLICT, which SQLAlchemy has once for each database."""
    return (SqliteInsert if tx.get_bind().dialect.name == "sqlite" else PostgresInsert)(table)


def reason(error: DBAPIError) -> str:
    """What the driver says, in one line."""
    return " ".join(str(error.orig).split())


def _pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("viva_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def translated() -> Iterator[None]:
    """What the driver raises as what we do: StoreUnavailable, Conflict."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict("The same thing was sent twice at once; read it again.") from error
    except NoneFree as error:
        raise StoreBusy from error
    except DBAPIError as error:
        kind = _kind(error)
        if kind is None:
            raise
        raise kind from error


def _kind(error: DBAPIError) -> StoreUnavailable | None:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # extended codes keep the primary one in the low byte
    if code in _FULL:
        return StoreFull()
    if code in _BUSY:
        return StoreBusy()
    return postgres.kind(error) or (StoreUnavailable() if isinstance(error, OperationalError) else None)
