"""A real database with the schema of the real migrations, for every test its own: a SQLite file, and Postgres."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store.engine import Store
from tests.fresh import fresh


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "viva.db"


@pytest.fixture
def sqlite_store(path: Path) -> Iterator[Store]:
    """It waits 0.2 s for another writer."""
    fresh(path.parent)
    store = Store(f"sqlite:///{path}", busy_seconds=0.2)
    yield store
    store.close()


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """It waits 0.2 s for a lock."""
    store = Store(postgres_url, busy_seconds=0.2)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Both behave alike."""
    store: Store = request.getfixturevalue(f"{request.param}_store")
    return store
