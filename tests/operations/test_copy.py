"""`viva db copy`: everything is in the target, compared, or nothing is. On real SQLite files and a real Postgres."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from procrastinate.schema import SchemaManager
from sqlmodel import select

from service.errors import ConfigError, Conflict, Invalid, StoreBusy
from service.operations.copy import PASSES, Held, Progress, contents, copy
from service.settings import sqlite_url
from service.store.engine import Store
from service.store.migrate import upgrade
from service.store.tables import PingRow
from tests.domain.builders import at
from tests.operations.conftest import change, rows
from tests.operations.filling import NAMES, TABLES, fill, opened, other, value
from tests.postgres import Postgres

FEW, SOME, MANY = 200, 1_001, 100_000
"""In each table."""
ATTEMPTS = frozenset({"item", "practice_session", "session_question", "attempt", "grade", "job"})
SECOND = UUID(int=2).hex
CHILD = """
import re, sys, time
from pathlib import Path
from service.operations.copy import copy
from service.store.engine import Store

def stop_at(done, total):
    if done >= float(moment) * total:
        print("there", flush=True)
        sys.stdin.read()

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024

source, target, moment = sys.argv[1:]
before, start = peak(), time.monotonic()
copy(Store(source), Store(target), stop_at)
print(f"{peak() - before} MB over the {before} MB of the start, {time.monotonic() - start:.1f} s")
"""
"""Copies in a process of its own, and waits for ever once that part of the rows is done."""
NEVER = "2"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two databases: `empty.db`, and `full.db` with as many rows in each table."""
    folder = tmp_path_factory.mktemp("made")
    with opened(sqlite_url(folder / "empty.db")) as store:
        upgrade(store)
    # Whatever is stored is changed in these tests; elsewhere nobody can change the audit log.
    change(folder / "empty.db", "DROP TRIGGER audit_update", "DROP TRIGGER audit_delete")
    shutil.copy(folder / "empty.db", folder / "full.db")
    fill(sqlite_url(folder / "full.db"), FEW)
    return folder


@pytest.fixture
def full(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made / "full.db", tmp_path / "full.db"))


@pytest.fixture
def source(full: Path) -> str:
    return sqlite_url(full)


@pytest.fixture
def empty(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made / "empty.db", tmp_path / "empty.db"))


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return sqlite_url(request.getfixturevalue("empty"))
    url: str = request.getfixturevalue("postgres_url")
    return url


def silent(_done: int, _total: int) -> None:
    pass


def copied(source: str, target: str, progress: Progress = silent) -> list[Held]:
    with opened(source) as theirs, opened(target) as ours:
        return copy(theirs, ours, progress)


def held(url: str) -> list[Held]:
    with opened(url) as store, store.read() as tx:
        return contents(tx)


def is_empty(url: str) -> bool:
    return not any(table.rows for table in held(url))


def differing(source: str, target: str) -> list[str]:
    return [ours.table for ours, theirs in zip(held(source), held(target), strict=True) if ours != theirs]


def everything(path: Path) -> dict[str, list[Any]]:
    """As SQLite gives it, without any of our code."""
    return {table.name: sorted(rows(path, f'SELECT * FROM "{table.name}"'), key=repr) for table in TABLES}


def test_what_goes_to_postgres_and_back_is_the_same(made: Path, empty: Path, postgres_url: str, tmp_path: Path) -> None:
    full = Path(shutil.copy(made / "empty.db", tmp_path / "some.db"))
    fill(sqlite_url(full), SOME, ATTEMPTS)
    fill(sqlite_url(full), FEW, NAMES - ATTEMPTS)
    there = copied(sqlite_url(full), postgres_url)
    back = copied(postgres_url, sqlite_url(empty))
    assert there == back == held(sqlite_url(full)) == held(postgres_url)
    assert [table.table for table in there] == [table.name for table in TABLES]
    assert {table.table: table.rows for table in there} == {name: SOME if name in ATTEMPTS else FEW for name in NAMES}
    assert len({table.digest for table in there}) == len(TABLES)
    assert everything(empty) == everything(full)


