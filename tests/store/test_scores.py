"""What somebody scored, by question."""

from service.domain.attempt import LOCAL
from service.domain.grade import Ungraded
from service.store import attempts, items, scores
from service.store.engine import Store
from service.store.tables import GradeRow
from tests.domain.builders import ELSEWHERE, GRADER, ITEM, OTHER, at, make_attempt, make_grade, make_item

TRIE = make_item("trie")


def test_tries_come_by_question_with_their_scores_the_oldest_first(store: Store) -> None:
    first, second, third = make_attempt(), make_attempt(), make_attempt()
    other = make_attempt(question_id="trie", item_digest=TRIE.digest)
    with store.write() as tx:
        items.keep(tx, [ITEM, TRIE])
        for attempt in (third, other, second, first):
            attempts.add(tx, attempt, key=None, fingerprint="")
        attempts.add_grade(tx, first, GRADER, make_grade("M1"), at(90))
        attempts.add_grade(tx, second, GRADER, Ungraded(reason="Too short."), at(90))
        attempts.add_grade(tx, other, GRADER, make_grade(), at(90))
    with store.read() as tx:
        assert scores.of_questions(tx, LOCAL, ["trie", "binary-search", "heap"]) == {
            "binary-search": [(first.id, 100), (second.id, None), (third.id, None)],
            "trie": [(other.id, 0)],
        }
        assert list(scores.of_questions(tx, LOCAL, ["trie"])) == ["trie"]
        assert scores.of_questions(tx, LOCAL, []) == {}


def test_the_last_grade_of_a_try_counts(store: Store) -> None:
    attempt = make_attempt()
    again = GradeRow(
        attempt_id=attempt.id,
        number=2,
        owner=LOCAL.id,
        organisation=LOCAL.organisation,
        grader="other",
        version="1",
        overall=0,
        body=make_grade().model_dump_json(),
        created_at=at(95),
    )
    with store.write() as tx:
        items.keep(tx, [ITEM])
        attempts.add(tx, attempt, key=None, fingerprint="")
        attempts.add_grade(tx, attempt, GRADER, make_grade("M1"), at(90))
        tx.add(again)
    with store.read() as tx:
        assert scores.of_questions(tx, LOCAL, [ITEM.id]) == {ITEM.id: [(attempt.id, 0)]}


def test_another_s_scores_are_not_there(store: Store) -> None:
    with store.write() as tx:
        items.keep(tx, [ITEM])
        attempts.add(tx, make_attempt(), key=None, fingerprint="")
    with store.read() as tx:
        assert [scores.of_questions(tx, person, [ITEM.id]) for person in (OTHER, ELSEWHERE)] == [{}, {}]
