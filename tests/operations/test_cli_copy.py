from pathlib import Path

from tests.test_cli import complaint, viva


def test_a_database_is_copied_and_what_was_copied_is_told(database: Path, folder: Path) -> None:
    viva("migrate", VIVA_DATABASE_URL="sqlite:///new.db")
    addresses = ("--from", "sqlite:///data/viva.db", "--to", "sqlite:///new.db")
    copied = viva("db", "copy", *addresses)
    assert (copied.returncode, copied.stderr) == (0, "")
    *tables, last = copied.stdout.splitlines()
    assert last == "Both databases hold the same."
    assert [line.split()[1:3] for line in tables if line.split()[0] == "attempt"] == [["1", "rows"]]
    assert "holds data" in complaint(viva("db", "copy", *addresses))
