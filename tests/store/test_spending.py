"""Budgets in the store: reserved before a call, settled after it."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from service.domain.attempt import LOCAL, Person
from service.store import retention, spending
from service.store.engine import Store
from service.store.spending import Account, Limits
from tests.domain.builders import ELSEWHERE, OTHER, START, at


def account(person: Person = LOCAL, day: str = "2026-11-02", unit: str = "tokens") -> Account:
    return Account(person=person, day=day, unit=unit)


def reserve(
    store: Store, whose: Account, limits: Limits, *, amount: int = 40, seconds: float = 0
) -> UUID | Literal["spent", "reserved"]:
    with store.write() as tx:
        return spending.reserve(tx, whose, amount, limits, at(seconds), at(seconds + 120))


def spend(store: Store, whose: Account, cost: int) -> None:
    held = reserve(store, whose, (None, None))
    assert isinstance(held, UUID)
    with store.write() as tx:
        spending.settle(tx, whose, held, cost)


def totals(store: Store, whose: Account) -> tuple[int, int]:
    with store.read() as tx:
        return spending.totals(tx, whose)


def test_what_was_reserved_becomes_what_it_cost(store: Store) -> None:
    limits = (100, None)
    held = [reserve(store, account(), limits) for _ in range(4)]
    assert [isinstance(each, UUID) for each in held] == [True, True, True, False]  # 0, 40, 80, 120
    assert held[3] == "reserved"
    for each in held[:3]:
        assert isinstance(each, UUID)
        with store.write() as tx:
            spending.settle(tx, account(), each, 10)
    assert totals(store, account()) == (30, 30)
    assert isinstance(reserve(store, account(), limits), UUID)


def test_a_budget_is_used_up_whole_and_exceeded_by_one_call_at_most(store: Store) -> None:
    spend(store, account(), 99)
    assert isinstance(reserve(store, account(), (100, None)), UUID)
    assert reserve(store, account(), (100, None)) == "reserved"
    spend(store, account(), 1)
    assert reserve(store, account(), (100, None)) == "spent"


def test_everybody_has_a_budget_and_the_organisation_has_one(store: Store) -> None:
    spend(store, account(), 70)
    limits = (70, 100)
    assert reserve(store, account(), limits) == "spent"
    assert isinstance(reserve(store, account(OTHER), limits), UUID)
    spend(store, account(OTHER), 30)
    assert totals(store, account(OTHER)) == (30, 100)
    assert reserve(store, account(Person(id="third", organisation=LOCAL.organisation)), limits) == "spent"
    assert isinstance(reserve(store, account(ELSEWHERE), limits), UUID)


def test_a_budget_begins_anew_with_the_day_and_is_another_in_another_unit(store: Store) -> None:
    spend(store, account(), 100)
    assert reserve(store, account(), (100, 100)) == "spent"
    assert isinstance(reserve(store, account(day="2026-11-03"), (100, 100)), UUID)
    assert isinstance(reserve(store, account(unit="price"), (100, 100)), UUID)


def test_nothing_may_be_spent_of_nothing(store: Store) -> None:
    assert reserve(store, account(), (0, None)) == "spent"


def test_what_a_dead_process_has_reserved_lapses(store: Store) -> None:
    held = reserve(store, account(), (40, None))
    assert isinstance(held, UUID)
    assert reserve(store, account(), (40, None), seconds=119) == "reserved"
    assert isinstance(reserve(store, account(), (40, None), seconds=120), UUID)
    with store.write() as tx:  # it lives after all
        spending.settle(tx, account(), held, 25)
    assert totals(store, account()) == (25, 25)


def test_what_was_spent_is_forgotten_with_everything_else_of_the_time(store: Store) -> None:
    spend(store, account(), 10)
    spend(store, account(day="2026-11-03"), 20)
    with store.write() as tx:
        retention.forget(tx, START + timedelta(days=1), 10)
    assert totals(store, account()) == (0, 0)
    assert totals(store, account(day="2026-11-03")) == (20, 20)
