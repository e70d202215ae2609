"""`viva bench`: measurements that anybody can repeat."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.bank import load_bank
from service.bench.anchors import report
from service.bench.llm import Manners
from service.bench.load import Load, Place
from service.bench.load import run as run_load
from service.bench.tables import text
from service.cli.asag import asag
from service.cli.calibrate import graders
from service.cli.plain import plain_errors
from service.graders import named
from service.settings import read_settings
from service.wiring import models_folder

app = typer.Typer(help="Measurements.", no_args_is_help=True)
app.command()(asag)
app.command()(graders)


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
        chosen = named(settings, grader or settings.grader)
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


@app.command()
def voice(
    folder: Annotated[Path, typer.Argument(help="Recordings and texts.json: docs/voice.md.", file_okay=False)],
    tries: Annotated[int, typer.Option(min=1, help="Runs of which the cheapest counts.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="All figures, for machines.")] = False,
) -> None:
    """How well and at what cost recordings are heard, beside plain faster-whisper. Exit code 1: a bar is missed."""
    from service.bench import voice_report
    from service.bench.voice import run  # with the speech model: not for the other commands

    with plain_errors():
        settings = read_settings()
        found = run(folder, settings.voice, models_folder(settings), tries)
    typer.echo(json.dumps(asdict(found)) if as_json else voice_report.text(found))
    raise typer.Exit(1 if any(not bar.kept for bar in voice_report.bars(found)) else 0)
