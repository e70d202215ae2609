"""What tests would make again and again: databases with the schema of this release, and a bank that is read at once.

A database is made once by the migrations, then copied, as Postgres does with a template.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from service.settings import ROOT, sqlite_url
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


@cache
def small_bank() -> Path:
    """One topic of the bank, for processes whose questions do not matter: to read the whole takes most of a start."""
    folder = Path(tempfile.mkdtemp(prefix="viva-bank-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for part in ("questions", "rubrics"):
        shutil.copytree(ROOT / part / "inference", folder / part / "inference")
    return folder
