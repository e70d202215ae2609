"""`viva migrate`, `backup`, `restore`, `doctor`: what is stored, and how it is."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.plain import plain_errors
from service.operations.backup import backup as save
from service.operations.doctor import examine
from service.operations.restore import restore as put_back
from service.settings import read_settings
from service.store.files import Contents
from service.wiring import migrate as bring_up
from service.wiring import open_store, utc_now


def migrate() -> None:
    """Bring the database to this release's schema."""
    with plain_errors():
        store = bring_up(read_settings())
        store.close()
        typer.echo(f"{store.url.render_as_string()}: the schema is up to date.")


def backup(
    file: Annotated[Path, typer.Argument(help="The copy; its folder has to be there.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Save a consistent copy of the database, also while a server writes to it."""
    with plain_errors():
        saved = save(open_store(read_settings()), file, force=force)
    typer.echo(f"{file}: {saved.size:,} bytes, read back and sound.")
    if saved.contents:
        _list(saved.contents)


def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `viva backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a database that has something in it.")] = False,
) -> None:
    """Put a saved database in the place of the present one, which is kept beside it. Stop the server first."""
    with plain_errors():
        restored = put_back(open_store(read_settings()), file, now=utc_now(), force=force)
    typer.echo(f"{file} is restored.")
    if restored.kept:
        typer.echo(f"The database that was there is now {restored.kept}.")
    _list(restored.contents)


def _list(contents: Contents) -> None:
    typer.echo(f"  {'schema':17} {contents.schema}")
    for table, rows in contents.rows.items():
        typer.echo(f"  {table:17} {rows:,} rows")


def doctor() -> None:
    """Look whether all is well, and say what to do where it is not; exit code 1 where Viva cannot work."""
    failed = False
    for name, found in examine(utc_now()):
        typer.echo(f"{found.level:8} {name:12} {' '.join(f'{found.says} {found.do}'.split())}")
        failed |= found.level == "fail"
    raise typer.Exit(1 if failed else 0)
