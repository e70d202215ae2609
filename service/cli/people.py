"""`viva invite`: how an operator lets somebody in, where nobody can yet, or into another organisation."""

import asyncio
import re
from contextlib import closing
from typing import Annotated

import typer

from service.cli.plain import plain_errors
from service.domain.attempt import LOCAL, Person
from service.domain.identity import Role
from service.errors import Invalid
from service.people import People
from service.settings import read_settings
from service.store.migrate import require
from service.wiring import open_store, utc_now

OPERATOR = "operator"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def invite(
    role: Annotated[Role, typer.Option(help="What they may do.")] = "candidate",
    email: Annotated[str | None, typer.Option(help="Whom it is for; else whoever has the link.")] = None,
    organisation: Annotated[str, typer.Option(help="A new name makes a new organisation.")] = LOCAL.organisation,
    days: Annotated[int, typer.Option(min=1, max=90, help="Until the link ends.")] = 7,
) -> None:
    """Print a link by which one person gets an account."""
    with plain_errors():
        settings = read_settings()
        if not _NAME.fullmatch(organisation):
            raise Invalid("An organisation's name has 1 to 40 small letters, digits and hyphens.")
        with closing(open_store(settings)) as store:
            require(store)
            people = People(store, settings.sign_in)
            operator = Person(id=OPERATOR, organisation=organisation)
            _, secret = asyncio.run(people.invite(operator, role, email, days, utc_now()))
    typer.echo(people.link(secret))
