"""How a database is: its schema, and what `viva doctor` asks of it. Each raises StoreUnavailable."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from service.errors import StoreUnavailable
from service.store.engine import Store, reason
from service.store.tables import AttemptRow, GradeRow, PingRow, SessionRow

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def schemas() -> list[str]:
    """The revisions that this release knows, newest first."""
    # By the names of the files: alembic takes longer to load than all else that a start needs of the database.
    return [path.name[:4] for path in sorted(VERSIONS.glob("[0-9]*.py"), reverse=True)]


def schema(store: Store) -> str | None:
    """The revision that the database has; None before its first migration."""
    with _connected(store) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return found


def damage(store: Store) -> list[str]:
    """What SQLite's quick check finds, at most three lines."""
    with _connected(store) as connection:
        lines = [" ".join(line.split()) for (line,) in connection.exec_driver_sql("PRAGMA quick_check(3)")]
    return [line for line in lines if line != "ok"]


def journal_mode(store: Store) -> str:
    """The one that SQLite really uses: where a file system cannot hold a WAL, asking for it changes nothing."""
    with _connected(store) as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())


def clock(store: Store) -> datetime | None:
    """What time it is by the clock of the database's machine; None on SQLite, which has none of its own."""
    if store.is_sqlite:
        return None
    with _connected(store) as connection:
        return connection.scalar(select(func.clock_timestamp()))


def newest_time(store: Store) -> datetime | None:
    """The latest moment that was stored as past. The schema has to be the newest."""
    past = (SessionRow.created_at, SessionRow.started_at, AttemptRow.submitted_at, GradeRow.created_at, PingRow.at)
    with _connected(store) as connection:
        times = [connection.scalar(select(func.max(col(column)))) for column in past]
    return max((time for time in times if time is not None), default=None)


@contextmanager
def _connected(store: Store) -> Iterator[Connection]:
    try:
        with store.engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreUnavailable(f"Cannot use the database {store.url.render_as_string()}: {reason(error)}") from error
