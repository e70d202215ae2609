"""`viva db copy`: all that one database holds into an empty one, from SQLite to Postgres or any other way.

The target is filled in one transaction, which is committed after both databases were read again and found to hold the
same. Whatever fails, and whoever kills it, the target is as empty as before. No table is named here: all that the
schema has are copied and compared, but for the one that only finds out whether writing works.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from service.errors import ConfigError, Conflict, Invalid, StoreBusy
from service.store.condition import schema, schemas
from service.store.engine import Store, Tx
from service.store.files import alone, database_file
from service.store.tables import PingRow

BATCH, HEAVY_BATCH = 1000, 10
"""Rows in memory at a time; of a table with sound in it, up to a megabyte each."""
PASSES = 3
"""Each row is written, and read again in both databases."""

Progress = Callable[[int, int], None]
"""Gets the rows done and the rows in all, each counted `PASSES` times."""

_METADATA = PingRow.metadata


@dataclass(frozen=True)
class Held:
    """What a table holds. `digest` has 64 hex digits, and does not depend on the order of the rows."""

    table: str
    rows: int
    digest: str


def copy(source: Store, target: Store, progress: Progress = lambda _done, _all: None) -> list[Held]:
    """Copy everything and compare: what each table of both now holds.

    Raises ConfigError (no database, or not this release's schema), Conflict (the target has data, a server uses the
    source, or the two differ afterwards), Invalid (a row cannot be kept in the target), StoreUnavailable.
    """
    for store in (source, target):
        _require(store)
    _require_unused(source)
    with _all_or_nothing(target) as tx:
        _have_alone(tx)
        _require_empty(tx, target)
        with source.read() as view:
            _take_time(view)
            step = _steps(progress, PASSES * sum(_count(view, table) for table in tables()))
            for table in tables():
                for batch in _batches(view, table):
                    if not target.is_sqlite:
                        _refuse_nul(table, batch)
                    tx.connection().execute(_METADATA.tables[table].insert(), batch)
                    step(len(batch))
        with source.read() as view:  # anew: what somebody has written to the source meanwhile has to be seen
            _take_time(view)
            given = contents(view, step)
        taken = contents(tx, step)
        _compare(given, taken)
    return taken


def tables() -> list[str]:
    """Their names, those that others refer to first."""
    return [table.name for table in _METADATA.sorted_tables if table.name != PingRow.__tablename__]


def contents(tx: Tx, step: Callable[[int], None] = lambda _rows: None) -> list[Held]:
    """What each table holds, read in full. `step` gets the number of rows of each batch."""
    return [_held(tx, table, step) for table in tables()]


def _held(tx: Tx, table: str, step: Callable[[int], None]) -> Held:
    rows = total = 0
    for batch in _batches(tx, table):
        # A sum does not depend on the order: the two databases may sort text differently.
        total += sum(int.from_bytes(sha256(_canonical(row)).digest()) for row in batch)
        rows += len(batch)
        step(len(batch))
    return Held(table, rows, f"{total % 2**256:064x}")


def _canonical(row: dict[str, Any]) -> bytes:
    """One text for the same values. SQLite keeps no sign of a zero."""
    values = {name: 0.0 if isinstance(value, float) and not value else value for name, value in row.items()}
    return _JSON.encode(values).encode()


def _text(value: object) -> str:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"Nothing is said here of how to compare a {type(value).__name__}.")


_JSON = json.JSONEncoder(sort_keys=True, default=_text)


def _batches(tx: Tx, name: str) -> Iterator[list[dict[str, Any]]]:
    """All rows, by column, in the order of their keys: a row may refer to an earlier one of its own table."""
    table = _METADATA.tables[name]
    query = table.select().order_by(*table.primary_key)
    heavy = any(column.type.python_type is bytes for column in table.columns)
    options = {"yield_per": HEAVY_BATCH if heavy else BATCH}
    with tx.connection().execute(query, execution_options=options) as result:
        names = list(result.keys())
        for batch in result.partitions():
            yield [dict(zip(names, row, strict=True)) for row in batch]


def _count(tx: Tx, table: str) -> int:
    return int(tx.connection().exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one())  # noqa: S608


def _steps(progress: Progress, total: int) -> Callable[[int], None]:
    done = 0

    def step(rows: int) -> None:
        nonlocal done
        done += rows
        progress(done, total)

    return step


def _require(store: Store) -> None:
    """There is a database, with this release's schema. To open a `Store` would make the file where there is none."""
    place = store.url.render_as_string()
    if store.is_sqlite and not database_file(store).is_file():
        raise ConfigError(f"There is no database {place}.")
    present, known = schema(store), schemas()
    if present is not None and present not in known:
        raise ConfigError(f"{place} is of a newer release (schema {present}): update Viva.")
    if present != known[0]:
        wanted = f"this release has {known[0]}: run viva migrate with VIVA_DATABASE_URL set to it."
        raise ConfigError(f"{place} has the schema {present or 'none'}, {wanted}")


def _require_unused(source: Store) -> None:
    """A server that goes on with what was moved would lose answers. Who is connected to Postgres may be anybody."""
    if not source.is_sqlite:
        return
    source.close()
    try:
        with alone(database_file(source)):
            pass
    except StoreBusy as error:
        raise Conflict(f"{source.url.render_as_string()} is in use: stop the server first.") from error


def _require_empty(tx: Tx, target: Store) -> None:
    if found := [f"{table} {rows:,}" for table in tables() if (rows := _count(tx, table))]:
        raise Conflict(
            f"{target.url.render_as_string()} holds data ({', '.join(found)} rows): only an empty database is filled."
        )


@contextmanager
def _all_or_nothing(target: Store) -> Iterator[Tx]:
    """The target's transaction. Raises Invalid where a row contradicts the schema, which SQLite may have let pass."""
    try:
        with target.write() as tx:
            yield tx
    except Conflict as error:
        if error.__cause__ is None:  # it is one of ours
            raise
        refused = getattr(error.__cause__, "orig", error.__cause__)
        raise Invalid(f"The target refuses a row. {' '.join(str(refused).split())}") from error


def _have_alone(tx: Tx) -> None:
    """Nobody else writes to the target until the end; on SQLite it is so already."""
    _take_time(tx)
    if _on_postgres(tx):
        names = ", ".join(f'"{table}"' for table in tables())
        tx.connection().exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def _take_time(tx: Tx) -> None:
    """Postgres's limits are meant for requests. The one for locks stays."""
    if _on_postgres(tx):
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            tx.connection().exec_driver_sql(f"SET LOCAL {limit} = 0")


def _on_postgres(tx: Tx) -> bool:
    return tx.get_bind().dialect.name == "postgresql"


def _refuse_nul(table: str, batch: Sequence[dict[str, Any]]) -> None:
    """Postgres keeps no NUL in a text, and its driver would not say which row has one."""
    for row in batch:
        for column, value in row.items():
            if isinstance(value, str) and "\0" in value:
                key = ", ".join(f"{part.name} {row[part.name]}" for part in _METADATA.tables[table].primary_key)
                raise Invalid(f"In {table} ({key}), {column} has a NUL character, which Postgres cannot keep.")


def _compare(given: list[Held], taken: list[Held]) -> None:
    wrong = [
        f"{theirs.table} ({ours.rows:,} rows {ours.digest[:12]}, then {theirs.rows:,} rows {theirs.digest[:12]})"
        for ours, theirs in zip(given, taken, strict=True)
        if ours != theirs
    ]
    if wrong:
        raise Conflict(
            f"After the copy these differ: {'; '.join(wrong)}. Was something written meanwhile? The target stays empty."
        )
