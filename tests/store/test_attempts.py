"""Attempts and their grades in the store."""

from datetime import UTC, timedelta, timezone
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from service.domain.attempt import LOCAL, Attempt, Person, Standing
from service.domain.grade import Grade, GraderName, Ungraded
from service.errors import Conflict, NotFound
from service.store import attempts, items, sessions
from service.store.attempts import Graded
from service.store.engine import Store
from tests.domain.builders import (
    ELSEWHERE,
    GRADER,
    ITEM,
    OTHER,
    at,
    make_attempt,
    make_grade,
    make_item,
    make_session,
)  # fmt: skip

TRIE = make_item("trie")
UNGRADED = Ungraded(reason="The model did not answer.")


def add(store: Store, *some: Attempt, key: str | None = None, fingerprint: str = "") -> None:
    with store.write() as tx:
        items.keep(tx, [ITEM, TRIE])
        for attempt in some:
            attempts.add(tx, attempt, key=key, fingerprint=fingerprint)


def grade(store: Store, attempt: Attempt, result: Grade | Ungraded) -> bool:
    with store.write() as tx:
        return attempts.add_grade(tx, attempt, GRADER, result, at(90))


def get(store: Store, attempt: Attempt, person: Person = LOCAL) -> Graded:
    with store.read() as tx:
        return attempts.get(tx, person, attempt.id)


def in_session(store: Store, positions: int = 1, owner: Person = LOCAL) -> UUID:
    session = make_session([60] * positions, owner=owner)
    with store.write() as tx:
        items.keep(tx, [ITEM])
        sessions.add(tx, session)
    return session.id


def test_an_attempt_comes_out_as_it_went_in(store: Store) -> None:
    attempt = make_attempt(
        session_id=in_session(store),
        answer={"text": "Größe ≤ 20\n😀 \u202e", "source": "spoken"},
        timed_out=True,
        seconds_used=0.1 + 0.2,
        submitted_at=at(60.000001).astimezone(timezone(timedelta(hours=2))),
    )
    add(store, attempt)
    stored, result = get(store, attempt)
    assert stored == attempt
    assert stored.submitted_at.tzinfo is UTC
    assert result is None
    with store.read() as tx:
        assert attempts.load(tx, attempt.id) == attempt


def test_another_s_attempt_does_not_exist(store: Store) -> None:
    attempt = make_attempt(session_id=in_session(store))
    add(store, attempt, key="key")
    for person in (OTHER, ELSEWHERE):
        with pytest.raises(NotFound, match="no such attempt"):
            get(store, attempt, person)
        with store.read() as tx:
            assert attempts.by_key(tx, person, "key") is None
            assert attempts.page(tx, person, None, 10) == []
            assert attempt.session_id is not None
            assert attempts.of_session(tx, person, attempt.session_id) == {}


def test_an_unknown_attempt_is_not_found(store: Store) -> None:
    with store.read() as tx, pytest.raises(NotFound):
        attempts.load(tx, uuid7())


@pytest.mark.parametrize("result", [make_grade("M1"), make_grade(), UNGRADED], ids=["full", "zero", "ungraded"])
def test_the_first_grade_stands(store: Store, result: Grade | Ungraded) -> None:
    attempt = make_attempt()
    add(store, attempt)
    assert grade(store, attempt, result) is True
    for later in (make_grade("M1"), UNGRADED):
        assert grade(store, attempt, later) is False
    stored, kept = get(store, attempt)
    assert stored.status == ("ungraded" if result is UNGRADED else "graded")
    assert kept == result


def test_an_attempt_graded_again_keeps_its_grades_and_shows_the_last(store: Store) -> None:
    attempt = make_attempt()
    add(store, attempt)
    assert grade(store, attempt, make_grade("M1"))
    better = make_grade("M1", "W1")
    with store.write() as tx:
        assert attempts.add_grade(tx, attempt, GRADER, better, at(99), again=True)
    assert get(store, attempt)[1] == better
    with store.read() as tx:
        assert attempts.standing(tx, LOCAL, attempt.id) == Standing(status="graded", grades=2)


def test_how_grading_stands_is_told_to_the_owner_alone(store: Store) -> None:
    attempt = make_attempt()
    add(store, attempt)
    with store.read() as tx:
        assert attempts.standing(tx, LOCAL, attempt.id) == Standing(status="submitted", grades=0)
        with pytest.raises(NotFound):
            attempts.standing(tx, OTHER, attempt.id)


def test_what_got_no_grade_can_wait_for_one_again_and_what_got_one_cannot(store: Store) -> None:
    graded, ungraded = make_attempt(), make_attempt()
    add(store, graded, ungraded)
    grade(store, graded, make_grade("M1"))
    grade(store, ungraded, UNGRADED)
    with store.write() as tx:
        for attempt in (graded, ungraded):
            attempts.reopen(tx, attempt.id)
    assert [get(store, attempt)[0].status for attempt in (graded, ungraded)] == ["graded", "submitted"]


def test_what_another_version_has_graded_last_is_outdated(store: Store) -> None:
    first, again, _, theirs = some = [make_attempt(), make_attempt(), make_attempt(), make_attempt(OTHER)]
    add(store, *some)
    newer = GraderName(name=GRADER.name, version="next")
    for attempt in (first, again, theirs):
        grade(store, attempt, make_grade("M1"))
    with store.write() as tx:
        attempts.add_grade(tx, again, newer, make_grade("M1"), at(99), again=True)
        outdated = attempts.outdated(tx, newer, None, None, 10)
        assert [attempt.id for attempt in outdated] == [first.id, theirs.id]
        assert [attempt.id for attempt in attempts.outdated(tx, newer, None, first.id, 10)] == [theirs.id]
        assert attempts.outdated(tx, newer, "another-question", None, 10) == []
        assert [attempt.id for attempt in attempts.outdated(tx, GRADER, ITEM.id, None, 10)] == [again.id]


