"""`viva jobs` and `viva regrade`."""

import time
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


def _services() -> Services:
    settings = read_settings()
    logs.configure("warning", settings.log_format)
    return wire(settings)


@app.command("list")
def list_jobs(
    failed: Annotated[bool, typer.Option("--failed", help="Only those that were given up.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
) -> None:
    """Show the jobs: the most urgent first, then those that failed."""
    with plain_errors():
        services = _services()
        found = [] if failed else jobs.listed(services, failed=False, limit=limit)
        found += jobs.listed(services, failed=True, limit=limit)
    for job in found:
        state = "failed" if job.failed_at else "runs" if job.worker else "waits"
        typer.echo(f"{job.attempt_id}  {job.work:10}  {state:6}  {job.tries:3} tries  {job.error or ''}".rstrip())
    typer.echo(f"{len(found)} jobs")


@app.command()
def retry(
    attempt: Annotated[UUID | None, typer.Argument(help="Id of an attempt; without it, all that failed.")] = None,
) -> None:
    """Start over with jobs that failed."""
    with plain_errors():
        services = _services()
        count = jobs.retry(services, attempt)
        while attempt is None and (more := jobs.retry(services, None)):
            count += more
    typer.echo(f"{count} jobs start over")


@app.command()
def cancel(attempt: Annotated[UUID, typer.Argument(help="Id of an attempt.")]) -> None:
    """End the jobs of an attempt. An answer that has no grade yet stays without."""
    with plain_errors():
        count = jobs.cancel(_services(), attempt)
    typer.echo(f"{count} jobs cancelled")


def regrade(
    question: Annotated[str | None, typer.Option(help="Only answers to this question.")] = None,
    wait: Annotated[bool, typer.Option(help="Stay until all are graded.")] = True,
) -> None:
    """Have graded again what the present grader has not graded yet. Broken off, call it again: it goes on."""
    with plain_errors():
        services = _services()
        count = 0
        for count in jobs.enqueue_regrades(services, question):
            typer.echo(f"{count:,} answers wait to be graded again", err=True)
        total, failed = jobs.regrades(services)
        if total and wait:
            failed = _watch(services, total)
    typer.echo(f"{total:,} answers were to be graded again; {failed:,} failed (viva jobs list --failed)")
    raise typer.Exit(1 if failed else 0)


def _watch(services: Services, total: int) -> int:
    """A progress bar until nothing waits; how many failed."""
    with typer.progressbar(length=total, label="Grading") as bar:
        done = 0
        while done < total:
            waiting, failed = jobs.regrades(services)
            bar.update(max(0, total - waiting - done))
            done = max(done, total - waiting)
            if done < total:
                time.sleep(LOOK_SECONDS)
    return failed
