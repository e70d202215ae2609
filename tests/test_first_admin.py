"""Whatever races, there is one first admin and one account for each person: on both databases, by each way in."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from service.domain.attempt import Person
from service.domain.identity import Account
from service.errors import Conflict, VivaError
from service.identity.oidc import Known
from service.store import accounts
from service.store.engine import Store
from service.team.accounts import Accounts
from tests.conftest import START
from tests.fresh import fresh
from tests.team import ADA, CODE, PASSWORD, sign_in_settings

RACERS = 20
NAMED: dict[str, Any] = {"header": "X-User", "proxies": ["127.0.0.1"], "first_admin": ADA, "newcomers": "candidate"}


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        store = Store(f"sqlite:///{fresh(tmp_path)}/viva.db")
    else:
        store = Store(request.getfixturevalue("postgres_url"))
    yield store
    store.close()


def race(store: Store, start: Callable[[Accounts, int], Awaitable[object]], **more: Any) -> list[object]:
    """What each of twenty servers of one database answers, all asked at once."""
    installs = [Accounts(store, sign_in_settings(tries=1000, **more)) for _ in range(RACERS)]

    async def all_at_once() -> list[object]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(RACERS))
        return await asyncio.gather(
            *(start(install, number) for number, install in enumerate(installs)), return_exceptions=True
        )

    return asyncio.run(all_at_once())


def people(store: Store) -> list[Account]:
    with store.read() as tx:
        return accounts.page(tx, "local", None, 100)


def failures(answers: list[object]) -> list[BaseException]:
    return [answer for answer in answers if isinstance(answer, BaseException)]


def test_by_password_twenty_people_with_the_code(store: Store) -> None:
    answers = race(store, lambda viva, n: viva.set_up(CODE, f"p{n}@example.org", "P", PASSWORD, "192.0.2.1", START))
    assert [type(failure) for failure in failures(answers)] == [Conflict] * (RACERS - 1)
    (only,) = people(store)
    assert only.role == "admin"


def test_at_a_provider_twenty_browsers_of_the_named_person(store: Store) -> None:
    ada = Known(provider="https://login.example.org", subject="ada", name="Ada", email=ADA)
    answers = race(store, lambda viva, _: viva.by_provider(ada, None, START), **NAMED)
    assert failures(answers) == []
    (only,) = people(store)
    assert (only.role, only.email) == ("admin", ADA)


def test_by_header_twenty_requests_of_the_named_person_and_of_others(store: Store) -> None:
    async def come(viva: Accounts, number: int) -> Person:
        return (await viva.by_header(ADA if number % 2 else f"p{number}@example.org", START)).person

    assert [failure for failure in failures(race(store, come, **NAMED)) if isinstance(failure, VivaError)] == []
    assert sorted(account.role for account in people(store)) == ["admin"] + ["candidate"] * (RACERS // 2)


def test_twenty_people_who_all_would_be_the_first_are_one_and_nineteen(store: Store) -> None:
    """However it came to it: the row decides."""

    def claim(number: int) -> bool:
        with store.write() as tx:
            account = accounts.add(tx, "local", "candidate", "P", f"p{number}@example.org", START)
            return accounts.claim_first(tx, account, START)

    with ThreadPoolExecutor(RACERS) as threads:
        assert sum(threads.map(claim, range(RACERS))) == 1
    assert len(people(store)) == RACERS
