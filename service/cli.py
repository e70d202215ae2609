"""The command `viva`."""

import asyncio
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from service import logs
from service.api.app import create_app, open_store, utc_now
from service.bank import load_bank
from service.bank_check import check
from service.domain.attempt import Answer
from service.domain.grade import Ungraded, assess
from service.errors import ConfigError, VivaError
from service.graders import BUILT_IN, Grader
from service.operations.backup import backup as save
from service.operations.doctor import examine
from service.operations.restore import restore as put_back
from service.plugins import load
from service.settings import read_settings
from service.store.files import Contents
from service.store.migrate import upgrade

app = typer.Typer(help="Mock interviews for engineers.", no_args_is_help=True, add_completion=False)
bank = typer.Typer(help="The question bank.", no_args_is_help=True)
app.add_typer(bank, name="bank")

STOP_SECONDS = 5


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What we foresee ends in one line and exit code 1, not in a traceback."""
    try:
        yield
    except VivaError as error:
        typer.echo(f"viva: {error}", err=True)
        raise typer.Exit(1) from error


@app.command()
def serve() -> None:
    """Serve the API and the web client (settings: VIVA_HOST, VIVA_PORT, ...)."""
    with _plain_errors():
        settings = read_settings()
        settings.check_host()
        logs.configure(settings.log_level, settings.log_format)
        application = create_app(settings)
        listener = listen(settings.host, settings.port)
        config = uvicorn.Config(
            application, log_config=None, access_log=False, timeout_graceful_shutdown=STOP_SECONDS, server_header=False
        )
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        for ending in (signal.SIGINT, signal.SIGTERM):  # uvicorn raises it once more when it has shut down in order
            signal.signal(ending, lambda *_: sys.exit(0))
        typer.echo(f"Viva is at http://{host}:{listener.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for connections; port 0 takes a free one. Raises ConfigError where the port cannot be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on {host}:{port} ({error.strerror}). Set VIVA_PORT to another port."
        ) from error
    # Connections inherit it. asyncio sets it only where the socket names its protocol, which `create_server` does not;
    # without it an answer on a connection that is kept open waits 40 ms for the client's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@app.command()
def migrate() -> None:
    """Bring the database to this release's schema."""
    with _plain_errors():
        store = open_store(read_settings())
        upgrade(store)
        store.close()
        typer.echo(f"{store.url.render_as_string()}: the schema is up to date.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The copy; its folder has to be there.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Save a consistent copy of the database, also while a server writes to it."""
    with _plain_errors():
        saved = save(open_store(read_settings()), file, force=force)
    typer.echo(f"{file}: {saved.size:,} bytes, read back and sound.")
    if saved.contents:
        _list(saved.contents)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `viva backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a database that has something in it.")] = False,
) -> None:
    """Put a saved database in the place of the present one, which is kept beside it. Stop the server first."""
    with _plain_errors():
        restored = put_back(open_store(read_settings()), file, now=utc_now(), force=force)
    typer.echo(f"{file} is restored.")
    if restored.kept:
        typer.echo(f"The database that was there is now {restored.kept}.")
    _list(restored.contents)


def _list(contents: Contents) -> None:
    typer.echo(f"  {'schema':17} {contents.schema}")
    for table, rows in contents.rows.items():
        typer.echo(f"  {table:17} {rows:,} rows")


@app.command()
def doctor() -> None:
    """Look whether all is well, and say what to do where it is not; exit code 1 where Viva cannot work."""
    failed = False
    for name, found in examine(utc_now()):
        typer.echo(f"{found.level:8} {name:12} {' '.join(f'{found.says} {found.do}'.split())}")
        failed |= found.level == "fail"
    raise typer.Exit(1 if failed else 0)


@bank.command("check")
def bank_check(
    folder: Annotated[Path | None, typer.Argument(help="Holds questions/ and rubrics/.", file_okay=False)] = None,
) -> None:
    """Read every question and rubric, and lint them; exit code 1 where something is wrong."""
    with _plain_errors():
        root = folder or read_settings().bank_dir
    findings = check(root)
    for finding in findings:
        typer.echo(str(finding))
    typer.echo(f"{len(findings)} findings")
    raise typer.Exit(1 if findings else 0)


@app.command()
def grade(
    question: Annotated[str, typer.Argument(help="Id of a question, such as kv-cache.")],
    answer: Annotated[typer.FileText, typer.Argument(help="File with the answer; - reads standard input.")] = "-",  # type: ignore[assignment]
) -> None:
    """Grade an answer on the command line."""
    with _plain_errors():
        settings = read_settings()
        item = load_bank(settings.bank_dir).item(question)
        grader: Grader = load(settings.grader, BUILT_IN)()
        said = Answer.of(answer.read())
        marking = asyncio.run(grader.mark(item, said))
        if isinstance(marking, Ungraded):
            raise ConfigError(f"No grade: {marking.reason}")
        result = assess(marking, item.rubric, said, grader.identity)
    typer.echo(f"{result.overall:.1f} of 100 ({result.band})")
    points = {point.id: point.says for point in item.rubric.points()}
    for verdict in result.verdicts:
        quote = f'  "{verdict.evidence[0].quote}"' if verdict.evidence else ""
        typer.echo(f"  {verdict.label:8}{verdict.point:4}{points[verdict.point]}{quote}")
    mistakes = {mistake.id: mistake for mistake in item.rubric.mistakes}
    for found in result.mistakes:
        typer.echo(f'  mistake {found.mistake:4}"{found.evidence[0].quote}": {mistakes[found.mistake].correction}')
