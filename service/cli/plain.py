"""What we foresee ends in one line and exit code 1, not in a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from service.errors import VivaError


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print a VivaError as one line and exit with 1."""
    try:
        yield
    except VivaError as error:
        typer.echo(f"viva: {error}", err=True)
        raise typer.Exit(1) from error