def test_an_attempt_is_found_by_the_key_it_was_sent_with(store: Store) -> None:
    attempt, theirs, keyless = make_attempt(), make_attempt(OTHER), make_attempt()
    add(store, attempt, key="key", fingerprint="print")
    add(store, theirs, key="key", fingerprint="other print")
    add(store, keyless)
    with store.read() as tx:
        assert attempts.by_key(tx, LOCAL, "key") == (attempt, "print")
        assert attempts.by_key(tx, OTHER, "key") == (theirs, "other print")
        assert attempts.by_key(tx, LOCAL, "another key") is None


def test_a_key_brings_in_one_attempt_of_a_person(store: Store) -> None:
    add(store, make_attempt(), key="key")
    with pytest.raises(Conflict):
        add(store, make_attempt(), key="key")
    add(store, make_attempt(OTHER), key="key")
    add(store, make_attempt(ELSEWHERE), key="key")


def test_a_question_of_a_session_has_one_attempt(store: Store) -> None:
    session_id = in_session(store, 2)
    add(store, make_attempt(session_id=session_id))
    with pytest.raises(Conflict):
        add(store, make_attempt(session_id=session_id))
    add(store, make_attempt(session_id=session_id, position=2))
    with store.read() as tx:
        assert len(attempts.page(tx, LOCAL, None, 10)) == 2


def test_attempts_outside_a_session_are_as_many_as_one_likes(store: Store) -> None:
    add(store, make_attempt(), make_attempt())
    with store.read() as tx:
        assert len(attempts.page(tx, LOCAL, None, 10)) == 2


def test_an_attempt_needs_a_stored_question_and_session(store: Store) -> None:
    for attempt in (make_attempt(item_digest="unknown"), make_attempt(session_id=uuid7())):
        with pytest.raises(Conflict):
            add(store, attempt)


def test_the_attempts_of_a_session_come_by_position(store: Store) -> None:
    session_id = in_session(store, 3)
    third = make_attempt(session_id=session_id, position=3)
    first = make_attempt(session_id=session_id, position=1)
    add(store, third, first, make_attempt(session_id=in_session(store)), make_attempt())
    grade(store, third, make_grade("M1"))
    with store.read() as tx:
        found = attempts.of_session(tx, LOCAL, session_id)
    assert found[1] == (first, None)
    assert found[3][1] == make_grade("M1")
    assert set(found) == {1, 3}


@pytest.mark.parametrize("question", [None, "trie"])
def test_pages_walk_through_all_attempts_once_with_the_newest_first(store: Store, question: str | None) -> None:
    mine = [make_attempt(question_id=("trie" if n % 2 else ITEM.id)) for n in range(9)]
    add(store, *mine[:5], make_attempt(OTHER, question_id="trie"), *mine[5:])
    for attempt in mine[:6]:
        grade(store, attempt, make_grade("M1") if attempt.question_id == "trie" else UNGRADED)
    seen: list[Graded] = []
    before = None
    with store.read() as tx:
        while found := attempts.page(tx, LOCAL, before, 2, question):
            seen += found
            assert len(seen) <= len(mine)
            before = found[-1][0].id
    expected = [attempt for attempt in reversed(mine) if question in (None, attempt.question_id)]
    assert [attempt.id for attempt, _ in seen] == [attempt.id for attempt in expected]
    graded = {attempt.id for attempt in mine[:6]}
    assert [result is not None for _, result in seen] == [attempt.id in graded for attempt in expected]


def test_previous_is_the_last_graded_try_at_the_same_question(store: Store) -> None:
    oldest, older, ungraded, waiting, current, newer = tries = [make_attempt() for _ in range(6)]
    add(store, *tries, another := make_attempt(question_id="trie"))
    grade(store, oldest, make_grade())
    grade(store, older, make_grade("M1"))
    grade(store, ungraded, UNGRADED)
    grade(store, newer, make_grade())
    with store.read() as tx:
        assert attempts.previous(tx, oldest) is None
        assert attempts.previous(tx, older) == (oldest.id, 0)
        assert attempts.previous(tx, waiting) == attempts.previous(tx, current) == (older.id, 100)
        assert attempts.previous(tx, another) is None


@pytest.mark.parametrize("person", [OTHER, ELSEWHERE])
def test_another_s_try_is_nobody_s_previous(store: Store, person: Person) -> None:
    theirs, mine = make_attempt(person), make_attempt()
    add(store, theirs, mine)
    grade(store, theirs, make_grade("M1"))
    with store.read() as tx:
        assert attempts.previous(tx, mine) is None


def test_a_grade_is_found_for_an_equal_answer_within_the_organisation(store: Store) -> None:
    first, later, theirs = make_attempt(), make_attempt(OTHER), make_attempt(ELSEWHERE)
    add(store, first, later, theirs)
    with store.write() as tx:
        assert attempts.equal(tx, LOCAL.organisation, "print") is None
        attempts.add_grade(tx, first, GRADER, make_grade(), at(90), fingerprint="print")
        attempts.add_grade(tx, later, GRADER, make_grade("M1"), at(91), fingerprint="print")
        attempts.add_grade(tx, theirs, GRADER, UNGRADED, at(92), fingerprint="print")
        assert attempts.equal(tx, LOCAL.organisation, "print") == make_grade("M1")
        assert attempts.equal(tx, ELSEWHERE.organisation, "print") is None
        assert attempts.equal(tx, LOCAL.organisation, "another") is None
