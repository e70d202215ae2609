"""`viva invite` and `viva people import`: how an operator lets people in, where nobody can yet, or elsewhere."""

import asyncio
import csv
import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from service.cli.plain import plain_errors
from service.domain.attempt import LOCAL, Person
from service.domain.identity import Role
from service.domain.roster import read
from service.errors import Invalid
from service.settings import read_settings
from service.store.migrate import require
from service.team.people import People
from service.team.rosters import Rosters
from service.wiring import open_store, utc_now

OPERATOR = "operator"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


app = typer.Typer(help="Many people at once.", no_args_is_help=True)


def invite(
    role: Annotated[Role, typer.Option(help="What they may do.")] = "candidate",
    email: Annotated[str | None, typer.Option(help="Whom it is for; else whoever has the link.")] = None,
    organisation: Annotated[str, typer.Option(help="A new name makes a new organisation.")] = LOCAL.organisation,
    days: Annotated[int, typer.Option(min=1, max=90, help="Until the link ends.")] = 7,
) -> None:
    """Print a link by which one person gets an account."""
    with plain_errors(), _people(organisation) as (people, operator):
        _, secret = asyncio.run(people.invite(operator, role, email, days, utc_now()))
    typer.echo(people.link(secret))


@app.command("import")
def import_people(
    file: Annotated[Path, typer.Argument(help="CSV (email, name, role, cohort), or JSON where its name ends so.")],
    organisation: Annotated[str, typer.Option(help="A new name makes a new organisation.")] = LOCAL.organisation,
    days: Annotated[int, typer.Option(min=1, max=90, help="Until the links end.")] = 7,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Invite everybody in a list who is not there yet: prints what came of each line, and the links, as CSV."""
    with plain_errors():
        lines = read(_text(file), "json" if file.suffix == ".json" else "csv")
        with _people(organisation) as (people, operator):
            taking = Rosters(people.store, people).take(operator, lines, days, utc_now(), dry=dry_run)
            found = asyncio.run(taking)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["line", "what", "email", "link or problem"])
    out.writerows([one.line, one.what, one.email, one.link or one.problem] for one in found)
    raise typer.Exit(1 if any(one.what == "refused" for one in found) else 0)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read as text in UTF-8.") from error


@contextmanager
def _people(organisation: str) -> Iterator[tuple[People, Person]]:
    settings = read_settings()
    if not _NAME.fullmatch(organisation):
        raise Invalid("An organisation's name has 1 to 40 small letters, digits and hyphens.")
    with closing(open_store(settings)) as store:
        require(store)
        yield People(store, settings.sign_in), Person(id=OPERATOR, organisation=organisation)
