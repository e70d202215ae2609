"""Cohorts in the store: who is in them, and nothing of another organisation's."""

from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from service.domain.identity import Account
from service.errors import NotFound
from service.store import accounts, cohorts
from service.store.engine import Store
from tests.domain.builders import START


def somebody(store: Store, name: str, organisation: str = "local") -> Account:
    with store.write() as tx:
        return accounts.add(tx, organisation, "candidate", name, f"{name}@example.org", START)


def made(store: Store, name: str = "Autumn", organisation: str = "local") -> UUID:
    with store.write() as tx:
        return cohorts.add(tx, organisation, name, START).id


def members(store: Store, cohort_id: UUID) -> set[str]:
    return store.look(lambda tx: cohorts.members(tx, "local", cohort_id))


def test_people_come_and_go_and_may_be_in_several(store: Store) -> None:
    bob, eve = somebody(store, "bob"), somebody(store, "eve")
    autumn, spring = made(store), made(store, "Spring")
    with store.write() as tx:
        assert cohorts.put(tx, "local", autumn, bob.id)
        assert not cohorts.put(tx, "local", autumn, bob.id)
        assert cohorts.put(tx, "local", autumn, eve.id)
        assert cohorts.put(tx, "local", spring, bob.id)
    assert members(store, autumn) == {bob.person.id, eve.person.id}
    assert members(store, spring) == {bob.person.id}
    with store.read() as tx:
        assert cohorts.people(tx, "local", autumn) == [bob, eve]
        assert cohorts.others(tx, "local", autumn, None, 9) == []
        assert cohorts.others(tx, "local", spring, None, 9) == [eve]
    with store.write() as tx:
        cohorts.take(tx, "local", autumn, bob.id)
    assert members(store, autumn) == {eve.person.id}
    with pytest.raises(NotFound), store.write() as tx:
        cohorts.take(tx, "local", autumn, bob.id)


def test_a_cohort_is_renamed_and_goes_with_its_members_but_nobody_else_goes(store: Store) -> None:
    bob, autumn, spring = somebody(store, "bob"), made(store), made(store, "Spring")
    with store.write() as tx:
        cohorts.put(tx, "local", autumn, bob.id)
        assert cohorts.rename(tx, "local", autumn, "Winter").name == "Winter"
    with store.write() as tx:
        cohorts.remove(tx, "local", autumn)
    with store.read() as tx:
        assert [cohort.id for cohort in cohorts.page(tx, "local", None, 9)] == [spring]
        assert accounts.get(tx, bob.id) == bob


def test_lists_go_on_where_they_ended(store: Store) -> None:
    first, second, third = (made(store, name) for name in ("A", "B", "C"))
    people = [somebody(store, name).id for name in ("a", "b", "c")]
    with store.read() as tx:
        assert [cohort.id for cohort in cohorts.page(tx, "local", None, 2)] == [third, second]
        assert [cohort.id for cohort in cohorts.page(tx, "local", second, 2)] == [first]
        assert [account.id for account in cohorts.others(tx, "local", first, people[0], 9)] == people[1:]


def test_another_organisations_cohort_is_not_there(store: Store) -> None:
    bob, mallory = somebody(store, "bob"), somebody(store, "mallory", "elsewhere")
    ours, theirs = made(store), made(store, organisation="elsewhere")
    with store.read() as tx:
        assert [cohort.id for cohort in cohorts.page(tx, "local", None, 9)] == [ours]
        assert cohorts.others(tx, "local", ours, None, 9) == [bob]
    for cohort_id, account_id in ((theirs, bob.id), (theirs, mallory.id), (ours, mallory.id), (ours, uuid7())):
        with pytest.raises(NotFound), store.write() as tx:
            cohorts.put(tx, "local", cohort_id, account_id)
    for step in (cohorts.get, cohorts.members, cohorts.people, cohorts.remove):
        with pytest.raises(NotFound), store.write() as tx:
            step(tx, "local", theirs)


def test_an_account_keeps_its_time_factor(store: Store) -> None:
    bob = somebody(store, "bob")
    assert bob.time_factor == 1
    slower = bob.model_copy(update={"time_factor": 1.5})
    with store.write() as tx:
        accounts.save(tx, slower)
    with store.read() as tx:
        assert accounts.get(tx, bob.id) == slower
