"""After an erasure: what was deleted is not to be read from the files of the database either."""

from contextlib import closing

from sqlmodel import SQLModel

from service.store.engine import Store, translated
from service.store.files import database_file, rewrite

VACUUM_SECONDS = 20
"""Of Postgres: what takes longer is left to its own autovacuum."""


def scrub(store: Store) -> None:
    """On SQLite the file is written anew, and its WAL emptied, while everybody has it open.

    On Postgres the space of the rows is given free at once; docs/privacy.md says what that leaves on its disk.
    Raises StoreUnavailable.
    """
    if store.is_sqlite:
        with store.turn():  # our own writers wait for their turn here rather than for the file
            rewrite(database_file(store))
        return
    tables = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)
    with translated(), closing(store.engine.execution_options(isolation_level="AUTOCOMMIT").connect()) as connection:
        connection.exec_driver_sql(f"SET statement_timeout = '{VACUUM_SECONDS}s'")
        try:
            connection.exec_driver_sql(f"VACUUM (SKIP_LOCKED) {tables}")
        finally:
            connection.exec_driver_sql("RESET statement_timeout")
