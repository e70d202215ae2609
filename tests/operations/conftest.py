"""A folder to work in, a database in it with one graded answer, and the command line."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings
from tests.api.walk import answer, begin
from tests.conftest import banks
from tests.fresh import fresh, small_bank
from tests.server import VIVA, environment

DISK = 1_000_000
"""Bytes that a file may have on the small disk of `crowded`."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder: no `.env`, and `data` below it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def few_questions(folder: Path) -> None:
    """Whatever runs in the folder has a small bank."""
    (folder / ".env").write_text(f"VIVA_BANK_DIR={small_bank()}\n")


@pytest.fixture(scope="session")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the databases `1.db` and `2.db`, with as many graded answers."""
    made = tmp_path_factory.mktemp("answered")
    with TestClient(create_app(Settings(data_dir=fresh(made)), banks=banks()), base_url="http://127.0.0.1") as client:
        for number in (1, 2):
            answer(client, begin(client))
            with closing(sqlite3.connect(made / "viva.db")) as connection:
                connection.execute("VACUUM INTO ?", (f"{made}/{number}.db",))
    return made


@pytest.fixture
def database(folder: Path, answered: Path) -> Path:
    """`data/viva.db` with one graded answer; nobody has it open."""
    (folder / "data").mkdir()
    return Path(shutil.copy(answered / "1.db", folder / "data" / "viva.db"))


def rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def attempts(path: Path) -> int:
    return int(rows(path, "SELECT count(*) FROM attempt")[0][0])


def fill(path: Path) -> None:
    """Make it larger than the small disk holds."""
    change(path, f"INSERT INTO item VALUES ('{'0' * 64}', 'filler', hex(zeroblob({DISK})))")


def crowded(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`viva` where no file can grow over `DISK` bytes."""
    limited = f'ulimit -f {DISK // 1024}; exec "$0" "$@"'
    return subprocess.run(
        ["bash", "-c", limited, VIVA, *arguments],
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> dict[str, bytes]:
    """What is in every file of a folder, by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
