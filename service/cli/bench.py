"""`viva bench`: measurements that anybody can repeat."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from service.bank import load_bank
from service.bench.anchors import report
from service.bench.llm import Manners
from service.bench.load import Load, Place
from service.bench.load import run as run_load
from service.bench.tables import text
from service.cli.asag import asag
from service.cli.plain import plain_errors
from service.graders import BUILT_IN, Grader
from service.plugins import load
from service.settings import read_settings

app = typer.Typer(help="Measurements.", no_args_is_help=True)
app.command()(asag)


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


@app.command("load")
def load_model(
    users: Annotated[int, typer.Option(min=1, help="People at once.")] = 100,
    minutes: Annotated[float, typer.Option(min=0.05, help="How long it is measured.")] = 2,
    think: Annotated[float, typer.Option(min=0.1, help="Mean seconds between two answers of a person.")] = 120,
    ramp: Annotated[float, typer.Option(min=0, help="Seconds in which they arrive, not measured.")] = 30,
    url: Annotated[str | None, typer.Option(help="A Viva that runs; its grader grades.")] = None,
    database: Annotated[str | None, typer.Option(help="URL of a new, empty Postgres database.")] = None,
    servers: Annotated[int, typer.Option(min=1)] = 1,
    workers: Annotated[int, typer.Option(min=0, help="By procrastinate; without any, the servers grade.")] = 0,
    concurrency: Annotated[int, typer.Option(min=1, help="Grades at once in each process that grades.")] = 8,
    llm_seconds: Annotated[float, typer.Option(min=0, help="The simulated LLM's median.")] = 2.5,
    llm_per_minute: Annotated[int | None, typer.Option(min=1, help="Requests that it takes.")] = None,
) -> None:
    """Simulated people who think and answer, on servers started for it with a simulated LLM, or on one that runs."""
    with plain_errors():
        manners = Manners(seconds=llm_seconds, per_minute=llm_per_minute)
        place = Place(url, database, servers, workers, concurrency, manners)
        tally = run_load(Load(users, minutes, think, ramp), place, typer.echo)
    raise typer.Exit(1 if tally.errors else 0)
