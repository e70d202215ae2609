"""`viva bank check` and `viva grade`: the bank, without a server."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from service.bank import load_bank
from service.bank_check import check
from service.cli.plain import plain_errors
from service.domain.attempt import Answer
from service.domain.grade import Ungraded, assess
from service.errors import ConfigError
from service.graders import make
from service.settings import read_settings

app = typer.Typer(help="The question bank.", no_args_is_help=True)


@app.command("check")
def bank_check(
    folder: Annotated[Path | None, typer.Argument(help="Holds questions/ and rubrics/.", file_okay=False)] = None,
    pack: Annotated[bool, typer.Option(help="It is a pack, on top of the bank in VIVA_BANK_DIR.")] = False,
) -> None:
    """Read every question and rubric, and lint them; exit code 1 where something is wrong."""
    with plain_errors():
        shared = read_settings().bank_dir
        if pack and folder is None:
            raise ConfigError("Name the folder of the pack.")
    findings = check(folder or shared, shared if pack else None)
    for finding in findings:
        typer.echo(str(finding))
    typer.echo(f"{len(findings)} findings")
    raise typer.Exit(1 if findings else 0)


def grade(
    question: Annotated[str, typer.Argument(help="Id of a question, such as kv-cache.")],
    answer: Annotated[typer.FileText, typer.Argument(help="File with the answer; - reads standard input.")] = "-",  # type: ignore[assignment]
) -> None:
    """Grade an answer on the command line."""
    with plain_errors():
        settings = read_settings()
        item = load_bank(settings.bank_dir).item(question)
        grader = make(settings)
        said = Answer.of(answer.read())
        marking = asyncio.run(grader.mark(item, said))
        if isinstance(marking, Ungraded):
            raise ConfigError(f"No grade: {marking.reason}")
        result = assess(marking, item.rubric, said, grader.identity)
    typer.echo(f"{result.overall:.1f} of 100 ({result.band})")
    if excess := result.excess:
        typer.echo(f"  {excess.words} words, at most {excess.limit} were asked for; within them {excess.otherwise:.1f}")
    points = {point.id: point.says for point in item.rubric.points()}
    for verdict in result.verdicts:
        quote = f'  "{verdict.evidence[0].quote}"' if verdict.evidence else ""
        typer.echo(f"  {verdict.label:8}{verdict.point:4}{points[verdict.point]}{quote}")
    mistakes = {mistake.id: mistake for mistake in item.rubric.mistakes}
    for found in result.mistakes:
        typer.echo(f'  mistake {found.mistake:4}"{found.evidence[0].quote}": {mistakes[found.mistake].correction}')
