"""`viva bench`: measurements that anybody can repeat."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from service.bank import load_bank
from service.bench.anchors import report
from service.bench.tables import text
from service.cli.plain import plain_errors
from service.graders import BUILT_IN, Grader
from service.plugins import load
from service.settings import read_settings

app = typer.Typer(help="Measurements.", no_args_is_help=True)


@app.command()
def anchors(
    grader: Annotated[str | None, typer.Option(help="As VIVA_GRADER, which it is by default.")] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many key points to name that are graded worst.")] = 10,
    resamples: Annotated[int, typer.Option(min=2, max=100_000, help="Draws of questions for the intervals.")] = 1000,
    seed: int = 1,
    as_json: Annotated[bool, typer.Option("--json", help="All figures, for machines.")] = False,
) -> None:
    """How far a grader agrees with the people who judged the bank's anchors."""
    with plain_errors():
        settings = read_settings()
        chosen: Grader = load(grader or settings.grader, BUILT_IN)()
        found = asyncio.run(report(load_bank(settings.bank_dir), chosen, resamples, seed))
    typer.echo(json.dumps(asdict(found)) if as_json else text(found, worst))
