"""Jobs: who works on what, for how long, and what came of it. What ends well leaves no row."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, update
from sqlmodel import col, select

from service.domain.job import WORKS, Job, Priority, Subject, Work
from service.domain.progress import Progress
from service.store.engine import Tx, insert
from service.store.tables import AttemptRow, JobRow
from service.tracing import origin

SUSPECT = 2
"""Workers that died over a job, from which on it is done by itself: what it may have taken with it is not to blame."""

Counts = dict[Work, tuple[int, int, datetime | None]]
"""By work: how many wait or run, how many have failed, and since when the oldest of those that wait does."""


def add(tx: Tx, subject: Subject, work: Work, priority: Priority, now: datetime) -> bool:
    """A job for `subject`; False where there is one of this kind, which then stands."""
    row = {
        "attempt_id": subject.id,
        "work": work,
        "owner": subject.owner.id,
        "organisation": subject.owner.organisation,
        "priority": int(priority),
        "tries": 0,
        "lost": 0,
        "created_at": now,
        "run_after": now,
        "trace": origin.get(),
    }
    added = insert(tx, JobRow).values(**row).on_conflict_do_nothing().returning(col(JobRow.attempt_id))
    return tx.exec(added).first() is not None


def due(tx: Tx, works: Sequence[Work], now: datetime) -> bool:
    """Whether there is something to claim."""
    return tx.exec(select(JobRow.attempt_id).where(_due(works, now)).limit(1)).first() is not None


def claim(
    tx: Tx, works: Sequence[Work], worker: str, now: datetime, lease: float, limit: int, *, idle: bool = True
) -> list[Job]:
    """Up to `limit` jobs for `worker` alone, for `lease` seconds: the most urgent first, then the oldest.

    A suspect is claimed by itself, and only where the worker is `idle`; until then nothing that comes after it is.
    """
    query = (
        select(JobRow)
        .where(_due(works, now))
        .order_by(col(JobRow.priority), col(JobRow.created_at), col(JobRow.attempt_id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = list(tx.exec(query))
    others = list(takewhile(lambda row: _losses(row) < SUSPECT, rows))
    chosen = others or (rows[:1] if idle else [])
    return [_lease(row, worker, now, lease) for row in chosen]


def suspected(tx: Tx, subject: UUID, work: Work) -> bool:
    """Whether a job is to be done while its worker does nothing else."""
    row = tx.get(JobRow, (subject, work))
    return row is not None and _losses(row) >= SUSPECT


def claim_one(tx: Tx, subject: UUID, work: Work, worker: str, now: datetime, lease: float) -> Job | None:
    """One job that was handed to `worker` by name, whoever had it before; None where it has ended."""
    query = select(JobRow).where(JobRow.attempt_id == subject, JobRow.work == work, col(JobRow.failed_at).is_(None))
    row = tx.exec(query.with_for_update()).first()
    return None if row is None else _lease(row, worker, now, lease)


def finish(tx: Tx, job: Job) -> bool:
    """Take the job away; False where somebody else did so first, and with it stored a result."""
    return bool(tx.exec(delete(JobRow).where(_is(job))).rowcount)


def end(tx: Tx, subject: UUID, works: Sequence[Work]) -> None:
    """Take away the jobs of these kinds, those that failed too. What a worker does just now comes to nothing."""
    tx.exec(delete(JobRow).where(col(JobRow.attempt_id) == subject, col(JobRow.work).in_(works)))


def postpone(tx: Tx, job: Job, until: datetime, error: str, *, counted: bool = True) -> None:
    """Give the job back, not to be tried before `until`. Nothing happens where another worker has it by now.

    A try that is not `counted` uses up none.
    """
    if row := _held(tx, job):
        row.tries = job.tries if counted else job.tries - 1
        row.run_after, row.error, row.leased_until, row.worker, row.progress = until, error, None, None, None
        row.lost = 0  # a worker has lived through it


def release(tx: Tx, job: Job) -> None:
    """Give the job back as it was: this worker ends, and the try does not count."""
    if row := _held(tx, job):
        row.tries, row.leased_until, row.worker = job.tries - 1, None, None


def end_leases(tx: Tx, works: Sequence[Work], now: datetime) -> None:
    """Of workers that are gone: each counts as lost, as one whose lease ran out does."""
    theirs = col(JobRow.work).in_(works), col(JobRow.leased_until) > now
    tx.exec(update(JobRow).where(*theirs).values(leased_until=now))


def holds(tx: Tx, job: Job) -> bool:
    """Whether the worker that claimed it still has it."""
    return _held(tx, job) is not None


def fail(tx: Tx, job: Job, error: str, now: datetime) -> None:
    """Give the job up. It stays, for people to see."""
    if row := tx.get(JobRow, (job.subject, job.work)):
        row.error, row.failed_at, row.leased_until, row.worker = error, now, None, None


def note(tx: Tx, job: Job, progress: Progress) -> None:
    """Keep what is known of the result already. Nothing happens where another worker has the job by now."""
    if row := _held(tx, job):
        row.progress = progress.model_dump_json(exclude_defaults=True)


def course(tx: Tx, attempt_id: UUID) -> tuple[Progress, str | None]:
    """What is known of the grade that an attempt waits for, and why the last try came to nothing."""
    query = select(JobRow).where(JobRow.attempt_id == attempt_id, col(JobRow.work).in_(WORKS["grading"]))
    row = tx.exec(query.order_by(col(JobRow.created_at).desc()).limit(1)).first()
    if row is None:
        return Progress(), None
    known = Progress.model_validate_json(row.progress, extra="ignore") if row.progress else Progress()
    return known, row.error


def page(tx: Tx, *, failed: bool, subject: UUID | None = None, limit: int = 100) -> list[Job]:
    """Jobs that have failed, or that wait or run: the most urgent first."""
    query = select(JobRow).where(col(JobRow.failed_at).is_not(None) if failed else col(JobRow.failed_at).is_(None))
    if subject is not None:
        query = query.where(JobRow.attempt_id == subject)
    query = query.order_by(col(JobRow.priority), col(JobRow.created_at), col(JobRow.attempt_id)).limit(limit)
    return [_job(row) for row in tx.exec(query)]


def counts(tx: Tx) -> Counts:
    failed = func.count(col(JobRow.failed_at))
    open_since = func.min(col(JobRow.created_at)).filter(col(JobRow.failed_at).is_(None))
    query = select(JobRow.work, func.count(), failed, open_since).group_by(JobRow.work)
    return {work: (total - lost, lost, oldest) for work, total, lost, oldest in tx.exec(query)}  # type: ignore[misc]


def without(tx: Tx, limit: int) -> list[UUID]:
    """Attempts that wait for a grade and have no job: those that an older release took in."""
    query = (
        select(AttemptRow.id)
        .outerjoin(JobRow, and_(col(JobRow.attempt_id) == AttemptRow.id, col(JobRow.work) == "grade"))
        .where(AttemptRow.status == "submitted", col(JobRow.attempt_id).is_(None))
        .limit(limit)
    )
    return list(tx.exec(query))


def _due(works: Sequence[Work], now: datetime) -> ColumnElement[bool]:
    return and_(
        col(JobRow.failed_at).is_(None),
        col(JobRow.work).in_(works),
        col(JobRow.run_after) <= now,
        or_(col(JobRow.leased_until).is_(None), col(JobRow.leased_until) <= now),
    )


def _is(job: Job) -> ColumnElement[bool]:
    return and_(col(JobRow.attempt_id) == job.subject, col(JobRow.work) == job.work)


def _losses(row: JobRow) -> int:
    return row.lost + (row.leased_until is not None)  # who had it before has not been heard of since


def _lease(row: JobRow, worker: str, now: datetime, lease: float) -> Job:
    row.lost = _losses(row)
    row.tries += 1
    row.worker, row.leased_until, row.progress = worker, now + timedelta(seconds=lease), None
    return _job(row)


def _held(tx: Tx, job: Job) -> JobRow | None:
    return tx.exec(select(JobRow).where(_is(job), JobRow.worker == job.worker).with_for_update()).first()


def _job(row: JobRow) -> Job:
    return Job.model_validate(row.model_dump(include=set(Job.model_fields)) | {"subject": row.attempt_id})
