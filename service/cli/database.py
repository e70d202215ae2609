"""`viva db`: what is done with whole databases."""

import sys
from contextlib import closing
from typing import Annotated

import typer

from service.cli.plain import plain_errors
from service.operations.copy import Held
from service.operations.copy import copy as copy_all
from service.settings import read_settings
from service.store.engine import Store
from service.store.migrate import require
from service.store.scrub import scrub
from service.wiring import open_store

app = typer.Typer(help="Whole databases.", no_args_is_help=True)


@app.command()
def copy(
    source: Annotated[str, typer.Option("--from", help="URL of the database to read; stop its server first.")],
    target: Annotated[str, typer.Option("--to", help="URL of an empty database, after `viva migrate`.")],
) -> None:
    """Copy all that a database holds into an empty one, SQLite or Postgres, and compare the two."""
    with plain_errors(), closing(Store(source)) as theirs, closing(Store(target)) as ours:
        held = _copied(theirs, ours)
    for table in held:
        typer.echo(f"  {table.table:17} {table.rows:>10,} rows  {table.digest[:12]}")
    typer.echo("Both databases hold the same.")


@app.command()
def clean() -> None:
    """Let nothing that was deleted be read from the database's files any more, also while a server runs."""
    with plain_errors(), closing(open_store(read_settings())) as store:
        require(store)
        scrub(store)
    typer.echo(f"{store.url.render_as_string()}: what was deleted is gone.")


def _copied(source: Store, target: Store) -> list[Held]:
    with typer.progressbar(length=1, label="Copying", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        return copy_all(source, target, show)
