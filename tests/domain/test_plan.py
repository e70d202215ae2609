"""Plans and the draw of questions for them."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from service.domain.attempt import LOCAL
from service.domain.plan import Plan, draw, make_session
from service.domain.rubric import Item
from service.errors import Invalid
from tests.domain.builders import START, make_item

BANK = [
    make_item("binary-search", tags=("arrays",), level="screen", kind="conceptual", frequency="very-common"),
    make_item("bisection", concept="binary-search", tags=("arrays", "numerics"), level="mid"),
    make_item("hash-table", tags=("maps",), level="mid", kind="design"),
    make_item("trie", tags=("maps", "text"), level="senior", kind="comparison", minutes=4),
    make_item("quicksort", topic="sorting", tags=("arrays",), level="mid", frequency="very-common"),
    make_item("merge-sort", topic="sorting", level="senior", kind="design"),
]


def ids(items: list[Item]) -> list[str]:
    return [item.id for item in items]


@settings(deadline=None)
@given(seed=st.integers(0, 2**31 - 1), count=st.integers(1, 8))
def test_no_concept_is_drawn_twice(seed: int, count: int) -> None:
    drawn = draw(BANK, Plan(count=count), seed)
    concepts = [item.question.concept for item in drawn]
    assert len(set(concepts)) == len(drawn) == min(count, 5)


@settings(deadline=None)
@given(seed=st.integers(0, 2**31 - 1), order=st.permutations(BANK))
def test_the_same_seed_draws_the_same_whatever_the_order_of_the_bank(seed: int, order: list[Item]) -> None:
    assert ids(draw(order, Plan(count=3), seed)) == ids(draw(BANK, Plan(count=3), seed))


def test_a_smaller_count_draws_the_beginning_of_the_same_list() -> None:
    assert ids(draw(BANK, Plan(count=5), 7))[:2] == ids(draw(BANK, Plan(count=2), 7))


def test_every_question_and_every_variant_is_drawn_sometimes() -> None:
    seen = {item.id for seed in range(100) for item in draw(BANK, Plan(count=2), seed)}
    assert seen == set(ids(BANK))


def test_drawing_leaves_the_common_random_numbers_alone() -> None:
    random.seed(1)
    expected = random.random()
    random.seed(1)
    draw(BANK, Plan(), 5)
    assert random.random() == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"topics": ["sorting"]}, {"quicksort", "merge-sort"}),
        ({"tags": ["text", "numerics"]}, {"bisection", "trie"}),
        ({"levels": ["senior"]}, {"trie", "merge-sort"}),
        ({"kinds": ["design", "comparison"]}, {"hash-table", "trie", "merge-sort"}),
        ({"frequency": "very-common"}, {"binary-search", "quicksort"}),
        ({"topics": ["searching"], "levels": ["mid"], "kinds": ["design"]}, {"hash-table"}),
        ({"tags": ["arrays"], "frequency": "very-common", "topics": ["sorting"]}, {"quicksort"}),
        ({"levels": ["mid"], "tags": ["arrays"]}, {"bisection", "quicksort"}),
    ],
)
def test_filters_combine(filters: dict[str, Any], expected: set[str]) -> None:
    plan = Plan.model_validate(filters | {"count": 50})
    assert set(ids(draw(BANK, plan, 1))) == expected


def test_filters_that_leave_nothing_are_refused() -> None:
    with pytest.raises(Invalid, match="No question fits"):
        draw(BANK, Plan(topics=("sorting",), tags=("text",)), 1)


def test_questions_asked_for_by_id_come_in_that_order() -> None:
    plan = Plan(question_ids=("trie", "binary-search"), topics=("sorting",), count=1)
    assert ids(draw(BANK, plan, 1)) == ["trie", "binary-search"]


def test_unknown_questions_are_named() -> None:
    with pytest.raises(Invalid, match="no question rope, cord"):
        draw(BANK, Plan(question_ids=("rope", "trie", "cord")), 1)


@pytest.mark.parametrize("wanted", [("bisection", "binary-search"), ("trie", "trie")])
def test_a_concept_cannot_be_asked_for_twice(wanted: tuple[str, ...]) -> None:
    with pytest.raises(Invalid, match="once"):
        draw(BANK, Plan(question_ids=wanted), 1)


def test_a_strict_session_has_a_time_limit() -> None:
    with pytest.raises(Invalid, match="strict"):
        Plan(mode="strict", untimed=True)


def test_untimed_and_a_limit_contradict_each_other() -> None:
    with pytest.raises(Invalid, match="not both"):
        Plan(untimed=True, seconds_per_question=60)


@pytest.mark.parametrize(
    "fields",
    [
        {"count": 0},
        {"question_ids": ()},
        {"seconds_per_question": 0},
        {"total_seconds": 0},
        {"total_seconds": -1},
        {"time_factor": 0.4},
        {"time_factor": 5},
        {"levels": ("junior",)},
        {"mode": "exam"},
        {"colour": "red"},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate(fields)


@pytest.mark.parametrize(
    ("fields", "limits", "total"),
    [
        ({}, [120, 240], None),
        ({"time_factor": 1.5}, [180, 360], None),
        ({"seconds_per_question": 90}, [90, 90], None),
        ({"seconds_per_question": 90, "time_factor": 2, "total_seconds": 300}, [180, 180], 600),
        ({"untimed": True, "total_seconds": 300}, [None, None], 300),
    ],
)
def test_the_time_factor_multiplies_every_limit(
    fields: dict[str, Any], limits: list[float | None], total: float | None
) -> None:
    plan = Plan.model_validate(fields | {"question_ids": ("binary-search", "trie")})
    session = make_session(uuid7(), LOCAL, "Searching", plan, draw(BANK, plan, 1), 1, 10, START)
    assert [slot.limit for slot in session.slots] == limits
    assert session.total_limit == total


def test_a_planned_session_remembers_how_it_was_drawn() -> None:
    plan = Plan(mode="strict", time_factor=2, count=3)
    items, session_id = draw(BANK, plan, 42), uuid7()
    session = make_session(session_id, LOCAL, "Mixed", plan, items, 42, 10, START)
    assert (session.id, session.owner, session.title, session.mode) == (session_id, LOCAL, "Mixed", "strict")
    assert (session.seed, session.time_factor, session.grace, session.created_at) == (42, 2, 10, START)
    assert (session.state, session.started_at, session.deadline) == ("planned", None, None)
    assert [(s.position, s.question_id, s.item_digest, s.state) for s in session.slots] == [
        (n, item.id, item.digest, "unseen") for n, item in enumerate(items, 1)
    ]
