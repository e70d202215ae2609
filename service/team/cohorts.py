"""What reviewers do with cohorts: make them, put people in, take them out."""

import asyncio
from datetime import datetime
from uuid import UUID

from service.domain.attempt import Person
from service.domain.cohort import Assignment, Cohort
from service.domain.identity import Account, normal_name
from service.store import assignments, audit, cohorts
from service.store.engine import Store, Tx


class Cohorts:
    """Of the reviewer's organisation; each raises NotFound for another's."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def page(self, reviewer: Person, before: UUID | None, limit: int) -> list[Cohort]:
        """The newest first."""
        organisation = reviewer.organisation
        return await asyncio.to_thread(self.store.look, lambda tx: cohorts.page(tx, organisation, before, limit))

    async def make(self, reviewer: Person, name: str, now: datetime) -> Cohort:
        """Raises Invalid."""
        wanted = normal_name(name)

        def change(tx: Tx) -> Cohort:
            made = cohorts.add(tx, reviewer.organisation, wanted, now)
            audit.add(tx, reviewer, "cohort", now, made.id, "made")
            return made

        return await asyncio.to_thread(self.store.change, change)

    async def read(self, reviewer: Person, cohort_id: UUID) -> tuple[Cohort, list[Account], list[Assignment]]:
        """It, who is in it, and what was assigned to it, the newest first."""

        def look(tx: Tx) -> tuple[Cohort, list[Account], list[Assignment]]:
            cohort = cohorts.get(tx, reviewer.organisation, cohort_id)
            people = cohorts.people(tx, reviewer.organisation, cohort_id)
            return cohort, people, assignments.of_cohort(tx, cohort_id)

        return await asyncio.to_thread(self.store.look, look)

    async def rename(self, reviewer: Person, cohort_id: UUID, name: str) -> Cohort:
        """Raises Invalid."""
        wanted, organisation = normal_name(name), reviewer.organisation
        return await asyncio.to_thread(
            self.store.change, lambda tx: cohorts.rename(tx, organisation, cohort_id, wanted)
        )

    async def remove(self, reviewer: Person, cohort_id: UUID, now: datetime) -> None:
        """With its assignments; what people did stays theirs."""

        def change(tx: Tx) -> None:
            cohorts.get(tx, reviewer.organisation, cohort_id)
            for assignment in assignments.of_cohort(tx, cohort_id):
                assignments.remove(tx, reviewer.organisation, assignment.id)
                audit.add(tx, reviewer, "assignment", now, assignment.id, "deleted")
            cohorts.remove(tx, reviewer.organisation, cohort_id)
            audit.add(tx, reviewer, "cohort", now, cohort_id, "deleted")

        await asyncio.to_thread(self.store.change, change)

    async def others(self, reviewer: Person, cohort_id: UUID, after: UUID | None, limit: int) -> list[Account]:
        """Who could be put in, who came first first."""
        organisation = reviewer.organisation
        return await asyncio.to_thread(
            self.store.look, lambda tx: cohorts.others(tx, organisation, cohort_id, after, limit)
        )

    async def put(self, reviewer: Person, cohort_id: UUID, account_id: UUID, now: datetime) -> None:
        """Somebody is in it from now on. Doing it again changes nothing."""

        def change(tx: Tx) -> None:
            if cohorts.put(tx, reviewer.organisation, cohort_id, account_id):
                audit.add(tx, reviewer, "cohort", now, cohort_id, f"with {account_id}")

        await asyncio.to_thread(self.store.change, change)

    async def take(self, reviewer: Person, cohort_id: UUID, account_id: UUID, now: datetime) -> None:
        """Somebody is not in it any more; the sessions that they began stay theirs."""

        def change(tx: Tx) -> None:
            cohorts.take(tx, reviewer.organisation, cohort_id, account_id)
            audit.add(tx, reviewer, "cohort", now, cohort_id, f"without {account_id}")

        await asyncio.to_thread(self.store.change, change)
