"""SQLite databases with the schema of this release: made once by its migrations, then copied, as a template is."""

import tempfile
from functools import cache
from pathlib import Path

from service.settings import sqlite_url
from service.store.engine import Store
from service.store.migrate import upgrade


def fresh(folder: Path) -> Path:
    """`folder`, with a `viva.db` in it: the one that is there, or a new, empty one."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "viva.db"
    if not database.exists():
        database.write_bytes(_migrated())
    return folder


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory(prefix="viva-fresh-") as folder:
        database = Path(folder) / "viva.db"
        store = Store(sqlite_url(database))
        upgrade(store)
        store.close()
        return database.read_bytes()
