"""Recordings in the store: chunks, who may listen to what, and what is left when nobody does."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func
from sqlmodel import select

from service.domain.recording import Claim, Failure, Recording
from service.domain.transcript import Delivery, Transcript
from service.errors import Conflict
from service.store import attempts, items, recordings, retention, sessions
from service.store.engine import Store
from service.store.tables import ChunkRow, RecordingRow
from service.tracing import origin
from tests.domain.builders import GRADER, ITEM, START, at, make_attempt, make_grade, make_session

LEASE = 60
HEARD = Transcript(
    text="It halves.",
    seconds=2,
    delivery=Delivery(words=2, words_per_minute=None, speech_seconds=1, fillers=0),
    transcriber="local",
    model="tiny.en",
)


def begun(store: Store, *, ended: bool = False, when: datetime = START) -> Recording:
    session = make_session()
    made = Recording(
        id=uuid4(), owner=session.owner, session_id=session.id, position=1, question_id="q", created_at=when
    )
    with store.write() as tx:
        items.keep(tx, [ITEM])
        sessions.add(tx, session)
        recordings.add(tx, made)
        recordings.put_chunk(tx, made, 0, b"one")
        if ended:
            recordings.close(tx, made.id, when)
    return made


def claim(store: Store, when: datetime = START, worker: str = "one", *, idle: bool = True) -> Claim | None:
    with store.write() as tx:
        due = recordings.due(tx, when)
        claimed = recordings.claim(tx, worker, when, LEASE, idle=idle)
    assert due or claimed is None
    return claimed


def claim_id(claimed: Claim | None) -> UUID | None:
    return claimed.recording.id if claimed else None


def read(store: Store, made: Recording) -> Recording:
    with store.read() as tx:
        return recordings.get(tx, made.owner, made.session_id, made.position)


def test_chunks_are_put_together_in_order_up_to_the_first_that_is_missing(store: Store) -> None:
    made = begun(store)
    with store.write() as tx:
        for number, body in ((3, b"four"), (1, bytes(range(256))), (1, bytes(range(256)))):
            recordings.put_chunk(tx, made, number, body)
    with store.write() as tx:
        assert recordings.sound(tx, made.id) == b"one" + bytes(range(256))
        assert recordings.numbers(tx, made.id) == {0, 1, 3}
        assert tx.get_one(RecordingRow, made.id).size == 3 + 256 + 4
        with pytest.raises(Conflict):
            recordings.put_chunk(tx, made, 0, b"other")


def test_a_question_has_one_recording(store: Store) -> None:
    made = begun(store)
    with pytest.raises(Conflict), store.write() as tx:
        recordings.add(tx, made.model_copy(update={"id": uuid4()}))


def test_those_that_have_ended_go_first_and_each_to_one_worker(store: Store) -> None:
    goes_on, young, old = begun(store, when=at(-9)), begun(store, ended=True), begun(store, ended=True, when=at(-5))
    wanted = [old.id, young.id, goes_on.id, None]
    assert [claim_id(claim(store, START)) for _ in range(4)] == wanted


def test_one_that_goes_on_is_listened_to_again_once_there_is_more(store: Store) -> None:
    made = begun(store)
    claimed = claim(store)
    assert claimed
    with store.write() as tx:
        recordings.advance(tx, claimed, '{"text": "It"}', at(5))
    assert claim(store, at(9)) is None
    with store.write() as tx:
        recordings.put_chunk(tx, made, 1, b"two")
    assert claim(store, at(4)) is None
    assert (again := claim(store, at(5)))
    assert again.progress == '{"text": "It"}'
    assert read(store, made).text == "It"


def test_a_lease_can_be_prolonged_and_who_lost_it_changes_nothing(store: Store) -> None:
    made = begun(store, ended=True)
    first = claim(store)
    assert first
    with store.write() as tx:
        recordings.prolong(tx, first, at(100))
    assert claim(store, at(99)) is None
    second = claim(store, at(100), "two")
    assert second
    assert (second.tries, second.lost) == (2, 1)
    with store.write() as tx:
        recordings.advance(tx, first, None, at(9999))
        recordings.release(tx, first)
        recordings.release(tx, second)
    third = claim(store, at(100))
    assert third
    assert (claim_id(third), third.tries) == (made.id, 2)


def test_what_workers_have_died_over_waits_until_one_is_idle(store: Store) -> None:
    made = begun(store, ended=True)
    claim(store)
    with store.write() as tx:
        recordings.end_leases(tx, at(1))
    claim(store, at(1))
    assert claim(store, at(100), idle=False) is None
    assert (found := claim(store, at(100)))
    assert found.lost == 2
    with store.write() as tx:  # somebody asks for another try
        recordings.close(tx, made.id, at(101))
    assert (found := claim(store, at(101)))
    assert (found.tries, found.lost) == (1, 2)


def test_who_completes_it_takes_it_from_whoever_hears_its_beginning(store: Store) -> None:
    made = begun(store)
    early = claim(store)
    assert early
    with store.write() as tx:
        recordings.close(tx, made.id, at(1))
    assert claim_id(claim(store, at(1), "two")) == made.id
    with store.write() as tx:
        recordings.advance(tx, early, '{"text": "late"}', at(99))
    assert read(store, made).text == ""


def test_who_hears_it_knows_the_request_that_ended_it(store: Store) -> None:
    token = origin.set("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    try:
        begun(store, ended=True)
    finally:
        origin.reset(token)
    claimed = claim(store)
    assert claimed
    assert claimed.trace == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_it_ends_once_and_is_counted_until_then(store: Store) -> None:
    made, other = begun(store, ended=True), begun(store, ended=True, when=at(3))
    with store.write() as tx:
        assert (recordings.waiting(tx), recordings.counts(tx)) == (2, (2, 0, START))
        assert recordings.end(tx, made.id, HEARD)
        assert not recordings.end(tx, made.id, Failure(kind="BrokenAudio", detail="No."))
        assert recordings.end(tx, other.id, Failure(kind="BrokenAudio", detail="No."))
        assert (recordings.waiting(tx), recordings.counts(tx)) == (0, (0, 1, None))
    assert (read(store, made).state, read(store, made).transcript) == ("transcribed", HEARD)
    assert read(store, other).failure == Failure(kind="BrokenAudio", detail="No.")


@pytest.mark.parametrize("keep", [True, False])
def test_sound_goes_once_its_answer_is_graded_and_what_was_left_goes_with_its_session(store: Store, keep: bool) -> None:
    answered, open_one, left = begun(store), begun(store), begun(store, when=at(-100))
    attempt = make_attempt()
    with store.write() as tx:
        attempts.add(tx, attempt, key=None, fingerprint="")
        recordings.attach(tx, answered.id, attempt.id)
        over = sessions.get(tx, left.owner, left.session_id, lock=True)
        sessions.save(tx, over, over.start(START).abandon(START))
        assert recordings.tidy(tx, START, keep=keep)
        assert recordings.drop_sound(tx, START, keep=keep) == 1
        attempts.add_grade(tx, attempt, GRADER, make_grade(), at(1))
        assert recordings.tidy(tx, START, keep=keep) is not keep
        assert recordings.drop_sound(tx, START, keep=keep) == (not keep)
        assert not recordings.tidy(tx, START, keep=keep)
        assert recordings.sound(tx, answered.id) == (b"one" if keep else b"")
        assert recordings.sound(tx, open_one.id) == b"one"
        assert recordings.find(tx, left.owner, left.session_id, 1) is None


def test_it_goes_with_its_session(store: Store) -> None:
    begun(store)
    with store.write() as tx:
        assert retention.forget(tx, at(1), 10) == 1
        for table in (RecordingRow, ChunkRow):
            assert tx.exec(select(func.count()).select_from(table)).one() == 0
