"""`viva bench asag`: a grader on sets of short answers that people scored."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.bench.asag.figures import figures
from service.bench.asag.report import page, text
from service.bench.asag.run import Graded, grade
from service.bench.asag.sets import Case, cases
from service.bench.graded import sets
from service.cli.plain import plain_errors
from service.errors import ConfigError
from service.graders import make
from service.settings import read_settings


def asag(
    folder: Annotated[Path, typer.Argument(help="Folder of *.jsonl sets, or one of them.")],
    grader: Annotated[str | None, typer.Option(help="As VIVA_GRADER, which it is by default.")] = None,
    html: Annotated[Path | None, typer.Option(help="File for the figures with plots.")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Questions of a set, the first by id. Default: all.")] = None,
    draws: Annotated[int, typer.Option(min=2, max=100_000, help="Draws of questions for the intervals.")] = 1000,
    seed: int = 1,
    as_json: Annotated[bool, typer.Option("--json", help="All figures, for machines.")] = False,
) -> None:
    """How far a grader agrees with people on answers that it has only a reference for."""
    with plain_errors():
        settings = read_settings()
        chosen = make(settings.model_copy(update={"grader": grader or settings.grader}))
        name = f"{chosen.identity.name} {chosen.identity.version}"
        graded: list[Graded] = []
        for path in sets(folder):
            some = _first(cases(path), most)
            with typer.progressbar(
                length=len(some), label=f"{path.stem:22}", file=typer.get_text_stream("stderr")
            ) as bar:
                graded.append(asyncio.run(grade(path.stem, some, chosen, seed, lambda bar=bar: bar.update(1))))  # type: ignore[misc]
        found = figures(name, graded, draws, seed)
        if html:
            _write(html, page(found, graded))
    typer.echo(json.dumps(asdict(found)) if as_json else text(found))


def _first(found: list[Case], most: int | None) -> list[Case]:
    """The cases of the first questions."""
    chosen = set(sorted({case.question for case in found})[:most])
    return [case for case in found if case.question in chosen]


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content)
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}.") from error
