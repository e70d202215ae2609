"""On Postgres somebody asks for the migrations: `viva migrate` runs them, `viva serve` only looks."""

import io
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlmodel import SQLModel

from service.errors import ConfigError, StoreUnavailable
from service.store.engine import Store
from service.store.migrate import config, require, upgrade
from service.store.postgres import MIGRATION_LOCK
from tests.domain.builders import START
from tests.postgres import Postgres
from tests.server import VIVA, Server, environment

SQUAWK = Path(sys.executable).with_name("squawk")
NOT_FOR_US = [
    "prefer-robust-stmts",  # a migration is one transaction: all of it or nothing
    "require-timeout-settings",  # every connection has them
    "prefer-bigint-over-int",  # for numbers that stay small: positions, revisions
]


@pytest.fixture
def empty_url(postgres: Postgres) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture
def empty(empty_url: str) -> Iterator[Store]:
    store = Store(empty_url)
    yield store
    store.close()


def tables(store: Store) -> set[str]:
    return set(inspect(store.engine).get_table_names()) - {"alembic_version"}


def execute(store: Store, statement: str) -> None:
    with store.write() as tx:
        tx.connection().exec_driver_sql(statement)


def test_those_who_migrate_at_once_follow_each_other(empty_url: str) -> None:
    late = Store(empty_url, busy_seconds=0.1)
    with psycopg.connect(empty_url, autocommit=True) as first, ThreadPoolExecutor(1) as threads:
        first.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        done = threads.submit(upgrade, late)
        first.execute("SELECT pg_sleep(1)")  # longer than anybody waits for other locks
        assert tables(late) == set()
        assert not done.done()
        first.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        done.result()
    require(late)
    late.ping(START)
    late.close()


def test_down_to_nothing_and_up_again(postgres_store: Store) -> None:
    command.downgrade(config(postgres_store), "base")
    assert tables(postgres_store) == set()
    upgrade(postgres_store)
    command.check(config(postgres_store))
    assert tables(postgres_store) == set(SQLModel.metadata.tables)


def test_a_difference_between_code_and_schema_would_be_found(postgres_store: Store) -> None:
    execute(postgres_store, "ALTER TABLE attempt ALTER COLUMN seconds_used TYPE integer")
    with pytest.raises(Exception, match="seconds_used"):
        command.check(config(postgres_store))


def test_a_migration_that_fails_half_way_leaves_nothing_behind(empty: Store) -> None:
    execute(empty, "CREATE TABLE grade (mine integer)")  # the last table that the first migration makes
    with pytest.raises(StoreUnavailable, match='"grade" already exists'):
        upgrade(empty)
    assert tables(empty) == {"grade"}


def test_only_the_schema_of_this_release_is_served(empty: Store) -> None:
    with pytest.raises(ConfigError, match="not this release's: run viva migrate"):
        require(empty)
    assert tables(empty) == set()
    upgrade(empty)
    require(empty)
    execute(empty, "UPDATE alembic_version SET version_num = '9999'")
    for step in (require, upgrade):
        with pytest.raises(ConfigError, match=r"newer release \(schema 9999\)"):
            step(empty)


def test_a_server_that_is_away_is_named_in_one_line() -> None:
    store = Store("postgresql://viva:secret@/viva?host=/nowhere")
    for step in (require, upgrade):
        with pytest.raises(StoreUnavailable, match=r"^Cannot use the database postgresql.*/nowhere") as raised:
            step(store)
        assert "\n" not in str(raised.value)
        assert "secret" not in str(raised.value)


def test_serving_waits_until_somebody_has_migrated(empty_url: str, tmp_path: Path) -> None:
    def viva(name: str) -> subprocess.CompletedProcess[str]:
        settings = environment(tmp_path, VIVA_DATABASE_URL=empty_url)
        return subprocess.run([VIVA, name], env=settings, capture_output=True, text=True, timeout=60)

    refused = viva("serve")
    (line,) = refused.stderr.splitlines()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert line.endswith("is not this release's: run viva migrate.")
    migrated = viva("migrate")
    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert migrated.stdout.endswith("the schema is up to date.\n")
    with Server(tmp_path, VIVA_DATABASE_URL=empty_url) as server:
        assert server.client.get("/readyz").status_code == 200
        assert server.stop() == 0
    assert not (tmp_path / "data").exists()


def test_every_migration_can_be_run_on_a_database_that_is_in_use(tmp_path: Path) -> None:
    """Squawk knows what locks a table for long, or breaks a release that still runs."""
    settings = config(Store("postgresql://nowhere/viva"))
    scripts = list(ScriptDirectory.from_config(settings).walk_revisions())
    assert scripts
    for script in scripts:
        settings.output_buffer = io.StringIO()
        command.upgrade(settings, f"{script.down_revision or 'base'}:{script.revision}", sql=True)
        file = tmp_path / f"{script.revision}.sql"
        _alembics_own, heading, ours = settings.output_buffer.getvalue().partition("-- Running upgrade")
        file.write_text(f"BEGIN;\n{heading}{ours}")
        linted = subprocess.run(
            [SQUAWK, "--pg-version=14", f"--exclude={','.join(NOT_FOR_US)}", file],
            capture_output=True,
            text=True,
        )
        assert linted.returncode == 0, linted.stdout


def test_a_migration_that_would_hold_everybody_up_would_be_found(tmp_path: Path) -> None:
    (file := tmp_path / "slow.sql").write_text("CREATE INDEX late ON attempt (status);")
    linted = subprocess.run([SQUAWK, file], capture_output=True, text=True)
    assert linted.returncode == 1
    assert "require-concurrent-index-creation" in linted.stdout