def test_every_column_of_every_table_counts(empty: Path) -> None:
    url = sqlite_url(empty)
    fill(url, 2)
    seen = 0
    with opened(url) as store, store.write() as tx:
        tx.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        before = contents(tx)
        for number, table in enumerate(TABLES):
            (key, *_) = table.primary_key
            for column in table.columns:
                for new in [other(value(column, 1))] + [None] * bool(column.nullable):
                    with tx.begin_nested() as change:
                        found = tx.connection().execute(
                            table.update().where(key == value(key, 1)).values({column: new})
                        )
                        assert found.rowcount == 1
                        after = contents(tx)
                        change.rollback()
                    assert after[number].digest != before[number].digest, f"{column} = {new!r}"
                    assert after[:number] + after[number + 1 :] == before[:number] + before[number + 1 :]
                    seen += 1
        assert contents(tx) == before
    assert seen > 60


def test_neither_the_sign_of_a_zero_nor_the_order_of_rows_makes_a_difference(
    source: str, postgres_url: str, empty: Path
) -> None:
    """SQLite forgets the one, and what is changed on Postgres moves."""
    before = copied(source, postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("UPDATE attempt SET seconds_used = '-0' WHERE seconds_used = 0")
        first = connection.execute("SELECT seconds_used::text, id FROM attempt ORDER BY id LIMIT 1").fetchone()
        assert first == ("-0", UUID(int=0))
        assert connection.execute("SELECT id FROM attempt LIMIT 1").fetchone() != (UUID(int=0),)
    assert copied(postgres_url, sqlite_url(empty)) == before
    keys = rows(empty, "SELECT id FROM attempt ORDER BY rowid")
    assert keys == sorted(keys)


def test_progress_grows_from_the_first_batch_to_the_last(source: str, target: str) -> None:
    seen: list[tuple[int, int]] = []
    copied(source, target, lambda done, total: seen.append((done, total)))
    whole = PASSES * FEW * len(TABLES)
    dones = [done for done, _ in seen]
    assert dones == sorted(set(dones))
    assert (seen[0], seen[-1]) == ((FEW, whole), (whole, whole))


def test_what_is_not_people_s_is_neither_copied_nor_in_the_way(source: str, postgres_url: str) -> None:
    queue = SchemaManager.get_schema()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(queue.encode())
        connection.execute("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('grading', 'work')")
        for url, seconds in ((source, 1), (postgres_url, 2)):
            with opened(url) as store:
                store.ping(at(seconds))
        copied(source, postgres_url)
        assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == rows(
            Path(Store(source).url.database or ""), "SELECT version_num FROM alembic_version"
        )
    with opened(postgres_url) as store, store.read() as tx:
        assert tx.exec(select(PingRow.at)).all() == [at(2)]


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_only_an_empty_database_is_filled(source: str, empty: Path, table: str) -> None:
    """Data in any table will do."""
    fill(sqlite_url(empty), 2)
    change(empty, *(f"DELETE FROM {other.name}" for other in TABLES if other.name != table))
    before = everything(empty)
    with pytest.raises(Conflict, match=rf"empty\.db holds data \({table} 2 rows\): only an empty database"):
        copied(source, sqlite_url(empty))
    assert everything(empty) == before


def test_a_second_copy_is_refused(source: str, postgres_url: str) -> None:
    first = copied(source, postgres_url)
    with pytest.raises(Conflict, match="holds data"):
        copied(source, postgres_url)
    assert held(postgres_url) == first


def test_a_nul_is_refused_where_postgres_could_not_keep_it_and_its_row_is_named(
    full: Path, source: str, postgres_url: str, empty: Path
) -> None:
    change(full, f"UPDATE attempt SET text = 'before' || char(0) || 'after' WHERE id = '{SECOND}'")
    with pytest.raises(Invalid, match=rf"In attempt \(id {UUID(int=2)}\), text has a NUL character"):
        copied(source, postgres_url)
    assert is_empty(postgres_url)
    copied(source, sqlite_url(empty))
    assert rows(empty, f"SELECT text FROM attempt WHERE id = '{SECOND}'") == [("before\0after",)]


def test_a_row_that_refers_to_nothing_is_refused(full: Path, source: str, target: str) -> None:
    change(full, "DELETE FROM item WHERE rowid = 5")
    with pytest.raises(Invalid, match=r"The target refuses a row\..*(?i:foreign key constraint)"):
        copied(source, target)
    assert is_empty(target)


def test_what_the_target_has_made_of_a_row_is_found(source: str, postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("""
            CREATE FUNCTION correct() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.text := replace(NEW.text, 'text 7 ', 'text 8 '); RETURN NEW; END $$
        """)
        connection.execute("CREATE TRIGGER correct BEFORE INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION correct()")
    with pytest.raises(Conflict, match=r"After the copy these differ: attempt \(200 rows \w+, then 200 rows \w+\)"):
        copied(source, postgres_url)
    assert is_empty(postgres_url)


def test_a_change_after_the_copy_is_found(full: Path, source: str, target: str) -> None:
    copied(source, target)
    assert differing(source, target) == []
    with opened(target) as store, store.write() as tx:
        tx.connection().exec_driver_sql("UPDATE grade SET body = body || ' ' WHERE number = 7")
    assert differing(source, target) == ["grade"]
    change(full, f"DELETE FROM session_question WHERE session_id = '{SECOND}'")
    assert differing(source, target) == ["session_question", "grade"]


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE attempt SET status = 'graded' WHERE id = '{SECOND}'",
        "INSERT INTO item VALUES ('late', 'late', 'late')",
        "DELETE FROM grade WHERE number = 7",
    ],
)
@pytest.mark.parametrize("part", [0.01, 0.3])
def test_what_somebody_writes_to_the_source_meanwhile_is_found(
    full: Path, source: str, target: str, statement: str, part: float
) -> None:
    waiting = [statement]

    def write(done: int, total: int) -> None:
        if waiting and done >= part * total:
            change(full, waiting.pop())

    with pytest.raises(Conflict, match=r"After the copy these differ: (attempt|item|grade) .* Was something written"):
        copied(source, target, write)
    assert is_empty(target)


