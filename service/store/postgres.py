"""Postgres: its URL, its connections, and what its errors mean."""

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from service.errors import StoreBusy, StoreFull, StoreUnavailable

POOL = 10
"""Connections at most. A request that finds none free waits for one."""
WORK_SECONDS = 5.0
"""What a statement may take beside waiting for locks: ours take milliseconds."""
IDLE_SECONDS = 60.0
"""A client that has vanished in a transaction must not hold its locks for ever."""
MIGRATION_LOCK = 8_410_264_297
"""Any number that nothing else locks in this database."""

_FULL = {"53100"}
_BUSY = {"40001", "40P01", "55P03", "57014"}
"""Serialization failure, deadlock, lock timeout, statement timeout."""
_READ_ONLY = "25006"
"""Written to a standby, or to a server that is being moved."""


def with_driver(url: URL) -> URL:
    """The driver is psycopg 3, also where the URL names none; `postgres://` is what hosts like to hand out."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def dsn(url: URL) -> str:
    """As libpq and its programs read it, with the password."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def make_engine(url: URL, busy_seconds: float) -> Engine:
    """Connections that wait `busy_seconds` for a lock, and are tried before use: the server may have been restarted."""
    limits = {
        "lock_timeout": busy_seconds,
        "statement_timeout": busy_seconds + WORK_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    options = [f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items()]
    given = url.query.get("options", ())
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        hide_parameters=True,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=busy_seconds,
        connect_args={
            "options": " ".join([*options, *([given] if isinstance(given, str) else given)]),  # the last one counts
            "connect_timeout": max(2, round(busy_seconds)),
        },
    )


def kind(error: DBAPIError) -> StoreUnavailable | None:
    """What `error` is to us; None where the database is well and we are wrong."""
    state = getattr(error.orig, "sqlstate", None)
    if state in _FULL:
        return StoreFull()
    if state in _BUSY:
        return StoreBusy()
    return StoreUnavailable() if state == _READ_ONLY or error.connection_invalidated else None
