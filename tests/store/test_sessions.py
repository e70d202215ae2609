"""Sessions in the store: what comes out is what went in, and only its owner sees it."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from service.domain.attempt import LOCAL, Person
from service.domain.session import PracticeSession, Slot
from service.errors import Conflict, NotFound
from service.store import items, sessions
from service.store.engine import Store
from tests.domain.builders import ELSEWHERE, ITEM, OTHER, START, at, make_item, make_session, running

seconds = st.floats(0, 1e6)
times = st.datetimes(
    datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))])
)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=50)
slots = st.builds(
    Slot,
    position=st.just(0),
    question_id=st.just(ITEM.id),
    item_digest=st.just(ITEM.digest),
    limit=st.none() | seconds,
    opened_at=st.none() | times,
    deadline=st.none() | times,
    finished_at=st.none() | times,
    paused_seconds=seconds,
    extra_seconds=seconds,
    draft=texts,
    revision=st.integers(0, 10_000),
)
values = st.builds(
    PracticeSession,
    id=st.builds(uuid7),
    owner=st.builds(Person, id=texts, organisation=texts),
    title=texts,
    seed=st.integers(0, 2**31 - 1),
    time_factor=st.floats(1, 4),
    total_limit=st.none() | seconds,
    grace=seconds,
    created_at=times,
    started_at=st.none() | times,
    deadline=st.none() | times,
    paused_at=st.none() | times,
    finished_at=st.none() | times,
    slots=st.lists(slots, min_size=1, max_size=3).map(
        lambda some: tuple(slot.model_copy(update={"position": n}) for n, slot in enumerate(some, 1))
    ),
)
# Every example has an id of its own, so one database serves them all.
one_database = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def add(store: Store, *some: PracticeSession) -> None:
    with store.write() as tx:
        items.keep(tx, [ITEM])
        for session in some:
            sessions.add(tx, session)


def get(store: Store, session: PracticeSession, person: Person = LOCAL) -> PracticeSession:
    with store.read() as tx:
        return sessions.get(tx, person, session.id)


def due(store: Store, now: datetime, person: Person = LOCAL) -> list[UUID]:
    with store.read() as tx:
        return sessions.due(tx, person, now)


def pending(store: Store, person: Person = LOCAL, question: str = ITEM.id, besides: UUID | None = None) -> bool:
    with store.read() as tx:
        return sessions.strictly_pending(tx, person, question, besides)


def moments(session: PracticeSession) -> list[datetime]:
    values = [session, *session.slots]
    return [v for value in values for v in value.model_dump().values() if isinstance(v, datetime)]


@one_database
@given(session=values)
def test_a_session_comes_out_as_it_went_in(store: Store, session: PracticeSession) -> None:
    add(store, session)
    stored = get(store, session, session.owner)
    assert stored == session
    assert all(moment.tzinfo is UTC for moment in moments(stored))


@one_database
@given(data=st.data(), before=values)
def test_a_changed_session_comes_out_changed(store: Store, data: st.DataObject, before: PracticeSession) -> None:
    add(store, before)
    changed = [data.draw(slots).model_copy(update={"position": slot.position}) for slot in before.slots]
    fixed = {"id": before.id, "owner": before.owner, "slots": tuple(changed)}
    after = data.draw(values).model_copy(update=fixed)
    with store.write() as tx:
        sessions.save(tx, sessions.get(tx, before.owner, before.id, lock=True), after)
    assert get(store, before, before.owner) == after


def test_saving_what_did_not_change_writes_nothing(store: Store) -> None:
    session = make_session()
    add(store, session)
    with store.write() as tx:
        sessions.save(tx, session, session)
        assert not tx.dirty
        assert not tx.new


def test_another_s_session_does_not_exist(store: Store) -> None:
    session = make_session()
    add(store, session)
    for person in (OTHER, ELSEWHERE):
        with pytest.raises(NotFound, match="no such session"):
            get(store, session, person)
    assert get(store, session) == session


def test_a_session_is_added_once(store: Store) -> None:
    session = make_session()
    add(store, session)
    with pytest.raises(Conflict):
        add(store, session)


def test_a_session_asks_only_stored_questions(store: Store) -> None:
    with pytest.raises(Conflict), store.write() as tx:
        sessions.add(tx, make_session(item=make_item("never-kept")))


def test_pages_walk_through_all_sessions_once_with_the_newest_first(store: Store) -> None:
    mine = [make_session([60] * (1 + n % 3)) for n in range(7)]
    add(store, *mine[:4], make_session(owner=OTHER), make_session(owner=ELSEWHERE), *mine[4:])
    seen: list[PracticeSession] = []
    before = None
    with store.read() as tx:
        while found := sessions.page(tx, LOCAL, before, 3):
            assert len(found) <= 3
            seen += found
            assert len(seen) <= len(mine)
            before = found[-1].id
    assert seen == mine[::-1]


def test_only_strict_sessions_fall_due(store: Store) -> None:
    strict = running(mode="strict", total=90)
    add(store, strict, running(total=90), make_session(mode="strict", total=90), running(mode="strict", owner=OTHER))
    assert due(store, at(90)) == []
    assert due(store, at(90.001)) == [strict.id]
    assert due(store, at(90.001).astimezone(timezone(timedelta(hours=-8)))) == [strict.id]
    assert due(store, at(1000), ELSEWHERE) == []


def test_what_falls_due_follows_the_open_question(store: Store) -> None:
    session = running(mode="strict")
    add(store, session)
    opened = session.open(1, START)
    closed = opened.skip(1, at(30))
    for before, after, expected in [(session, opened, [session.id]), (opened, closed, [])]:
        with store.write() as tx:
            sessions.save(tx, before, after)
        assert due(store, at(1000)) == expected


def test_a_question_is_pending_until_it_is_closed_in_every_strict_session(store: Store) -> None:
    first, second = running([60], mode="strict"), running([60, 60], mode="strict")
    add(store, first, second)
    assert pending(store)
    assert pending(store, besides=first.id)
    submitted, _ = first.open(1, START).submit(1, "It halves.", START)
    with store.write() as tx:
        sessions.save(tx, first, submitted)
    assert pending(store)
    assert not pending(store, besides=second.id)
    last = second.skip(1, START).open(2, START)
    steps = [(last, True), (last.save(2, "It halves.", 0, START), True), (last.skip(2, START), False)]
    for after, expected in steps:
        with store.write() as tx:
            sessions.save(tx, sessions.get(tx, LOCAL, second.id), after)
        assert pending(store) == expected


@pytest.mark.parametrize(
    "session",
    [
        running(),
        make_session(mode="strict"),
        running(mode="strict").abandon(START),
        running(mode="strict", owner=OTHER),
        running(mode="strict", owner=ELSEWHERE),
    ],
    ids=["practice", "planned", "abandoned", "another person's", "another organisation's"],
)
def test_nothing_else_keeps_a_question_pending(store: Store, session: PracticeSession) -> None:
    add(store, session)
    assert not pending(store)


def test_another_question_is_not_pending(store: Store) -> None:
    add(store, running(mode="strict"))
    assert not pending(store, question="trie")
