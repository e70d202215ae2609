"""`viva person`: everything that there is of one person as a file, or nothing any more."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from service.cli.people import OPERATOR
from service.cli.plain import plain_errors
from service.domain.attempt import LOCAL, Person
from service.domain.identity import normal_email
from service.errors import Conflict, NotFound, VivaError
from service.live import Live
from service.metrics import Metrics
from service.privacy import Privacy
from service.settings import read_settings
from service.store import accounts
from service.store.engine import Store
from service.store.migrate import require
from service.wiring import make_jobs, open_store, utc_now

app = typer.Typer(help="What there is of one person.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(help="E-mail address, id, or `local` for what was practised without signing in.")]


@app.command()
def export(
    who: Who, file: Annotated[Path, typer.Argument(help="The zip file; one that is there is not replaced.")]
) -> None:
    """Write everything that there is of somebody to a zip file, also while a server runs."""
    with plain_errors(), _privacy() as privacy:
        whose = _found(privacy.store, who)
        pieces = asyncio.run(privacy.export(_operator(whose), whose, utc_now()))
        try:
            file.touch(mode=0o600, exist_ok=False)
            with file.open("wb") as out:
                for piece in pieces:
                    out.write(piece)
        except OSError as error:
            raise VivaError(f"{file} cannot be written: {error.strerror}.") from error
    typer.echo(f"{file}: {file.stat().st_size:,} bytes.")


@app.command()
def erase(
    who: Who, yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether that is really meant.")] = False
) -> None:
    """Delete an account and everything that there is of somebody, for good, also while a server runs."""
    with plain_errors(), _privacy() as privacy:
        whose = _found(privacy.store, who)
        if not (yes or typer.confirm(f"Delete everything of {who}? Nothing brings it back.")):
            raise Conflict("Nothing was deleted.")
        clean = asyncio.run(privacy.erase(_operator(whose), whose, utc_now()))
    typer.echo(f"Everything of {who} is deleted. Backups still have it: docs/privacy.md.")
    if not clean:
        typer.echo("Traces may be left in the database's file: run viva db clean.")


@contextmanager
def _privacy() -> Iterator[Privacy]:
    settings = read_settings()
    with closing(open_store(settings)) as store:
        require(store)
        yield Privacy(store, make_jobs(settings, store, Live(), Metrics(), utc_now, {}))


def _found(store: Store, who: str) -> Person:
    """Raises Invalid, NotFound."""
    if who == LOCAL.id:
        return LOCAL
    with store.read() as tx:
        if "@" in who:
            by_email = accounts.by_email(tx, normal_email(who))
            account = by_email[0] if by_email else None
        else:
            account = accounts.get(tx, _id(who))
    if account is None:
        raise NotFound(f"There is no account of {who}.")
    return account.person


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(f"{text} is neither an e-mail address nor an id.") from error


def _operator(whose: Person) -> Person:
    return Person(id=OPERATOR, organisation=whose.organisation)