def test_nobody_else_writes_to_the_target_meanwhile(source: str, target: str) -> None:
    refused: list[object] = []

    def write(_done: int, _total: int) -> None:
        if not refused:
            with opened(target, 0.2) as server, pytest.raises(StoreBusy) as raised, server.write() as tx:
                tx.connection().exec_driver_sql("INSERT INTO item VALUES ('late', 'late', 'late')")
            refused.append(raised.value)

    copied(source, target, write)
    assert refused


def test_a_source_that_a_server_has_open_is_refused(full: Path, source: str, target: str) -> None:
    with opened(source) as server:
        server.ping(at(1))
        with pytest.raises(Conflict, match=r"full\.db is in use: stop the server first"):
            copied(source, target)
    assert is_empty(target)
    copied(source, target)


@pytest.mark.parametrize("side", [0, 1])
def test_both_have_to_have_the_schema_of_this_release(
    full: Path, empty: Path, tmp_path: Path, postgres: Postgres, side: int
) -> None:
    def refused(url: str) -> str:
        urls = [sqlite_url(full), sqlite_url(empty)]
        urls[side] = url
        with pytest.raises(ConfigError) as raised:
            copied(urls[0], urls[1])
        return str(raised.value)

    with postgres.database() as url:
        assert "has the schema none, this release has" in (said := refused(url))
        assert said.endswith("run viva migrate with VIVA_DATABASE_URL set to it.")
    change(path := (full, empty)[side], "UPDATE alembic_version SET version_num = '9999'")
    assert refused(sqlite_url(path)).endswith(f"{path.name} is of a newer release (schema 9999): update Viva.")
    assert "There is no database" in refused(sqlite_url(tmp_path / "typo.db"))
    assert not (tmp_path / "typo.db").exists()
    assert "not a SQLite database in a file" in refused("sqlite://")


@pytest.mark.parametrize(
    ("target", "moment"), [("postgres", "0.1"), ("sqlite", "0.6"), ("postgres", "1")], indirect=["target"]
)
def test_killed_on_the_way_the_target_is_empty_and_can_be_filled(source: str, target: str, moment: str) -> None:
    """While it writes, while it compares, and when only the commit is missing."""
    arguments = [sys.executable, "-c", CHILD, source, target, moment]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "there\n"
        child.kill()
    assert child.returncode == -9
    assert is_empty(target)
    assert copied(source, target) == held(source)


@pytest.mark.faults
def test_a_hundred_thousand_attempts_move_in_little_memory(empty: Path, postgres: Postgres, postgres_url: str) -> None:
    fill(sqlite_url(empty), MANY, ATTEMPTS)
    arguments = [sys.executable, "-c", CHILD, sqlite_url(empty), postgres_url, NEVER]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    print(f"{MANY * len(ATTEMPTS):,} rows of {empty.stat().st_size // 2**20} MB: {said}")
    assert postgres.rows(postgres_url, "SELECT count(*) FROM attempt") == [(MANY,)]
    assert int(said.split()[0]) < 64
