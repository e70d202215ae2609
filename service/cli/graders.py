"""`viva graders`."""

from typing import Annotated

import typer

from service.cli.plain import plain_errors
from service.graders import Grader, named
from service.graders.contract import CHECKS, Broken, run
from service.settings import read_settings

app = typer.Typer(help="Graders.", no_args_is_help=True)


@app.callback()
def graders() -> None:
    """Graders."""


@app.command()
def check(grader: Annotated[str, typer.Argument(help="As VIVA_GRADER: a name, or package.module:Class.")]) -> None:
    """Whether a grader keeps to what every grader has to. It is asked about a question of its own."""
    with plain_errors():
        settings = read_settings()

        def made() -> Grader:
            return named(settings, grader)

        broken = 0
        for each in CHECKS:
            name = each.__name__.replace("_", " ")
            try:
                run(each, made)
            except Broken as error:
                broken += 1
                typer.echo(f"broken  {name}: {error}")
            else:
                typer.echo(f"kept    {name}")
    raise typer.Exit(1 if broken else 0)
