"""`viva bench graders`."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.bank import load_bank
from service.bench.attacks import read_attacks
from service.bench.compared import measure
from service.bench.graded import read_set, sets
from service.bench.runs import RUNS as RUNS_OF_A_MODEL
from service.bench.runs import Log, called, grade_all, schedule
from service.bench.samples import ATTACKS, CONTROLS, Half, Sample, anchors, chosen
from service.bench.side_by_side import text
from service.cli.plain import plain_errors
from service.errors import ConfigError
from service.graders import Grader, close, named
from service.settings import Settings, read_settings

INTERRUPTED = 130


def graders(
    grader: Annotated[list[str] | None, typer.Option(help="As VIVA_GRADER, the default. Repeatable.")] = None,
    question: Annotated[list[str] | None, typer.Option(help="Only its anchors. Repeatable.")] = None,
    held_out: Annotated[bool | None, typer.Option(help="Only such anchors. Default: both, apart.")] = None,
    graded: Annotated[list[Path] | None, typer.Option("--set", help="A graded set (JSON Lines), or a folder.")] = None,
    bank: Annotated[bool, typer.Option(help="Whether the bank's anchors are measured.")] = True,
    attacks: Annotated[Path | None, typer.Option(help="Attacks and controls (JSON Lines).")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most answers of each part, a mix of kinds.")] = None,
    runs: Annotated[int | None, typer.Option(min=1, help="How often each is graded: 3 by a model, else 1.")] = None,
    resamples: Annotated[int, typer.Option(min=2, max=100_000, help="Draws of questions for the intervals.")] = 1000,
    seed: int = 1,
    log: Annotated[Path | None, typer.Option(help="Every grade is kept here; call it again to go on.")] = None,
    html: Annotated[Path | None, typer.Option(help="A report with plots.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All figures, for machines.")] = False,
) -> None:
    """How far graders agree with people, and what they can be talked into. Ctrl-C ends with what there is by then."""
    with plain_errors():
        settings = read_settings()
        sections = list(_sections(settings, question or [], held_out, bank, graded or [], attacks))
        sections = [chosen(samples, limit, seed) for samples in sections if samples]
        kept = Log(log)
        stopped = False
        names: list[str] = []
        try:
            asyncio.run(_run(settings, grader or [settings.grader], sections, runs, kept, names))
        except KeyboardInterrupt:
            stopped = True
        found = [measure(name, sections, kept.records, resamples, seed) for name in names]
        if html is not None:
            from service.bench.plots import page

            html.write_text(page(found))
    typer.echo(json.dumps([asdict(each) for each in found]) if as_json else text(found))
    if stopped:
        typer.echo("Stopped early: these are the figures so far.", err=True)
        raise typer.Exit(INTERRUPTED)


def _sections(
    settings: Settings,
    questions: Sequence[str],
    held_out: bool | None,
    bank: bool,
    graded: Sequence[Path],
    attacks: Path | None,
) -> list[list[Sample]]:
    """What is measured, each part apart. Raises BankError, ConfigError, NotFound."""
    loaded = load_bank(settings.bank_dir)
    halves: tuple[Half, ...] = ("held out", "seen") if held_out is None else ("held out",) if held_out else ("seen",)
    found = [anchors(loaded, questions, half) for half in halves] if bank else []
    found += [read_set(path) for each in graded for path in sets(each)]
    if attacks is not None:
        items = [loaded.item(question) for question in questions] or list(loaded.items.values())
        samples = read_attacks(attacks, items)
        found += [[s for s in samples if s.section == section] for section in (ATTACKS, CONTROLS)]
    return found


async def _run(
    settings: Settings,
    wanted: Sequence[str],
    sections: list[list[Sample]],
    runs: int | None,
    log: Log,
    names: list[str],
) -> None:
    steps = sum(1 for _ in schedule(sections, runs or RUNS_OF_A_MODEL))
    async with AsyncExitStack() as stack:
        made: list[Grader] = [named(settings, name) for name in wanted]
        for grader in made:
            stack.push_async_callback(close, grader)
        names += [called(grader) for grader in made]
        if len(set(names)) < len(names):
            raise ConfigError(f"Graders of one name and version cannot be told apart: {', '.join(names)}.")
        bar = typer.progressbar(length=steps, label="Grading", file=sys.stderr, hidden=not sys.stderr.isatty())
        with bar:
            await grade_all(made, sections, runs, log, lambda: bar.update(1))
            bar.update(steps)
