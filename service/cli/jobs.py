"""`viva jobs` and `viva regrade`."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from service import logs
from service.cli.plain import plain_errors
from service.operations import jobs
from service.settings import read_settings
from service.wiring import Services, wire

app = typer.Typer(help="Work that waits or has failed.", no_args_is_help=True)

LOOK_SECONDS = 1.0


@contextmanager
def _services() -> Iterator[Services]:
    with plain_errors():
        settings = read_settings()
        logs.configure("warning", settings.log_format)
        services = wire(settings)
        try:
            yield services
        finally:
            services.store.close()


@app.command("list")
def list_jobs(
    failed: Annotated[bool, typer.Option("--failed", help="Only those that were given up.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
) -> None:
    """Show the jobs: the most urgent first, then those that failed."""
    with _services() as services:
        found = [] if failed else jobs.listed(services, failed=False, limit=limit)
        found += jobs.listed(services, failed=True, limit=limit)
    for job in found:
        state = "failed" if job.failed_at else "runs" if job.worker else "waits"
        typer.echo(f"{job.subject}  {job.work:10}  {state:6}  {job.tries:3} tries  {job.error or ''}".rstrip())
    typer.echo(f"{len(found)} jobs")


@app.command()
def retry(
    attempt: Annotated[UUID | None, typer.Argument(help="Id of an attempt; without it, all that failed.")] = None,
) -> None:
    """Start over with jobs that failed."""
    with _services() as services:
        count = jobs.retry(services, attempt)
        while attempt is None and (more := jobs.retry(services, None)):
            count += more
    typer.echo(f"{count} jobs start over")


@app.command()
def cancel(attempt: Annotated[UUID, typer.Argument(help="Id of an attempt.")]) -> None:
    """End the jobs of an attempt. An answer that has no grade yet stays without."""
    with _services() as services:
        count = jobs.cancel(services, attempt)
    typer.echo(f"{count} jobs cancelled")


def regrade(
    attempt: Annotated[
        UUID | None, typer.Argument(help="Id of an attempt: this one alone, whatever graded it.")
    ] = None,
    question: Annotated[str | None, typer.Option(help="Only answers to this question.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only what was handed in since then, in UTC.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many there are; change nothing.")] = False,
    wait: Annotated[bool, typer.Option(help="Stay until all are graded; a server or worker does it.")] = True,
) -> None:
    """Have graded again what the present grader has not graded yet. Broken off, call it again: it goes on.

    What a person has graded is left out.
    """
    since = since and (since if since.tzinfo else since.replace(tzinfo=UTC))
    with _services() as services:
        if question is not None:
            services.banks.check_known(question)
        if dry_run:
            _foresee(services, attempt, question, since)
            return
        if attempt is not None:
            jobs.enqueue_regrade(services, attempt)
        for count in [] if attempt else jobs.enqueue_regrades(services, question, since):
            typer.echo(f"{count:,} more answers are to be graded again", err=True)
        waiting, failed = jobs.regrades(services)
        if waiting and wait:
            waiting, failed = _watch(services, waiting)
    typer.echo(f"{waiting:,} answers wait to be graded again, {failed:,} failed")
    raise typer.Exit(1 if failed else 0)


def _foresee(services: Services, attempt: UUID | None, question: str | None, since: datetime | None) -> None:
    """What a regrade would take."""
    count = 0
    if attempt is not None:
        jobs.check_regrade(services, attempt)
        count = 1
    for count in [] if attempt else jobs.foreseen(services, question, since):
        typer.echo(f"{count:,} so far", err=True)
    calls = count * jobs.calls_each(services)
    grader = services.grading.grader.identity
    typer.echo(f"{count:,} answers would be graded again by {grader.name}, version {grader.version}")
    typer.echo(f"about {calls:,} calls of a language model")


def _watch(services: Services, total: int) -> tuple[int, int]:
    """A progress bar until nothing waits: how many wait then, and how many have failed."""
    with typer.progressbar(length=total, label="Grading", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        while True:
            waiting, failed = jobs.regrades(services)
            bar.update(max(0, total - waiting - bar.pos))
            if not waiting:
                return waiting, failed
            time.sleep(LOOK_SECONDS)
