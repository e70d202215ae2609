"""Lists, reports and claims read by index: about as many rows as they show, however many there are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from service.domain.attempt import Attempt, Person
from service.store import attempts, jobs, reviews, scores, sessions
from service.store.engine import Store, Tx
from service.store.tables import AttemptRow, ReviewRow, SessionRow
from tests.bench.rows import ASKED, END, FEW, MANY, fill
from tests.fresh import fresh
from tests.postgres import Postgres

SMALL, MEDIUM = 3_000, 9_000
"""Attempts. In the small database MANY has 300, more than any page shows."""
LARGE = {"attempt", "grade", "practice_session", "review", "session_question"}
BESIDE = 30
"""Rows that a step may read beside ten for each that it returns: Postgres may prefer to walk a key where a tenth is
MANY's, but not to go through all that a person has."""


@dataclass(frozen=True)
class Place:
    """Somewhere in the middle of what a person has."""

    person: Person
    attempt: Attempt
    session: UUID
    review: UUID


Read = Callable[[Tx, Place], object]
READS: dict[str, Read] = {
    "attempts": lambda tx, at: attempts.page(tx, at.person, None, 21),
    "attempts, further on": lambda tx, at: attempts.page(tx, at.person, at.attempt.id, 21),
    "attempts at a question": lambda tx, at: attempts.page(tx, at.person, None, 21, ASKED),
    "attempts at a question, further on": lambda tx, at: attempts.page(tx, at.person, at.attempt.id, 5, ASKED),
    "progress": lambda tx, at: attempts.page(tx, at.person, None, 200),
    "an attempt": lambda tx, at: attempts.get(tx, at.person, at.attempt.id),
    "the try before": lambda tx, at: attempts.previous(tx, at.attempt),
    "how a grading stands": lambda tx, at: attempts.standing(tx, at.person, at.attempt.id),
    "whether there is nothing to show": lambda tx, at: attempts.waits_without_grade(tx, at.attempt.id),
    "an attempt by its key": lambda tx, at: attempts.by_key(tx, at.person, "key-0"),
    "the grade of an equal answer": lambda tx, at: attempts.equal(tx, at.person.organisation, "print"),
    "attempts of a session": lambda tx, at: attempts.of_session(tx, at.person, at.session),
    "grades of an attempt": lambda tx, at: attempts.grades(tx, at.attempt.id),
    "whether a person graded": lambda tx, at: attempts.by_person(tx, at.attempt.id),
    "reviews of an attempt": lambda tx, at: reviews.of_attempt(tx, at.attempt.id),
    "the queue": lambda tx, at: reviews.page(tx, "local", None, 21),
    "the queue, further on": lambda tx, at: reviews.page(tx, "local", at.review, 21),
    "the queue of a kind": lambda tx, at: reviews.page(tx, "local", at.review, 21, kind="dispute"),
    "the queue of a question": lambda tx, at: reviews.page(tx, "local", None, 21, question_id=ASKED),
    "what was closed": lambda tx, at: reviews.page(tx, "local", None, 21, closed=True),
    "what was closed, further on": lambda tx, at: reviews.page(tx, "local", at.review, 21, closed=True),
    "sessions": lambda tx, at: sessions.page(tx, at.person, None, 10),
    "sessions, further on": lambda tx, at: sessions.page(tx, at.person, at.session, 10),
    "a session": lambda tx, at: sessions.get(tx, at.person, at.session),
    "sessions of an assignment": lambda tx, at: sessions.some(tx, at.person.organisation, [at.session]),
    "scores of an assignment": lambda tx, at: scores.of_sessions(tx, [at.session]),
    "sessions that are due": lambda tx, at: sessions.due(tx, at.person, END + timedelta(days=1)),
    "questions that are owed": lambda tx, at: sessions.strictly_pending(tx, at.person, ASKED, None),
    "whether there is a job": lambda tx, at: jobs.due(tx, ("grade", "regrade"), END),
    "a claim": lambda tx, at: jobs.claim(tx, ("grade", "regrade"), "worker", END, 60, 8),
}
each_read = pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
each_person = pytest.mark.parametrize("person", [MANY, FEW], ids=lambda person: person.id)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    yield from filled(tmp_path_factory.mktemp("small"), SMALL)


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    yield from filled(tmp_path_factory.mktemp("medium"), MEDIUM)


def filled(folder: Path, number: int) -> Iterator[Store]:
    store = Store(f"sqlite:///{fresh(folder)}/viva.db")
    fill(store, number)
    yield store
    store.close()


@pytest.fixture(scope="module")
def on_postgres(postgres: Postgres) -> Iterator[Store]:
    with postgres.database(template="viva") as url:
        store = Store(url)
        fill(store, MEDIUM)
        yield store
        store.close()


def place(store: Store, person: Person) -> Place:
    def middle(table: Any) -> UUID:
        ids = list(tx.exec(select(table.id).where(table.owner == person.id).order_by(col(table.id))))
        found: UUID = ids[len(ids) // 2]
        return found

    with store.read() as tx:
        return Place(person, attempts.load(tx, middle(AttemptRow)), middle(SessionRow), middle(ReviewRow))


def plans(store: Store, read: Read, person: Person, explain: str) -> Iterator[list[Any]]:
    """What the database says of each query that `read` sends. Nothing is changed."""
    at, sent = place(store, person), list[tuple[str, Any]]()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("SELECT"):
            sent.append((statement, parameters))

    with store.write() as tx:
        event.listen(store.engine, "before_cursor_execute", note)
        read(tx, at)
        event.remove(store.engine, "before_cursor_execute", note)
        tx.rollback()
    assert sent
    for statement, parameters in sent:
        with store.write() as tx:
            rows = tx.connection().exec_driver_sql(f"{explain} {statement}", parameters).all()
            tx.rollback()
        yield list(rows)


def work(store: Store, read: Read, person: Person) -> int:
    """Steps that SQLite's virtual machine takes for `read`."""
    at, steps = place(store, person), 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    with store.write() as tx:
        connection: Any = tx.connection().connection.driver_connection
        connection.set_progress_handler(count, 1)
        read(tx, at)
        connection.set_progress_handler(None, 0)
        tx.rollback()
    return steps


@each_person
@each_read
def test_on_sqlite_no_large_table_is_scanned(read: Read, person: Person, small: Store) -> None:
    for rows in plans(small, read, person, "EXPLAIN QUERY PLAN"):
        steps = [str(row[3]) for row in rows]
        assert [step for step in steps if step.startswith("SCAN") and step.split()[1] in LARGE] == []


@each_person
@each_read
def test_on_sqlite_a_database_three_times_as_large_is_no_more_work(
    read: Read, person: Person, small: Store, medium: Store
) -> None:
    assert work(medium, read, person) <= 1.5 * work(small, read, person) + BESIDE


@each_person
@each_read
def test_on_postgres_little_is_read_beside_what_is_shown(read: Read, person: Person, on_postgres: Store) -> None:
    for ((found,),) in plans(on_postgres, read, person, "EXPLAIN (ANALYZE, FORMAT JSON)"):
        for step in _steps(found[0]["Plan"]):
            assert step["Node Type"] != "Seq Scan" or step["Relation Name"] not in LARGE, step
            dropped = step.get("Rows Removed by Filter", 0) * step["Actual Loops"]
            assert dropped <= BESIDE + 10 * step["Actual Rows"], step


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _steps(child)
