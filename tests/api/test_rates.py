"""Limits of requests: the same for all servers of one database, told with every answer, and no more than they say."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event

from service.domain.rate import WINDOW
from service.settings import LimitSettings
from tests.api.test_limits import problem
from tests.conftest import Clock
from tests.team import AUTH, BOB, EVE, another, bearer, browser, invited, join, set_up, team_app, token

ME = f"{AUTH}/me"
FEW = LimitSettings(person_per_minute=50, organisation_per_minute=90)


def told(response: httpx2.Response, header: str) -> dict[str, dict[str, int]]:
    """A list of names with numbers as parameters, as RFC 9651 writes them."""
    assert re.fullmatch(r'("\w+"(;[a-z]=\d+)+(, |$))+', response.headers[header])
    items = [item.split(";") for item in response.headers[header].split(", ")]
    return {name.strip('"'): {pair[0]: int(pair[2:]) for pair in pairs} for name, *pairs in items}


@pytest.fixture
def servers(tmp_path: Path, clock: Clock, request: pytest.FixtureRequest) -> Iterator[list[TestClient]]:
    """Two on one database; Ada is signed in at both."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with ExitStack() as stack:
        apps = [team_app(tmp_path, clock, database_url=url, limits=FEW) for _ in range(2)]
        one, two = (stack.enter_context(browser(app)) for app in apps)
        set_up(one)
        two.cookies.update(one.cookies)
        yield [one, two]


def spend(clients: list[TestClient], most: int) -> tuple[int, httpx2.Response]:
    """Requests by turns until one is refused: how many were let through, and the last answer."""
    for count in range(most):
        answered = clients[count % len(clients)].get(ME)
        if answered.status_code != 200:
            return count, answered
    return most, answered


@pytest.mark.parametrize("servers", ["sqlite", "postgres"], indirect=True)
def test_servers_on_one_database_share_the_count_and_begin_anew_together(
    servers: list[TestClient], clock: Clock
) -> None:
    clock.forward(20)
    let_through, refused = spend(servers, 60)
    assert let_through == 50
    assert "minute" in problem(refused, 429, "too-many-requests")
    assert refused.headers["retry-after"] == "40"
    assert told(refused, "ratelimit-policy") == {"person": {"q": 50, "w": 60}, "organisation": {"q": 90, "w": 60}}
    assert told(refused, "ratelimit")["person"] == {"r": 0, "t": 40}
    clock.forward(39.5)
    for server in servers:
        problem(server.get(ME), 429, "too-many-requests")
    clock.forward(0.5)
    assert spend(servers, 60)[0] == 50


@pytest.mark.parametrize("servers", ["sqlite"], indirect=True)
def test_an_organisation_has_a_limit_of_its_own(servers: list[TestClient], clock: Clock) -> None:
    ada = servers[0]
    bob, eve = another(ada), another(ada)
    join(bob, invited(ada), BOB)
    join(eve, invited(ada), EVE)
    clock.forward(WINDOW)
    assert spend([ada, bob, eve], 120)[0] == 90
    refused = eve.get("/api/v1/sessions")
    problem(refused, 429, "too-many-requests")
    assert told(refused, "ratelimit") == {"person": {"r": 20, "t": 60}, "organisation": {"r": 0, "t": 60}}


@pytest.mark.parametrize("servers", ["sqlite"], indirect=True)
def test_every_credential_of_a_person_is_counted_together(servers: list[TestClient], clock: Clock) -> None:
    ada, secret = servers[0], token(servers[0], "read")["secret"]
    clock.forward(WINDOW)
    assert spend([ada], 30)[0] == 30
    program = another(ada)
    program.headers.update(bearer(secret))
    assert spend([program], 30)[0] == 20


@pytest.mark.parametrize("servers", ["sqlite"], indirect=True)
def test_limits_are_told_to_whoever_asks(servers: list[TestClient], clock: Clock) -> None:
    clock.forward(WINDOW + 15)
    read = servers[0].get(f"{ME}/limits")
    assert read.json() == {
        "requests": [
            {"of": "person", "limit": 50, "left": 49, "begins_anew": "2026-11-02T09:02:00Z"},
            {"of": "organisation", "limit": 90, "left": 89, "begins_anew": "2026-11-02T09:02:00Z"},
        ],
        "budget": [],
    }
    assert told(read, "ratelimit")["person"] == {"r": 49, "t": 45}


def test_the_local_user_has_no_limit_and_is_told_of_none(client: TestClient) -> None:
    let_through = client.get(ME)
    assert "ratelimit" not in let_through.headers
    assert client.get(f"{ME}/limits").json() == {"requests": [], "budget": []}


def test_most_requests_write_nothing_to_the_database(tmp_path: Path, clock: Clock) -> None:
    app = team_app(tmp_path, clock, limits=LimitSettings())
    with browser(app) as ada:
        set_up(ada)
        clock.forward(WINDOW)
        writes = written(app)
        assert spend([ada], 150)[0] == 150
        assert len(writes) == 150 // (600 // 40) + 1  # the person's, and once the organisation's


def test_where_requests_cannot_be_counted_nobody_is_refused(tmp_path: Path, clock: Clock) -> None:
    app = team_app(tmp_path, clock, limits=FEW)
    with browser(app) as ada:
        set_up(ada)
        with app.state.services.store.write() as tx:
            tx.connection().exec_driver_sql("DROP TABLE rate")
        clock.forward(WINDOW)
        assert spend([ada], 60)[0] == 60


def written(app: FastAPI) -> list[str]:
    """Every statement that writes, from now on."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            statements.append(statement)

    event.listen(app.state.services.store.engine, "before_cursor_execute", note)
    return statements
