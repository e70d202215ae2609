"""How work is handed on, so that a crash loses none of it.

A job is a row beside its subject (an attempt, or a delivery), written in the subject's own transaction and deleted in
the one that stores the result. `enqueue(transaction, subject)` and `work(queues)` are all that the rest of Viva knows
of it. Two engines:

embedded        in this process, on SQLite or Postgres: claims rows with a lease
procrastinate   on Postgres, for many worker processes: procrastinate delivers, the row still says how things stand

Work may run twice (a lease ends, a worker is thought dead); the second result finds no job and is dropped.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from service.domain.job import Job, Priority, Queue, Subject, Work
from service.store.engine import Tx

BUILT_IN = {
    "embedded": "service.jobs.embedded:EmbeddedJobs",
    "procrastinate": "service.jobs.procrastinate:ProcrastinateJobs",
}
"""Names for `VIVA_JOBS`."""


@dataclass(frozen=True)
class Handler:
    """What is done for one kind of work."""

    run: Callable[[Job], Awaitable[None]]
    """Do it and store the result. Raises GraderUnavailable or DeliveryFailed where it is worth trying
    again later."""
    give_up: Callable[[Tx, Job, str], None]
    """Record, in the transaction that fails the job, that there will be no result, and why."""


Handlers = Mapping[Work, Handler]


class Jobs(Protocol):
    """An engine; it is made from a `Runner`."""

    def check(self) -> None:
        """Raises ConfigError where it cannot work with this database as it is, StoreUnavailable."""
        ...

    def install(self) -> None:
        """Make the tables of its own, where it has some and they are missing. Raises StoreUnavailable."""
        ...

    def enqueue(self, tx: Tx, subject: Subject, work: Work, priority: Priority, now: datetime) -> bool:
        """A job that exists from the moment `tx` commits; False where there is one of this kind already."""
        ...

    def forget(self, tx: Tx, subjects: Sequence[UUID]) -> None:
        """Take what it keeps of these besides the rows of the jobs, which are gone when `tx` commits."""
        ...

    async def work(self, queues: Sequence[Queue], concurrency: int) -> None:
        """Do the jobs of these queues, at most `concurrency` at once, until cancelled; what runs then is given back."""
        ...
