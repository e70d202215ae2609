"""Ways in which a database file can be wrong."""

from pathlib import Path

from tests.operations.conftest import change


def text(path: Path) -> None:
    path.write_bytes(b"my thesis\n" * 1000)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-8192:-4096] = b"\xff" * 4096
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_program(path: Path) -> None:
    path.unlink()
    change(path, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('0001')")


def newer_schema(path: Path) -> None:
    change(path, "UPDATE alembic_version SET version_num = '9999'")


def no_schema(path: Path) -> None:
    change(path, "DELETE FROM alembic_version")


def no_file(path: Path) -> None:
    path.unlink()


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()
