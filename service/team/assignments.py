"""Sessions that reviewers assign to a cohort, and those that people begin from them."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from service.domain.attempt import Person
from service.domain.cohort import Assigned, Assignment, Begun, Stand, Terms
from service.domain.plan import make_slots
from service.domain.session import HandIn, PracticeSession
from service.practice import Practice
from service.store import accounts, assignments, audit, cohorts, items, scores, sessions
from service.store.engine import Tx


class Assignments:
    """Another organisation's are not there, nor, for who practises, those of cohorts that they are not in."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.store = practice.store

    # For reviewers

    async def make(self, reviewer: Person, cohort_id: UUID, terms: Terms, now: datetime) -> Assignment:
        """Draw its questions, and give it to a cohort. Raises Invalid, NotFound."""
        seed, chosen = self.practice.draw(reviewer, terms.plan)
        plan = terms.plan.model_copy(update={"seed": seed})
        terms = terms.model_copy(update={"plan": plan})

        def change(tx: Tx) -> Assignment:
            cohorts.get(tx, reviewer.organisation, cohort_id)
            items.keep(tx, chosen)
            made = assignments.add(tx, reviewer.organisation, cohort_id, terms, make_slots(plan, chosen), now)
            audit.add(tx, reviewer, "assignment", now, made.id, "made")
            return made

        return await asyncio.to_thread(self.store.change, change)

    async def change(self, reviewer: Person, assignment_id: UUID, terms: Terms, now: datetime) -> Assignment:
        """Other terms; a plan without a seed keeps the one that it had.

        Deadlines of strict sessions that run move with the end. Raises Conflict (see `Assignment.changed`), Invalid,
        NotFound.
        """

        def change(tx: Tx) -> tuple[Assignment, list[tuple[Person, list[UUID]]]]:
            present = assignments.get(tx, reviewer.organisation, assignment_id, lock=True)
            seed = present.plan.seed if terms.plan.seed is None else terms.plan.seed
            wanted = terms.model_copy(update={"plan": terms.plan.model_copy(update={"seed": seed})})
            slots = present.slots
            if wanted.plan != present.plan:
                _, chosen = self.practice.draw(reviewer, wanted.plan)
                items.keep(tx, chosen)
                slots = make_slots(wanted.plan, chosen)
            begun = bool(assignments.begun(tx, [assignment_id])[assignment_id])
            changed = present.changed(wanted, slots, begun)
            assignments.save(tx, changed)
            audit.add(tx, reviewer, "assignment", now, assignment_id, "changed")
            return changed, self._move_close(tx, reviewer.organisation, present, changed, now)

        changed, handed = await asyncio.to_thread(self.store.change, change)
        for person, attempt_ids in handed:
            await self.practice.handed_in(person, attempt_ids, 0)
        return changed

    async def remove(self, reviewer: Person, assignment_id: UUID, now: datetime) -> None:
        """The sessions stay with those who began them. Raises NotFound."""

        def change(tx: Tx) -> None:
            assignments.remove(tx, reviewer.organisation, assignment_id)
            audit.add(tx, reviewer, "assignment", now, assignment_id, "deleted")

        await asyncio.to_thread(self.store.change, change)

    async def standing(self, reviewer: Person, assignment_id: UUID, now: datetime) -> tuple[Assignment, list[Stand]]:
        """Everybody in its cohort, and who was and has begun. Raises NotFound."""
        organisation = reviewer.organisation

        def due(tx: Tx) -> list[tuple[str, UUID]]:
            assignments.get(tx, organisation, assignment_id)
            return assignments.unfinished(tx, assignment_id, now)

        for owner, session_id in await asyncio.to_thread(self.store.look, due):
            await self.practice.session(Person(id=owner, organisation=organisation), session_id, now)

        def look(tx: Tx) -> tuple[Assignment, list[Stand]]:
            assignment = assignments.get(tx, organisation, assignment_id)
            people = cohorts.people(tx, organisation, assignment.cohort_id)
            links = assignments.begun(tx, [assignment_id])[assignment_id]
            names = {str(account.id): (account.name, True) for account in people}
            gone = {owner for owner, _ in links} - set(names)
            names |= {owner: (name, False) for owner, name in accounts.names(tx, organisation, gone).items()}
            done = _begun(tx, organisation, [session_id for _, session_id in links])
            return assignment, [_stand(owner, name, member, links, done) for owner, (name, member) in names.items()]

        return await asyncio.to_thread(self.store.look, look)

    # For those whom it is assigned to

    async def assigned(self, person: Person, before: UUID | None, limit: int, now: datetime) -> list[Assigned]:
        """What somebody has, the newest first."""
        await self.practice.settle_due(person, now)

        def look(tx: Tx) -> list[Assigned]:
            found = assignments.page(tx, person, before, limit)
            links = assignments.begun(tx, [assignment.id for assignment, _, _ in found], person.id)
            every = _begun(tx, person.organisation, [session_id for some in links.values() for _, session_id in some])
            return [
                Assigned(
                    assignment=assignment,
                    cohort=cohort,
                    factor=assignment.factor(factor),
                    begun=len(links[assignment.id]),
                    sessions=_of(links[assignment.id], every),
                )
                for assignment, cohort, factor in found
            ]

        return await asyncio.to_thread(self.store.look, look)

    async def begin(self, person: Person, assignment_id: UUID, now: datetime) -> PracticeSession:
        """A planned session. Raises NotFound, Conflict (outside of the window, no attempt left)."""

        def change(tx: Tx) -> PracticeSession:
            assignment, factor = assignments.begin(tx, person, assignment_id)
            sessions.hold(tx, person)  # who begins twice at once is counted once after the other
            begun = assignments.count(tx, person, assignment_id)
            session = assignment.session(uuid7(), person, factor, self.practice.grace, begun, now)
            sessions.add(tx, session)
            assignments.link(tx, assignment_id, person, session.id)
            return session

        return await asyncio.to_thread(self.store.change, change)

    # Blocking parts, for worker threads

    def _move_close(
        self, tx: Tx, organisation: str, before: Assignment, after: Assignment, now: datetime
    ) -> list[tuple[Person, list[UUID]]]:
        """Move the deadlines of sessions that run. Returns what the clock handed in first, by person."""
        if before.closes_at == after.closes_at:
            return []

        def step(session: PracticeSession, _: Tx) -> tuple[PracticeSession, tuple[HandIn, ...]]:
            return session.move_close(before.closes_at, after.closes_at), ()

        handed = []
        for owner, session_id in assignments.unfinished(tx, before.id):
            person = Person(id=owner, organisation=organisation)
            handed.append((person, self.practice.apply(tx, person, session_id, now, step)[1]))
        return handed


def _begun(tx: Tx, organisation: str, session_ids: Sequence[UUID]) -> dict[UUID, Begun]:
    """The sessions that are still kept, with their scores."""
    scored = scores.of_sessions(tx, session_ids)
    found = {}
    for session in sessions.some(tx, organisation, session_ids):
        overall = scored.get(session.id)
        score = None if overall is None else round(sum(overall) / len(session.slots), 1)
        found[session.id] = Begun(session=session, score=score)
    return found


def _of(links: Iterable[tuple[str, UUID]], found: dict[UUID, Begun]) -> tuple[Begun, ...]:
    return tuple(found[session_id] for _, session_id in links if session_id in found)


def _stand(owner: str, name: str, member: bool, links: Sequence[tuple[str, UUID]], found: dict[UUID, Begun]) -> Stand:
    theirs = [link for link in links if link[0] == owner]
    return Stand(person_id=owner, name=name, member=member, begun=len(theirs), sessions=_of(theirs, found))
