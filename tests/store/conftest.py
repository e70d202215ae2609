"""A real SQLite file with the schema of the real migrations, for every test its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store.engine import Store
from service.store.migrate import upgrade


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "viva.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """It waits 0.2 s for another writer."""
    store = Store(f"sqlite:///{path}", busy_seconds=0.2)
    upgrade(store)
    yield store
    store.close()
