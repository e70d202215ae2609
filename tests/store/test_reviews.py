"""Reviews in the store, and a person's grade beside machines'."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from service.domain.attempt import LOCAL, Attempt, Standing
from service.domain.grade import Evidence, Grade, GraderName, Marking, Ungraded, Verdict, assess
from service.domain.job import Priority
from service.domain.review import PERSON, Review
from service.errors import NotFound
from service.store import attempts, items, jobs, reviews
from service.store.engine import Store
from tests.domain.builders import ELSEWHERE, GRADER, ITEM, at, make_attempt, make_grade, make_item

TRIE = make_item("trie")


def added(store: Store, *some: Attempt) -> None:
    with store.write() as tx:
        items.keep(tx, [ITEM, TRIE])
        for attempt in some:
            attempts.add(tx, attempt, key=None, fingerprint="")


def doubted(*codes: str) -> Grade:
    return make_grade("M1").model_copy(update={"doubts": codes})


def grade(store: Store, attempt: Attempt, result: Grade | Ungraded, seconds: float = 90, **how: object) -> bool:
    with store.write() as tx:
        return attempts.add_grade(tx, attempt, GRADER, result, at(seconds), **how)  # type: ignore[arg-type]


def of(store: Store, attempt: Attempt) -> list[Review]:
    with store.read() as tx:
        return reviews.of_attempt(tx, attempt.id)


def ids(found: Sequence[Review]) -> list[UUID]:
    return [review.id for review in found]


def test_a_machine_s_doubts_are_noted_with_its_grade(store: Store) -> None:
    attempt, sure = make_attempt(), make_attempt()
    added(store, attempt, sure)
    grade(store, attempt, doubted("collapsed", "hidden text"))
    grade(store, sure, make_grade("M1"))
    (doubt,) = of(store, attempt)
    assert (doubt.kind, doubt.text, doubt.number, doubt.owner) == ("doubt", "collapsed; hidden text", 1, "local")
    assert (doubt.question_id, doubt.created_at, doubt.closed_at) == (ITEM.id, at(90), None)
    assert of(store, sure) == []


def test_a_met_point_with_little_confidence_goes_to_review(store: Store) -> None:
    attempt = make_attempt()
    added(store, attempt)
    verdict = Verdict(point="M1", label="met", evidence=(Evidence(start=0, end=2, quote="It"),), confidence=0.3)
    grade(store, attempt, assess(Marking(verdicts=(verdict,)), ITEM.rubric, attempt.answer, GRADER))
    assert [doubt.text for doubt in of(store, attempt)] == ["low confidence: M1"]


def test_a_later_grade_takes_the_place_of_earlier_doubts(store: Store) -> None:
    attempt = make_attempt()
    added(store, attempt)
    grade(store, attempt, doubted("collapsed"))
    grade(store, attempt, doubted("hidden text"), 91, again=True)
    first, second = of(store, attempt)
    assert (first.closed_at, first.closed_by, first.reply) == (at(91), None, reviews.OVERTAKEN)
    assert (second.closed_at, second.number) == (None, 2)
    grade(store, attempt, make_grade("M1"), 92, again=True)
    assert [review.closed_at for review in of(store, attempt)] == [at(91), at(92)]


def test_a_grade_that_is_not_kept_leaves_no_doubt(store: Store) -> None:
    attempt = make_attempt()
    added(store, attempt)
    grade(store, attempt, make_grade("M1"))
    assert grade(store, attempt, doubted("collapsed")) is False
    assert of(store, attempt) == []


@pytest.mark.parametrize("earlier", [0, 1], ids=["before", "after"])
def test_a_person_s_grade_wins_over_any_machine_s_earlier_or_later(store: Store, earlier: int) -> None:
    attempt = make_attempt()
    added(store, attempt)
    if earlier:
        grade(store, attempt, make_grade())
    with store.write() as tx:
        assert attempts.add_grade(tx, attempt, PERSON, make_grade("M1"), at(99), person="ada")
    for again in (False, True):
        assert grade(store, attempt, make_grade(), again=again) is False
    with store.write() as tx:
        assert attempts.get(tx, LOCAL, attempt.id)[1] == make_grade("M1")
        assert attempts.standing(tx, LOCAL, attempt.id) == Standing(status="graded", grades=earlier + 1)
        assert attempts.by_person(tx, attempt.id)
        last = attempts.grades(tx, attempt.id)[-1]
        assert (last.number, last.grader, last.person, last.created_at) == (earlier + 1, PERSON, "ada", at(99))
        assert attempts.add_grade(tx, attempt, PERSON, make_grade(), at(100), person="bob")
        assert attempts.last_number(tx, attempt.id) == earlier + 2


def test_what_a_person_has_graded_is_never_outdated(store: Store) -> None:
    machine, person = make_attempt(), make_attempt()
    added(store, machine, person)
    for attempt in (machine, person):
        grade(store, attempt, make_grade("M1"))
    with store.write() as tx:
        attempts.add_grade(tx, person, PERSON, make_grade(), at(99), person="ada")
        newer = GraderName(name="newer", version="1")
        assert [a.id for a in attempts.outdated(tx, newer, None, None, 10)] == [machine.id]


def test_a_provisional_grade_is_outdated_whoever_gave_it(store: Store) -> None:
    final, provisional = make_attempt(), make_attempt()
    added(store, final, provisional)
    grade(store, final, make_grade("M1"))
    with store.write() as tx:
        meanwhile = make_grade("M1").model_copy(update={"provisional": "The model is away."})
        assert attempts.add_provisional(tx, provisional.id, meanwhile, at(90))
        assert attempts.settle_for_provisional(tx, provisional.id)
        assert [a.id for a in attempts.outdated(tx, GRADER, None, None, 10)] == [provisional.id]


def test_what_was_handed_in_before_a_date_can_be_left_out(store: Store) -> None:
    old, new = make_attempt(submitted_at=at(0)), make_attempt(submitted_at=at(60))
    added(store, old, new)
    for attempt in (old, new):
        grade(store, attempt, make_grade("M1"))
    newer = GraderName(name="newer", version="1")
    with store.read() as tx:
        assert [a.id for a in attempts.outdated(tx, newer, None, None, 10, since=at(60))] == [new.id]


def test_a_person_s_grade_answers_doubts_and_the_disputes_that_it_names(store: Store) -> None:
    attempt = make_attempt()
    added(store, attempt)
    grade(store, attempt, doubted("collapsed"))
    with store.write() as tx:
        named = reviews.add_dispute(tx, attempt, 1, "M1", "It is there.", at(91))
        other = reviews.add_dispute(tx, attempt, 1, "X1", "I did not say so.", at(91))
        reviews.answer(tx, attempt.id, {"M1": "You are right."}, "Read again.", "ada", at(95))
    found = {review.point: review for review in of(store, attempt)}
    assert (found[None].closed_by, found[None].reply) == ("ada", "Read again.")
    assert (found["M1"].id, found["M1"].closed_at, found["M1"].reply) == (named.id, at(95), "You are right.")
    assert found["X1"] == other


def test_a_review_is_closed_once_and_in_its_organisation_alone(store: Store) -> None:
    attempt = make_attempt()
    added(store, attempt)
    with store.write() as tx:
        dispute = reviews.add_dispute(tx, attempt, 1, "M1", "It is there.", at(91))
    with store.write() as tx:
        with pytest.raises(NotFound):
            reviews.close(tx, "elsewhere", dispute.id, "No.", "eve", at(92))
        closed = reviews.close(tx, "local", dispute.id, "It is not.", "ada", at(93))
        assert closed is not None
        assert (closed.closed_at, closed.closed_by, closed.reply) == (at(93), "ada", "It is not.")
        assert reviews.close(tx, "local", dispute.id, "Again.", "bob", at(94)) is None
    assert of(store, attempt) == [closed]


def test_the_queue_walks_through_what_is_open_with_the_oldest_first(store: Store) -> None:
    some = [make_attempt(question_id=("trie" if n % 2 else ITEM.id)) for n in range(6)]
    elsewhere = make_attempt(ELSEWHERE)
    added(store, *some, elsewhere)
    for attempt in (*some, elsewhere):
        grade(store, attempt, doubted("collapsed"))
    with store.write() as tx:
        disputes = [reviews.add_dispute(tx, attempt, 1, "M1", "No.", at(91)) for attempt in some]
        reviews.close(tx, "local", disputes[0].id, "Yes.", "ada", at(92))
        doubts = [reviews.of_attempt(tx, attempt.id)[0] for attempt in some]
        waiting = sorted(ids([*doubts, *disputes[1:]]))
        seen: list[UUID] = []
        while found := reviews.page(tx, "local", seen[-1] if seen else None, 4):
            seen += ids(found)
        assert seen == waiting
        assert ids(reviews.page(tx, "local", None, 10, kind="dispute")) == ids(disputes[1:])
        assert ids(reviews.page(tx, "local", None, 10, question_id="trie", kind="doubt")) == ids(doubts[1::2])
        assert len(reviews.page(tx, "elsewhere", None, 10)) == 1


def test_what_is_closed_comes_with_the_last_closed_first(store: Store) -> None:
    some = [make_attempt() for _ in range(5)]
    added(store, *some)
    with store.write() as tx:
        disputes = [reviews.add_dispute(tx, attempt, 1, "M1", "No.", at(91)) for attempt in some]
        order = [2, 0, 4, 1]
        for n, which in enumerate(order):
            reviews.close(tx, "local", disputes[which].id, "Yes.", "ada", at(100 + n // 2))  # two at a time
        tx.flush()
        expected = [4, 1, 2, 0]
        seen: list[UUID] = []
        while found := reviews.page(tx, "local", seen[-1] if seen else None, 3, closed=True):
            seen += ids(found)
        assert seen == [disputes[n].id for n in expected]


def test_all_jobs_of_an_attempt_can_be_ended(store: Store) -> None:
    attempt, other = make_attempt(), make_attempt()
    added(store, attempt, other)
    with store.write() as tx:
        for one in (attempt, other):
            for work in ("grade", "regrade"):
                jobs.add(tx, one, work, Priority.FINAL, at(1))
        jobs.end(tx, attempt.id, ("grade", "regrade"))
        assert {job.subject for job in jobs.page(tx, failed=False)} == {other.id}
