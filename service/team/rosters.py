"""Many people at once: an invite for each who is not there yet. Doing it again makes nothing new."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from service.domain import Value
from service.domain.attempt import Person
from service.domain.identity import Account
from service.domain.roster import Wanted, Wrong
from service.errors import Conflict
from service.identity import secrets
from service.store import accounts, audit, cohorts, invites
from service.store.engine import Store, Tx
from service.team.people import People

BATCH = 100
"""Lines in one transaction: others may write in between."""

What = Literal["invited", "waiting", "there", "refused"]


class Outcome(Value):
    """What came of a line."""

    line: int
    what: What
    email: str | None = None
    link: str | None = None
    """For who was invited."""
    problem: str | None = None
    """Why it was refused."""


class Rosters:
    def __init__(self, store: Store, people: People) -> None:
        self.store = store
        self.people = people

    async def take(
        self, admin: Person, lines: Sequence[Wanted | Wrong], days: float, now: datetime, *, dry: bool
    ) -> list[Outcome]:
        """What came of each line; with `dry`, what would. Raises Conflict where nobody signs in, StoreUnavailable."""
        if not self.people.settings.configured:
            raise Conflict("There are no accounts here: nobody has to sign in.")
        found: list[Outcome] = []
        until = now + timedelta(days=days)
        for first in range(0, len(lines), BATCH):
            found += await asyncio.to_thread(self._take, admin, lines[first : first + BATCH], now, until, dry)
        return found

    def _take(
        self, admin: Person, lines: Sequence[Wanted | Wrong], now: datetime, until: datetime, dry: bool
    ) -> list[Outcome]:
        with self.store.read() if dry else self.store.write() as tx:
            return [
                Outcome(line=one.line, what="refused", problem=one.problem)
                if isinstance(one, Wrong)
                else self._one(tx, admin, one, now, until, dry)
                for one in lines
            ]

    def _one(self, tx: Tx, admin: Person, wanted: Wanted, now: datetime, until: datetime, dry: bool) -> Outcome:
        known = accounts.by_email(tx, wanted.email)
        if known:
            return self._there(tx, admin, wanted, known[0], now, dry)
        if invites.for_email(tx, admin.organisation, wanted.email, now):
            return Outcome(line=wanted.line, what="waiting", email=wanted.email)
        if dry:
            return Outcome(line=wanted.line, what="invited", email=wanted.email)
        secret = secrets.new()
        cohort = _cohort(tx, admin, wanted.cohort, now) if wanted.cohort else None
        email, digest = wanted.email, secrets.digest(secret)
        made = invites.add(tx, admin, wanted.role, email, digest, now, until, name=wanted.name, cohort_id=cohort)
        audit.add(tx, admin, "invite", now, made.id, wanted.role)
        return Outcome(line=wanted.line, what="invited", email=wanted.email, link=self.people.link(secret))

    def _there(self, tx: Tx, admin: Person, wanted: Wanted, account: Account, now: datetime, dry: bool) -> Outcome:
        """Their name and role stay as they are; a cohort they are put in."""
        if account.organisation != admin.organisation:
            return Outcome(line=wanted.line, what="refused", problem="There is an account for this address already.")
        if wanted.cohort and not dry:
            cohort = _cohort(tx, admin, wanted.cohort, now)
            if cohorts.put(tx, admin.organisation, cohort, account.id):
                audit.add(tx, admin, "cohort", now, cohort, f"with {account.id}")
        return Outcome(line=wanted.line, what="there", email=wanted.email)


def _cohort(tx: Tx, admin: Person, name: str, now: datetime) -> UUID:
    """The first one of this name; a new one where there is none."""
    found = cohorts.named(tx, admin.organisation, name)
    if found is None:
        found = cohorts.add(tx, admin.organisation, name, now)
        tx.flush()
        audit.add(tx, admin, "cohort", now, found.id, "made")
    return found.id
