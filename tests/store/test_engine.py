"""Transactions of many threads, and what happens when the database refuses."""

import resource
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import select

from service.domain.attempt import LOCAL
from service.errors import ConfigError, Conflict, NotFound, StoreBusy, StoreFull, StoreUnavailable
from service.store import attempts, items, jobs, sessions
from service.store.engine import Store
from service.store.migrate import upgrade
from service.store.tables import PingRow, SessionRow, SlotRow
from tests.domain.builders import ITEM, START, at, make_attempt, make_session, running

THREADS, ROUNDS = 8, 50


def pinged(store: Store) -> datetime | None:
    with store.read() as tx:
        return tx.exec(select(PingRow.at)).first()


def test_threads_that_read_and_write_lose_no_update(store: Store) -> None:
    store = Store(store.url.render_as_string(hide_password=False))
    session = running().open(1, START)
    with store.write() as tx:
        items.keep(tx, [ITEM])
        sessions.add(tx, session)
    together = threading.Barrier(THREADS)

    def work() -> None:
        together.wait()
        for _ in range(ROUNDS):
            with store.write() as tx:
                before = sessions.get(tx, LOCAL, session.id, lock=True)
                slot = before.slot(1)
                sessions.save(tx, before, before.save(1, f"{slot.draft}x", slot.revision, START))

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(work) for _ in range(THREADS)]:
            done.result()
    with store.read() as tx:
        slot = sessions.get(tx, LOCAL, session.id).slot(1)
    assert (slot.revision, len(slot.draft)) == (THREADS * ROUNDS, THREADS * ROUNDS)
    store.close()


def test_a_reader_keeps_one_view_while_a_writer_commits(store: Store) -> None:
    planned = make_session()
    with store.write() as tx:
        items.keep(tx, [ITEM])
        sessions.add(tx, planned)
    with store.read() as reader:
        assert reader.exec(select(SessionRow.state)).one() == "planned"
        with store.write() as tx:
            sessions.save(tx, planned, planned.start(START).open(1, START))
        assert reader.exec(select(SessionRow.state)).one() == "planned"
        assert set(reader.exec(select(SlotRow.state))) == {"unseen"}
    with store.read() as reader:
        assert reader.exec(select(SessionRow.state)).one() == "running"
        assert set(reader.exec(select(SlotRow.state))) == {"open", "unseen"}


def test_an_error_in_a_transaction_rolls_all_of_it_back(store: Store) -> None:
    session = make_session()

    def stumble() -> None:
        with store.write() as tx:
            items.keep(tx, [ITEM])
            sessions.add(tx, session)
            raise RuntimeError("in between")

    with pytest.raises(RuntimeError, match="in between"):
        stumble()
    with store.read() as tx:
        with pytest.raises(NotFound):
            items.get(tx, ITEM.digest)
        with pytest.raises(NotFound):
            sessions.get(tx, LOCAL, session.id)
    store.ping(START)


def test_what_a_reader_adds_is_not_kept(sqlite_store: Store) -> None:
    with sqlite_store.read() as tx:
        items.keep(tx, [ITEM])
    with sqlite_store.read() as tx, pytest.raises(NotFound):
        items.get(tx, ITEM.digest)


def test_what_refers_to_nothing_is_refused(store: Store) -> None:
    with pytest.raises(Conflict), store.write() as tx:
        attempts.add(tx, make_attempt(), key=None, fingerprint="")


def test_another_writer_s_lock_is_waited_for_and_then_reported(sqlite_store: Store, path: Path) -> None:
    sqlite_store.ping(START)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        sqlite_store.ping(at(1))
    assert pinged(sqlite_store) == START
    other.execute("ROLLBACK")
    other.close()
    sqlite_store.ping(at(2))
    assert pinged(sqlite_store) == at(2)


def test_a_writer_of_the_same_process_is_waited_for_and_then_reported(sqlite_store: Store) -> None:
    with sqlite_store.write(), pytest.raises(StoreBusy):
        sqlite_store.ping(START)
    sqlite_store.ping(at(1))
    assert pinged(sqlite_store) == at(1)


def test_a_writer_has_the_database_from_its_first_read_on(sqlite_store: Store, path: Path) -> None:
    another_process = Store(f"sqlite:///{path}", busy_seconds=0.2)
    with sqlite_store.write() as tx:
        assert tx.exec(select(PingRow)).all() == []
        with pytest.raises(StoreBusy):
            another_process.ping(START)
        tx.add(PingRow(id=1, at=at(1)))
    another_process.ping(at(2))
    assert pinged(sqlite_store) == at(2)
    another_process.close()


def test_a_full_database_keeps_what_was_saved_and_goes_on_once_there_is_room(path: Path, sqlite_store: Store) -> None:
    with sqlite_store.write() as tx:
        items.keep(tx, [ITEM])
    with sqlite3.connect(path) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.close()
    room = [pages + 20]
    cramped = Store(f"sqlite:///{path}")
    event.listen(cramped.engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count = {room[0]}"))
    saved = []

    def save_one() -> None:
        attempt = make_attempt(answer={"text": "halves " * 2000})
        with cramped.write() as tx:
            attempts.add(tx, attempt, key=None, fingerprint="")
        saved.append(attempt.id)

    def fill() -> None:
        for _ in range(50):
            save_one()

    with pytest.raises(StoreFull, match="Nothing that was saved before is lost"):
        fill()
    before = list(saved)
    assert before
    with pytest.raises(StoreFull):
        save_one()
    room[0] = pages + 1000
    cramped.close()  # the limit belongs to a connection: take new ones
    save_one()
    with cramped.read() as tx:
        assert jobs.without(tx, 100) == saved == [*before, saved[-1]]
    cramped.close()


def test_a_write_that_the_system_refuses_is_reported_and_recovered_from(sqlite_store: Store, path: Path) -> None:
    sqlite_store.ping(START)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name("viva.db-wal").stat().st_size, hard))
    try:
        with pytest.raises(StoreFull):
            sqlite_store.ping(at(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert pinged(sqlite_store) == START
    sqlite_store.ping(at(2))
    assert pinged(sqlite_store) == at(2)


def test_a_read_only_database_can_be_read_but_not_written(sqlite_store: Store, path: Path) -> None:
    sqlite_store.ping(START)
    read_only = Store(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert pinged(read_only) == START
    with pytest.raises(StoreUnavailable):
        read_only.ping(at(1))
    read_only.close()
    assert pinged(sqlite_store) == START


def test_a_missing_folder_is_unavailable_until_it_is_there(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'later' / 'viva.db'}")
    with pytest.raises(StoreUnavailable):
        store.ping(START)
    with pytest.raises(StoreUnavailable):
        pinged(store)
    (tmp_path / "later").mkdir()
    upgrade(store)
    store.ping(START)
    assert pinged(store) == START
    store.close()


@pytest.mark.parametrize("url", ["nonsense", "nosuchdatabase://host/viva", "sqlite+nosuchdriver:///viva.db"])
def test_a_url_that_leads_to_no_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="database URL"):
        Store(url)


def test_a_refused_url_does_not_tell_its_password() -> None:
    with pytest.raises(ConfigError) as raised:
        Store("nosuchdatabase://viva:secret@host/viva")
    assert "secret" not in str(raised.value)


def test_the_ping_writes_one_row_that_it_keeps_using(store: Store) -> None:
    for seconds in range(3):
        store.ping(at(seconds))
    with store.read() as tx:
        (row,) = tx.exec(select(PingRow)).all()
    assert row.at == at(2)
    assert row.at.tzinfo is UTC
