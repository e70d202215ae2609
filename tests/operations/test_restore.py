"""`viva restore`: the saved database is there afterwards, or the present one is as it was."""

import os
import re
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.errors import Conflict, StoreUnavailable
from service.operations.restore import restore
from service.settings import Settings
from service.store.engine import Store
from tests.operations import spoil
from tests.operations.conftest import attempts, crowded, files, fill, rows
from tests.quick import Quick
from tests.test_cli import complaint, viva

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
KEPT = "viva.db.20261102T093000Z"


@pytest.fixture
def copy(database: Path, folder: Path, answered: Path) -> Path:
    """A backup with one attempt; the present database has two."""
    assert viva("backup", "copy.db").returncode == 0
    shutil.copy(answered / "2.db", database)
    return folder / "copy.db"


def present(folder: Path) -> Store:
    return Store(Settings(data_dir=folder / "data").store_url(), busy_seconds=0.2)


def test_a_backup_comes_back_and_the_replaced_database_is_kept(copy: Path, database: Path, folder: Path) -> None:
    saved = copy.read_bytes()
    restored = restore(present(folder), copy, now=NOW, force=True)
    assert restored.kept == database.with_name(KEPT)
    assert restored.contents.rows["attempt"] == attempts(database) == 1
    assert attempts(database.with_name(KEPT)) == 2
    assert set(files(database.parent)) == {"viva.db", KEPT}
    assert copy.read_bytes() == saved
    with Quick(folder) as server:
        assert len(server.client.get("/api/v1/attempts").json()["items"]) == 1


def test_what_was_restored_is_told(copy: Path, folder: Path) -> None:
    done = viva("restore", "copy.db", "--force")
    assert done.returncode == 0
    said = done.stdout.splitlines()
    assert said[0] == "copy.db is restored."
    assert Path(said[1].removeprefix("The database that was there is now ").rstrip(".")).exists()
    assert "  attempt           1 rows" in said


def test_into_an_empty_folder_and_over_an_empty_database_without_force(copy: Path, folder: Path) -> None:
    moved = viva("restore", "copy.db", VIVA_DATA_DIR="other")
    assert (moved.returncode, "is now" in moved.stdout) == (0, False)
    assert set(files(folder / "other")) == {"viva.db"}
    viva("migrate", VIVA_DATA_DIR="new")
    assert viva("restore", "copy.db", VIVA_DATA_DIR="new").returncode == 0
    assert attempts(folder / "new" / "viva.db") == 1


def test_a_database_with_something_in_it_is_replaced_only_by_force(copy: Path, database: Path) -> None:
    before = files(database.parent)
    assert "has something in it" in complaint(viva("restore", "copy.db"))
    assert files(database.parent) == before


def test_while_a_server_has_the_database_open_nothing_is_replaced(copy: Path, database: Path, folder: Path) -> None:
    with Quick(folder) as server:
        assert "stop the server first" in complaint(viva("restore", "copy.db", "--force"))
        assert len(server.client.get("/api/v1/attempts").json()["items"]) == 2
        assert server.client.get("/readyz").status_code == 200
        assert server.stop() == 0
    assert set(files(database.parent)) == {"viva.db"}
    assert viva("restore", "copy.db", "--force").returncode == 0


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        (spoil.text, "file is not a database"),
        (spoil.half, "malformed"),
        (spoil.page, "damaged|malformed"),
        (spoil.empty, "not a Viva database"),
        (spoil.other_program, "not a Viva database"),
        (spoil.newer_schema, "newer release \\(schema 9999\\)"),
        (spoil.no_schema, "schema none"),
        (spoil.no_file, "no file"),
        (spoil.folder_instead, "no file"),
    ],
)
def test_a_wrong_file_changes_nothing(copy: Path, database: Path, spoiled: Callable[[Path], None], reason: str) -> None:
    spoiled(copy)
    before = files(database.parent)
    said = complaint(viva("restore", "copy.db", "--force"))
    assert "copy.db" in said
    assert re.search(reason, said)
    assert files(database.parent) == before


def test_the_present_database_is_no_backup_of_itself(database: Path) -> None:
    assert "the present database" in complaint(viva("restore", str(database), "--force"))


def test_a_full_disk_changes_nothing(copy: Path, database: Path, folder: Path) -> None:
    fill(copy)
    before = files(database.parent)
    ended = crowded(folder, "restore", "copy.db", "--force")
    assert ended.returncode == 1
    assert "File too large" in ended.stderr
    assert "Nothing is lost." in ended.stderr
    assert files(database.parent) == before


