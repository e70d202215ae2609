"""Assignments on both databases: how often they are begun, whatever races, and what moves with their end."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from service.domain.attempt import Person
from service.domain.cohort import Assignment, Terms
from service.domain.plan import Plan
from service.domain.session import PracticeSession
from service.errors import Conflict, NotFound
from service.settings import Settings
from service.store import accounts, assignments, cohorts, sessions
from service.wiring import Services, wire
from tests.conftest import START, banks
from tests.fresh import fresh

REVIEWER = Person(id="reviewer", organisation="local")
HOUR = timedelta(hours=1)
STRICT = Plan(question_ids=("kv-cache", "rope"), mode="strict")


@pytest.fixture(params=["sqlite", "postgres"])
def services(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    services = wire(Settings(data_dir=fresh(tmp_path), database_url=url), lambda: START, banks())
    yield services
    services.store.close()


@pytest.fixture
def cohort(services: Services) -> UUID:
    with services.store.write() as tx:
        return cohorts.add(tx, "local", "Autumn", START).id


def member(services: Services, cohort: UUID, name: str = "bob") -> Person:
    with services.store.write() as tx:
        account = accounts.add(tx, "local", "candidate", name, f"{name}@example.org", START)
        cohorts.put(tx, "local", cohort, account.id)
    return account.person


def terms(plan: Plan = STRICT, *, attempts: int = 1, hours: float = 1) -> Terms:
    return Terms(title="Week 1", plan=plan, opens_at=START, closes_at=START + hours * HOUR, attempts=attempts)


def make(services: Services, cohort: UUID, wish: Terms) -> Assignment:
    return asyncio.run(services.assignments.make(REVIEWER, cohort, wish, START))


def begin(services: Services, person: Person, assignment: Assignment) -> PracticeSession:
    return asyncio.run(services.assignments.begin(person, assignment.id, START))


def test_what_is_stored_is_what_was_made(services: Services, cohort: UUID) -> None:
    made = make(services, cohort, terms(Plan(count=3, topics=("inference",), total_seconds=900), attempts=2))
    assert made.plan.seed is not None
    assert len(made.slots) == 3
    with services.store.read() as tx:
        assert assignments.get(tx, "local", made.id) == made
        assert assignments.of_cohort(tx, cohort) == [made]
        with pytest.raises(NotFound):
            assignments.get(tx, "elsewhere", made.id)


def test_whoever_begins_eight_times_at_once_has_begun_as_often_as_is_allowed(services: Services, cohort: UUID) -> None:
    bob, eve = member(services, cohort), member(services, cohort, "eve")
    made = make(services, cohort, terms(attempts=3))

    async def at_once() -> list[PracticeSession | BaseException]:
        begins = (services.assignments.begin(person, made.id, START) for person in (bob, eve) for _ in range(8))
        return await asyncio.gather(*begins, return_exceptions=True)

    answers = asyncio.run(at_once())
    for person, theirs in ((bob, answers[:8]), (eve, answers[8:])):
        assert [type(answer) for answer in theirs if isinstance(answer, BaseException)] == [Conflict] * 5
        with services.store.read() as tx:
            assert assignments.count(tx, person, made.id) == 3
            assert len(sessions.page(tx, person, None, 10)) == 3


def test_it_is_begun_by_those_in_its_cohort(services: Services, cohort: UUID) -> None:
    bob, made = member(services, cohort), make(services, cohort, terms())
    others = (REVIEWER, Person(id=bob.id, organisation="elsewhere"), Person(id=str(uuid7()), organisation="local"))
    for person in others:
        with pytest.raises(NotFound):
            begin(services, person, made)
        assert asyncio.run(services.assignments.assigned(person, None, 9, START)) == []


def test_deadlines_of_what_runs_move_with_the_end_and_what_was_over_stays_over(
    services: Services, cohort: UUID
) -> None:
    bob, eve = member(services, cohort), member(services, cohort, "eve")
    made = make(services, cohort, terms())
    over, late = (begin(services, person, made) for person in (bob, eve))
    at_the_end = START + HOUR + timedelta(seconds=5)  # within the grace

    async def walk() -> tuple[PracticeSession, PracticeSession]:
        await services.practice.start(bob, over.id, START)
        await services.practice.open(bob, over.id, 1, START)
        await services.practice.save(bob, over.id, 1, "Keys and values.", 0, START)
        await services.assignments.change(REVIEWER, made.id, terms(hours=0.5), START)
        later = START + 0.75 * HOUR
        await services.assignments.change(REVIEWER, made.id, terms(hours=1), later)
        started = await services.practice.start(eve, late.id, later)
        assert started.deadline == START + HOUR
        await services.assignments.change(REVIEWER, made.id, terms(hours=2), at_the_end)
        ended = await services.practice.session(bob, over.id, at_the_end)
        return ended, await services.practice.session(eve, late.id, at_the_end)

    ended, running = asyncio.run(walk())
    assert (ended.state, ended.deadline, ended.slots[0].state) == ("finished", START + 0.5 * HOUR, "timed-out")
    assert (running.state, running.deadline) == ("running", START + 2 * HOUR)
    with services.store.read() as tx:
        assert assignments.unfinished(tx, made.id) == [(eve.id, late.id)]


def test_who_begins_while_it_is_deleted_has_begun_or_finds_nothing(services: Services, cohort: UUID) -> None:
    bob, made = member(services, cohort), make(services, cohort, terms(attempts=9))
    first = begin(services, bob, made)

    async def at_once() -> list[object]:
        begins = [services.assignments.begin(bob, made.id, START) for _ in range(4)]
        return await asyncio.gather(
            *begins[:2], services.cohorts.remove(REVIEWER, cohort, START), *begins[2:], return_exceptions=True
        )

    answers = asyncio.run(at_once())
    assert all(answer is None or isinstance(answer, PracticeSession | NotFound) for answer in answers), answers
    begun = {first.id, *(answer.id for answer in answers if isinstance(answer, PracticeSession))}
    with services.store.read() as tx:
        assert {session.id for session in sessions.page(tx, bob, None, 10)} == begun
        assert assignments.closes_at(tx, first.id) is None
