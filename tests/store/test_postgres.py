"""What is Postgres's own: many writers at a time, connections that break, errors with codes."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError
from sqlmodel import select

from service.domain.attempt import LOCAL, Attempt
from service.domain.rubric import Item
from service.errors import ConfigError, StoreBusy, StoreFull, StoreUnavailable
from service.store import attempts, items, sessions
from service.store.engine import Store
from service.store.postgres import POOL
from service.store.tables import GradeRow, ItemRow, PingRow
from tests.domain.builders import GRADER, ITEM, START, at, make_attempt, make_grade, make_item, make_session
from tests.server import eventually

THREADS, ROUNDS = 8, 5


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    """It waits long enough for whoever is faster."""
    store = Store(postgres_url)
    yield store
    store.close()


def at_once(work: Callable[[int], object]) -> list[object]:
    """What `work(0)` to `work(7)` give, each on a thread of its own, begun when all are ready."""
    ready = threading.Barrier(THREADS)

    def run(number: int) -> object:
        ready.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(run, range(THREADS)))


def run(store: Store, statement: str) -> None:
    with store.write() as tx:
        tx.connection().exec_driver_sql(statement)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_driver_is_psycopg_3_however_the_url_is_written(scheme: str) -> None:
    store = Store(f"{scheme}://viva:secret@host:5433/interviews")
    assert store.url.render_as_string() == "postgresql+psycopg://viva:***@host:5433/interviews"
    assert not store.is_sqlite


def test_other_databases_are_refused() -> None:
    with pytest.raises(ConfigError, match="mysql is neither sqlite nor postgresql"):
        Store("mysql://host/viva")


def test_those_who_keep_the_same_questions_do_not_disturb_each_other(store: Store, postgres_url: str) -> None:
    some = [make_item(name) for name in ("first", "middle", "last")]

    def keep(items_: list[Item]) -> None:
        with store.write() as tx:
            items.keep(tx, items_)

    with psycopg.connect(postgres_url) as slow, psycopg.connect(postgres_url, autocommit=True) as watch:
        slow.execute("INSERT INTO item VALUES (%s, 'middle', '')", [some[1].digest])
        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(keep, some), threads.submit(keep, some[::-1])]
            eventually(lambda: watch.execute("SELECT FROM pg_locks WHERE NOT granted OFFSET 1").fetchone())
            slow.rollback()
            for done in both:
                done.result()
    with store.read() as tx:
        assert [items.get(tx, item.digest) for item in some] == some


def test_the_first_pings_at_once_leave_one_row(store: Store) -> None:
    at_once(lambda n: store.ping(at(n)))
    with store.read() as tx:
        assert len(tx.exec(select(PingRow)).all()) == 1


def test_of_many_grades_at_once_the_first_stands(store: Store) -> None:
    tries = [make_attempt() for _ in range(ROUNDS)]
    with store.write() as tx:
        items.keep(tx, [ITEM])
        for attempt in tries:
            attempts.add(tx, attempt, key=None, fingerprint="")

    for attempt in tries:

        def grade(number: int, attempt: Attempt = attempt) -> bool:
            with store.write() as tx:
                return attempts.add_grade(tx, attempt, GRADER, make_grade(), at(number))

        assert sorted(at_once(grade), key=bool) == [False] * (THREADS - 1) + [True]
    with store.read() as tx:
        assert len(tx.exec(select(GradeRow)).all()) == ROUNDS


def test_a_lock_is_waited_for_and_then_reported(postgres_store: Store, postgres_url: str) -> None:
    session = make_session()
    with postgres_store.write() as tx:
        items.keep(tx, [ITEM])
        sessions.add(tx, session)
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT * FROM practice_session FOR UPDATE")
        with pytest.raises(StoreBusy), postgres_store.write() as tx:
            sessions.get(tx, LOCAL, session.id, lock=True)
        with postgres_store.read() as tx:  # readers wait for nobody
            assert sessions.get(tx, LOCAL, session.id) == session
    with postgres_store.write() as tx:
        assert sessions.get(tx, LOCAL, session.id, lock=True) == session


def test_a_person_s_writers_follow_each_other(postgres_store: Store) -> None:
    with postgres_store.write() as first:
        sessions.hold(first, LOCAL)
        sessions.hold(first, LOCAL)
        with pytest.raises(StoreBusy), postgres_store.write() as second:
            sessions.hold(second, LOCAL)
        with postgres_store.write() as another:
            sessions.hold(another, make_session(owner=LOCAL.model_copy(update={"id": "another"})).owner)


def test_a_deadlock_is_busy_for_one_and_nothing_to_the_other(store: Store, postgres_url: str) -> None:
    eager = Store(f"{postgres_url}&options=-c deadlock_timeout=10ms")
    both, seen = threading.Barrier(2), list[str]()

    def cross(first: int, then: int) -> None:
        try:
            with eager.write() as tx:
                for number in (first, then):
                    tx.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")
                    if number == first:
                        both.wait()
            seen.append("done")
        except StoreBusy:
            seen.append("busy")

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(cross, 1, 2), threads.submit(cross, 2, 1)]:
            done.result()
    assert sorted(seen) == ["busy", "done"]
    eager.close()


def test_a_statement_that_takes_too_long_is_given_up(postgres_url: str) -> None:
    hasty = Store(f"{postgres_url}&options=-c statement_timeout=50")
    with pytest.raises(StoreBusy):
        run(hasty, "SELECT pg_sleep(60)")
    hasty.ping(START)
    hasty.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("53100", StoreFull),
        ("40001", StoreBusy),
        ("40P01", StoreBusy),
        ("55P03", StoreBusy),
        ("57014", StoreBusy),
        ("25006", StoreUnavailable),
        ("53200", StoreUnavailable),
        ("57P03", StoreUnavailable),
        ("58030", StoreUnavailable),
    ],
)
def test_every_code_that_the_server_sends_has_its_meaning(store: Store, code: str, kind: type[Exception]) -> None:
    with pytest.raises(StoreUnavailable) as raised:
        run(store, f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$")
    assert type(raised.value) is kind
    store.ping(START)


def test_a_mistake_of_ours_is_not_taken_for_the_database_s(store: Store) -> None:
    with pytest.raises(ProgrammingError):
        run(store, "SELECT nothing FROM nowhere")


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable), store.read() as tx:
        items.keep(tx, [ITEM])
    with store.write() as tx:
        items.keep(tx, [ITEM])


@pytest.mark.parametrize("moment", ["in a transaction", "between two"])
def test_a_connection_that_is_lost_is_replaced(store: Store, postgres_url: str, moment: str) -> None:
    def lose_all() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def lose_within() -> None:
        with store.write() as tx:
            items.keep(tx, [ITEM])
            lose_all()
            items.keep(tx, [make_item("another")])

    store.ping(START)
    if moment == "between two":
        lose_all()
    else:
        with pytest.raises(StoreUnavailable):
            lose_within()
    with store.read() as tx:
        assert tx.exec(select(ItemRow)).all() == []
    store.ping(at(1))


def test_a_connection_that_is_lost_before_the_commit_is_not_taken_for_one(store: Store, postgres_url: str) -> None:
    def lose_at_the_end() -> None:
        with store.write() as tx:
            items.keep(tx, [ITEM])
            (pid,) = tx.connection().exec_driver_sql("SELECT pg_backend_pid()").one()
            with psycopg.connect(postgres_url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

    with pytest.raises(StoreUnavailable):
        lose_at_the_end()
    with store.read() as tx:
        assert tx.exec(select(ItemRow)).all() == []


def test_whoever_finds_no_connection_free_is_told(postgres_store: Store) -> None:
    with ExitStack() as taken:
        for _ in range(POOL):
            taken.enter_context(postgres_store.read()).exec(select(PingRow)).all()
        with pytest.raises(StoreBusy):
            postgres_store.ping(START)
    postgres_store.ping(START)


def test_a_server_that_is_away_is_unavailable() -> None:
    store = Store("postgresql://viva@/viva?host=/nowhere")
    with pytest.raises(StoreUnavailable):
        store.ping(START)