def no_links(*_: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_without_hard_links_it_works_too(
    copy: Path, database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", no_links)
    restore(present(folder), copy, now=NOW, force=True)
    assert (attempts(database), attempts(database.with_name(KEPT))) == (1, 2)


@pytest.mark.parametrize("links", [True, False])
def test_a_failure_in_the_last_step_brings_everything_back(
    copy: Path, database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    before = set(files(database.parent))
    break_the_last_step(monkeypatch, links)
    with pytest.raises(StoreUnavailable, match=r"Read-only file system. Nothing is lost."):
        restore(present(folder), copy, now=NOW, force=True)
    assert set(files(database.parent)) == before
    assert attempts(database) == 2


def break_the_last_step(monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    def failing(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(os, "replace", failing)


def test_a_disk_that_fails_when_all_is_done_costs_neither_database(
    copy: Path, database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(StoreUnavailable, match="Nothing is lost"):
        restore(present(folder), copy, now=NOW, force=True)
    assert (attempts(database), attempts(database.with_name(KEPT))) == (1, 2)


def test_a_log_without_its_database_is_kept_and_never_taken_for_the_restored_ones(
    copy: Path, database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.unlink()
    database.with_name("viva.db-wal").write_bytes(b"what was in the log")
    break_the_last_step(monkeypatch, links=True)
    with pytest.raises(StoreUnavailable):
        restore(present(folder), copy, now=NOW)
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert files(database.parent) == {"viva.db-wal": b"what was in the log"}
    restore(present(folder), copy, now=NOW)
    assert files(database.parent).keys() == {"viva.db", f"{KEPT}-wal"}
    assert attempts(database) == 1


def test_what_was_kept_before_is_never_replaced(copy: Path, database: Path, folder: Path) -> None:
    database.with_name(KEPT).write_text("kept a moment ago")
    before = set(files(database.parent))
    with pytest.raises(Conflict, match="try again"):
        restore(present(folder), copy, now=NOW, force=True)
    assert set(files(database.parent)) == before
    assert database.with_name(KEPT).read_text() == "kept a moment ago"
    assert attempts(database) == 2


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files that a server leaves which was killed over its third session."""
    folder = tmp_path_factory.mktemp("crashed")
    with Quick(folder) as server:
        made = [server.client.post("/api/v1/sessions", json={"question_ids": ["kv-cache"]}) for _ in range(3)]
        assert {response.status_code for response in made} == {201}
        server.kill()
    left = files(folder / "data")
    assert len(left["viva.db-wal"]) > 0
    return left


SESSIONS = "SELECT count(*) FROM practice_session"


def test_what_a_crash_left_in_the_log_is_kept_with_the_replaced_database(
    copy: Path, database: Path, folder: Path, crashed: dict[str, bytes]
) -> None:
    for name, content in crashed.items():
        database.with_name(name).write_bytes(content)
    restore(present(folder), copy, now=NOW, force=True)
    assert set(files(database.parent)) == {"viva.db", KEPT}
    assert rows(database.with_name(KEPT), SESSIONS) == [(3,)]
    assert rows(database, SESSIONS) == [(1,)]


def test_the_files_of_a_database_that_was_open_can_be_restored_together(
    folder: Path, crashed: dict[str, bytes]
) -> None:
    for name, content in crashed.items():
        (folder / name).write_bytes(content)
    assert viva("restore", "viva.db").returncode == 0
    assert rows(folder / "data" / "viva.db", SESSIONS) == [(3,)]
    assert files(folder) == crashed


@pytest.mark.parametrize("spoiled", [spoil.text, spoil.half, spoil.page, spoil.empty])
def test_a_present_database_that_is_damaged_is_replaced_by_force_and_kept(
    copy: Path, database: Path, folder: Path, spoiled: Callable[[Path], None]
) -> None:
    spoiled(database)
    assert "--force" in complaint(viva("restore", "copy.db"))
    restore(present(folder), copy, now=NOW, force=True)
    assert set(files(database.parent)) == {"viva.db", KEPT}
    assert attempts(database) == 1


def test_the_restored_database_is_open_to_whom_the_replaced_one_was(copy: Path, database: Path, folder: Path) -> None:
    database.chmod(0o640)
    restore(present(folder), copy, now=NOW, force=True)
    assert database.stat().st_mode & 0o777 == 0o640


def test_postgres_is_left_to_its_own_program(copy: Path) -> None:
    said = complaint(viva("restore", "copy.db", VIVA_DATABASE_URL="postgresql+psycopg://nowhere/viva"))
    assert "pg_restore" in said
