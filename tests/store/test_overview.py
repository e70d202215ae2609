"""Which answers an overview is over, on both databases."""

from datetime import timedelta
from uuid import UUID

from service.domain.attempt import LOCAL as BOB
from service.domain.attempt import Attempt, Person
from service.domain.cohort import Terms
from service.domain.grade import Ungraded
from service.domain.plan import Plan
from service.domain.review import PERSON
from service.store import accounts, assignments, attempts, cohorts, items, overview, sessions
from service.store.engine import Store
from service.store.overview import Wanted
from tests.domain.builders import (
    ELSEWHERE,
    GRADER,
    ITEM,
    OTHER,
    START,
    at,
    make_attempt,
    make_grade,
    make_item,
    make_session,
)

TRIE = make_item("trie")


def kept(store: Store, attempt: Attempt, *grades: str | None, person: str | None = None) -> Attempt:
    """With a machine's grades of which each meets that key point (None: ungraded), and then a person's."""
    with store.write() as tx:
        items.keep(tx, [ITEM, TRIE])
        attempts.add(tx, attempt, key=None, fingerprint="")
        for number, met in enumerate(grades):
            result = make_grade(met) if met is not None else Ungraded(reason="undecided")
            attempts.add_grade(tx, attempt, GRADER, result, at(90), again=number > 0)
        if person is not None:
            attempts.add_grade(tx, attempt, PERSON, make_grade(person), at(100), person="ada")
    return attempt


def found(store: Store, person: Person = BOB, **fields: object) -> list[UUID]:
    with store.read() as tx:
        wanted = Wanted.model_validate({"organisation": person.organisation} | fields)
        return [marked.attempt_id for marked in overview.standing(tx, wanted)]


def test_the_grade_that_counts_of_each_graded_answer_of_the_organisation(store: Store) -> None:
    twice, by_person = kept(store, make_attempt(), "M9", "M1"), kept(store, make_attempt(OTHER), "M1", person="M9")
    kept(store, make_attempt())  # still being graded
    kept(store, make_attempt(), None)
    foreign = kept(store, make_attempt(ELSEWHERE), "M1", person="M1")
    with store.read() as tx:
        rows = list(overview.standing(tx, Wanted(organisation="local")))
        judged = list(overview.judged(tx, Wanted(organisation="local")))
    assert [(r.attempt_id, r.owner, r.number, r.by_person, r.outcome.overall) for r in rows] == [
        (twice.id, BOB.id, 2, False, 100),
        (by_person.id, OTHER.id, 2, True, 0),
    ]
    assert (rows[0].submitted_at, rows[0].question_id, rows[0].outcome.verdicts[0].label) == (at(60), ITEM.id, "met")
    assert [[(r.attempt_id, r.number, r.by_person) for r in grades] for grades in judged] == [
        [(by_person.id, 1, False), (by_person.id, 2, True)]
    ]
    assert found(store, ELSEWHERE) == [foreign.id]


def test_answers_are_chosen_by_question_and_by_when_they_were_handed_in(store: Store) -> None:
    first = kept(store, make_attempt(), "M1")
    tomorrow = START + timedelta(days=1)
    second = kept(store, make_attempt(question_id=TRIE.id, item_digest=TRIE.digest, submitted_at=tomorrow), "M1")
    assert found(store, questions=frozenset({TRIE.id})) == [second.id]
    assert found(store, questions=frozenset()) == []
    assert found(store, since=second.submitted_at) == [second.id]
    assert found(store, until=second.submitted_at) == [first.id]


def test_answers_are_chosen_by_cohort_and_by_assignment(store: Store) -> None:
    with store.write() as tx:
        account = accounts.add(tx, "local", "candidate", "Eve", None, START)
        cohort = cohorts.add(tx, "local", "Autumn", START)
        tx.flush()
        cohorts.put(tx, "local", cohort.id, account.id)
    inside = kept(store, make_attempt(account.person), "M1")
    kept(store, make_attempt(), "M1")
    assert found(store, cohort_id=cohort.id) == [inside.id]
    assert found(store, ELSEWHERE, cohort_id=cohort.id) == []
    session = make_session(owner=OTHER)
    terms = Terms(title="Trees", plan=Plan(count=1), opens_at=START, closes_at=at(60))
    with store.write() as tx:
        sessions.add(tx, session)
        given = assignments.add(tx, "local", cohort.id, terms, session.slots, START)
        assignments.link(tx, given.id, OTHER, session.id)
    begun = kept(store, make_attempt(OTHER, session_id=session.id), "M1")
    assert found(store, assignment_id=given.id) == [begun.id]
    assert found(store, ELSEWHERE, assignment_id=given.id) == []
    assert found(store, cohort_id=cohort.id, assignment_id=given.id) == []
