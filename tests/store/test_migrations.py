"""The migrations lead to the schema of the code, from anywhere, and only forward without being asked."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlmodel import SQLModel

from service.errors import ConfigError, StoreUnavailable
from service.store import items
from service.store.condition import schema as present
from service.store.condition import schemas
from service.store.engine import Store
from service.store.migrate import config, upgrade
from tests.domain.builders import ITEM

UNOWNED = {"webhook", "consent", "item", "ping", "alembic_version", "sign_in_flow", "throttle", "pseudonym_key"}


def schema(path: Path) -> set[str]:
    """Every statement that made something, except alembic's own table."""
    with sqlite3.connect(path) as connection:
        made = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    connection.close()
    return {sql for sql in made if "alembic_version" not in sql}


def test_the_migrations_lead_to_the_schema_of_the_code(store: Store) -> None:
    command.check(config(store))
    assert set(inspect(store.engine).get_table_names()) == {*SQLModel.metadata.tables, "alembic_version"}


def test_a_difference_between_code_and_schema_would_be_found(sqlite_store: Store, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE attempt DROP COLUMN fingerprint")
    connection.close()
    with pytest.raises(Exception, match="fingerprint"):
        command.check(config(sqlite_store))


def test_the_names_of_the_files_tell_the_chain_that_alembic_follows(store: Store) -> None:
    chain = [script.revision for script in ScriptDirectory.from_config(config(store)).walk_revisions()]
    assert schemas() == chain
    assert present(store) == chain[0]


def test_upgrading_again_changes_nothing(sqlite_store: Store, path: Path) -> None:
    before = schema(path)
    with sqlite_store.write() as tx:
        items.keep(tx, [ITEM])
    upgrade(sqlite_store)
    assert schema(path) == before
    with sqlite_store.read() as tx:
        assert items.get(tx, ITEM.digest) == ITEM


def test_down_to_nothing_and_up_again(sqlite_store: Store, path: Path) -> None:
    before = schema(path)
    command.downgrade(config(sqlite_store), "base")
    assert schema(path) == set()
    upgrade(sqlite_store)
    assert schema(path) == before


def test_a_migration_that_fails_half_way_leaves_nothing_behind(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE grade (mine)")  # the last table that the first migration makes
    connection.close()
    store = Store(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable, match="table grade already exists"):
        upgrade(store)
    store.close()
    assert schema(path) == {"CREATE TABLE grade (mine)"}


def test_a_database_of_a_newer_release_is_refused_and_left_alone(sqlite_store: Store, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = schema(path)
    with pytest.raises(ConfigError, match=r"newer release \(schema 9999\)"):
        upgrade(sqlite_store)
    assert schema(path) == before


def test_every_record_has_an_owner_and_an_organisation(store: Store) -> None:
    inspector = inspect(store.engine)
    for table in set(inspector.get_table_names()) - UNOWNED:
        columns = {column["name"]: column["nullable"] for column in inspector.get_columns(table)}
        assert columns["owner"] is False, table
        assert columns["organisation"] is False, table


@pytest.mark.parametrize("where", ["missing/viva.db", "file/viva.db", "."])
def test_a_database_that_cannot_be_made_is_named(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    store = Store(f"sqlite:///{tmp_path / where}")
    with pytest.raises(StoreUnavailable, match=rf"Cannot use the database sqlite:.*{tmp_path.name}.*unable to open"):
        upgrade(store)


def test_a_file_that_is_no_database_is_named_and_left_alone(path: Path) -> None:
    path.write_bytes(b"my thesis\n" * 1000)
    with pytest.raises(StoreUnavailable, match="file is not a database"):
        upgrade(Store(f"sqlite:///{path}"))
    assert path.read_bytes() == b"my thesis\n" * 1000
