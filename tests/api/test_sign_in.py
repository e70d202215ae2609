"""Signing in with a password, staying signed in, invites."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.domain.attempt import Person
from service.errors import Forbidden
from service.settings import Settings
from service.store import accounts
from service.wiring import Services
from tests.conftest import Clock, banks
from tests.fresh import fresh
from tests.team import (
    ADA,
    AUTH,
    BOB,
    CODE,
    EVE,
    PASSWORD,
    another,
    bearer,
    browser,
    invited,
    join,
    set_up,
    sign_in,
    team_app,
    token,
)

FOREIGN = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
           {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:9"}]  # fmt: skip


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    with browser(team_app(tmp_path, clock)) as client:
        yield client


@pytest.fixture
def ada(client: TestClient) -> TestClient:
    """The first admin's browser."""
    set_up(client)
    return client


def problem(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].removeprefix("urn:viva:problem:")


def test_on_loopback_without_settings_nobody_signs_in(tmp_path: Path, clock: Clock) -> None:
    settings = Settings(data_dir=fresh(tmp_path / "data"))
    assert not settings.sign_in.configured
    from service.api.app import create_app

    with browser(create_app(settings, clock=clock, banks=banks())) as client:
        assert client.get(f"{AUTH}/ways").json()["needed"] is False
        me = client.get(f"{AUTH}/me").json()
        assert (me["id"], me["way"], me["role"], me["scopes"]) == (
            "local",
            "local",
            "admin",
            ["read", "practice", "review", "admin"],
        )
        new = client.put(f"{AUTH}/password", json={"old": PASSWORD, "new": PASSWORD})
        for refused in (
            new,
            sign_in(client, ADA),
            client.get(f"{AUTH}/tokens"),
            client.post("/api/v1/invites", json={}),
        ):
            assert problem(refused) == (409, "conflict")


def test_the_first_admin_knows_the_code_and_there_is_one(client: TestClient) -> None:
    assert client.get(f"{AUTH}/ways").json() == {"needed": True, "password": True, "provider": False, "set_up": False}
    wish = {"code": "not the code of theirs", "email": EVE, "name": "Eve", "password": PASSWORD}
    assert problem(client.post(f"{AUTH}/setup", json=wish)) == (403, "forbidden")
    assert problem(client.get(f"{AUTH}/me")) == (401, "sign-in-required")
    assert set_up(client)["role"] == "admin"
    assert client.get(f"{AUTH}/me").json()["email"] == ADA
    assert client.get(f"{AUTH}/ways").json()["set_up"] is True
    assert problem(client.post(f"{AUTH}/setup", json=wish | {"code": CODE})) == (409, "conflict")
    assert [one["email"] for one in client.get("/api/v1/people").json()["items"]] == [ADA]


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.0.0.1", "viva="), ("https://viva.example.org", "__Host-viva=")],
)
def test_the_cookie_is_for_this_server_alone(tmp_path: Path, clock: Clock, url: str, expected: str) -> None:
    with browser(team_app(tmp_path, clock, public_url=url), url=url) as client:
        wish = {"code": CODE, "email": ADA, "name": "Ada", "password": PASSWORD}
        made = client.post(f"{AUTH}/setup", json=wish)
    name, *rest = made.headers["set-cookie"].split("; ")
    assert name.startswith(expected)
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(rest)
    assert ("Secure" in rest) is url.startswith("https")
    assert not any(part.startswith("Domain") for part in rest)
    assert made.headers["cache-control"] == "no-store"


def test_a_wrong_password_and_an_unknown_address_are_told_alike(ada: TestClient) -> None:
    ada.cookies.clear()
    refused = [sign_in(ada, ADA, "seven kettles sink"), sign_in(ada, EVE), sign_in(ada, "no address")]
    assert [problem(each) for each in refused] == [(401, "sign-in-failed")] * 3
    assert len({each.json()["detail"] for each in refused}) == 1
    assert sign_in(ada, f"  {ADA.upper()} ").status_code == 200


def test_who_signs_out_leaves_no_cookie_of_worth(ada: TestClient) -> None:
    copied, thief = dict(ada.cookies), another(ada)
    thief.cookies.update(copied)
    assert thief.get(f"{AUTH}/me").status_code == 200
    assert ada.post(f"{AUTH}/sign-out").status_code == 204
    assert dict(ada.cookies) == {}
    assert thief.get(f"{AUTH}/me").status_code == 401
    assert sign_in(ada, ADA).status_code == 200
    assert dict(ada.cookies) != copied


def test_a_cookie_ends_by_the_servers_clock(ada: TestClient, clock: Clock) -> None:
    clock.forward(336 * 3600 - 1)
    assert ada.get(f"{AUTH}/me").status_code == 200
    clock.forward(1)
    assert ada.get(f"{AUTH}/me").status_code == 401


def test_guessing_ends_soon_on_every_server_of_the_database(ada: TestClient, clock: Clock, tmp_path: Path) -> None:
    with browser(team_app(tmp_path, clock)) as elsewhere:
        guesses = [
            sign_in(server, ADA, f"guess number {n}").status_code for n in range(6) for server in (ada, elsewhere)
        ]
        assert guesses == [401] * 10 + [429] * 2
        late = sign_in(elsewhere, ADA)
        assert problem(late) == (429, "too-many-tries")
        assert late.headers["retry-after"] == "900"
        assert sign_in(another(ada, "192.0.2.7"), ADA).status_code == 200  # who sits elsewhere is not shut out
        clock.forward(900)
        assert sign_in(elsewhere, ADA).status_code == 200
        assert sign_in(elsewhere, ADA, "guess again").status_code == 401  # counted anew


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_sites_page_cannot_use_the_cookie(ada: TestClient, headers: dict[str, str]) -> None:
    assert problem(ada.post("/api/v1/sessions", json={"count": 1}, headers=headers)) == (403, "forbidden")
    assert problem(ada.post(f"{AUTH}/sign-in", json={}, headers=headers)) == (403, "forbidden")
    assert ada.get("/api/v1/sessions").json()["items"] == []
    ours = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
    assert ada.post("/api/v1/sessions", json={"count": 1}, headers=ours).status_code == 201


def test_a_new_password_signs_every_other_browser_out(ada: TestClient) -> None:
    other = another(ada)
    assert sign_in(other, ADA).status_code == 200
    secret = token(ada, "read")["secret"]
    wish = {"old": "not this one", "new": "eight kettles sing"}
    assert problem(ada.put(f"{AUTH}/password", json=wish)) == (401, "sign-in-failed")
    assert ada.put(f"{AUTH}/password", json=wish | {"old": PASSWORD}).status_code == 204
    assert (ada.get(f"{AUTH}/me").status_code, other.get(f"{AUTH}/me").status_code) == (200, 401)
    assert another(ada).get(f"{AUTH}/me", headers=bearer(secret)).status_code == 200
    assert sign_in(other, ADA).status_code == 401
    assert sign_in(other, ADA, "eight kettles sing").status_code == 200


def test_an_invite_gives_one_person_one_account(ada: TestClient, clock: Clock) -> None:
    code, bob, eve = invited(ada, "reviewer"), another(ada), another(ada)
    assert bob.post(f"{AUTH}/invites/look", json={"code": code}).json()["role"] == "reviewer"
    assert problem(join(bob, code, ADA)) == (409, "conflict")  # her account is not taken over, and the invite not used
    joined = join(bob, code, BOB)
    assert (joined.status_code, joined.json()["role"]) == (201, "reviewer")
    assert bob.get(f"{AUTH}/me").json()["email"] == BOB
    assert problem(join(eve, code, EVE)) == (404, "not-found")
    assert problem(eve.post(f"{AUTH}/invites/look", json={"code": code})) == (404, "not-found")
    for_bob = invited(ada, email="ann@example.org")
    assert problem(join(eve, for_bob, EVE)) == (404, "not-found")
    late = invited(ada, days=1)
    withdrawn = invited(ada)
    first = ada.get("/api/v1/invites").json()["items"][0]["id"]
    assert ada.delete(f"/api/v1/invites/{first}").status_code == 204
    assert problem(join(eve, withdrawn, EVE)) == (404, "not-found")
    clock.forward(86_400)
    assert problem(join(eve, late, EVE)) == (404, "not-found")
    assert len(ada.get("/api/v1/people").json()["items"]) == 2


def test_of_two_admins_who_take_the_role_from_each_other_one_stays(ada: TestClient, clock: Clock) -> None:
    services: Services = ada.app.state.services  # type: ignore[attr-defined]
    bob = join(another(ada), invited(ada, "admin"), BOB).json()["id"]
    first, second = (Person(id=one["id"], organisation="local") for one in ada.get("/api/v1/people").json()["items"])
    assert second.id == bob

    async def both() -> list[object]:
        wishes = ((first, second), (second, first))
        steps = (services.people.change(by, UUID(of.id), "reviewer", False, None, clock()) for by, of in wishes)
        return await asyncio.gather(*steps, return_exceptions=True)

    outcomes = asyncio.run(both())
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [Forbidden]
    with services.store.read() as tx:
        roles = [account.role for account in accounts.page(tx, "local", None, 10)]
    assert sorted(roles) == ["admin", "reviewer"]


def test_no_secret_can_be_read_from_the_database(ada: TestClient, tmp_path: Path) -> None:
    code, secret, cookie = invited(ada), token(ada, "read")["secret"], dict(ada.cookies)["viva"]
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("viva.db*"))
    assert ADA.encode() in stored
    for kept in (code, secret, cookie, PASSWORD, CODE):
        assert kept.encode() not in stored


def test_the_audit_log_tells_who_did_what_by_ids_alone(ada: TestClient) -> None:
    bob = another(ada)
    account = join(bob, invited(ada), BOB).json()["id"]
    assert ada.put(f"/api/v1/people/{account}", json={"role": "reviewer"}).status_code == 200
    made = token(bob, "read")["id"]
    for _ in range(2):
        assert bob.delete(f"{AUTH}/tokens/{made}").status_code == 204
    assert ada.put(f"/api/v1/people/{account}", json={"role": "reviewer", "disabled": True}).status_code == 200
    log = ada.get("/api/v1/audit").json()["items"]
    assert [(entry["action"], entry["detail"]) for entry in log] == [
        ("disable", None),
        ("token-revoked", None),
        ("token", "read"),
        ("role-change", "candidate to reviewer"),
        ("sign-in", "invite"),
        ("invite", "candidate"),
        ("sign-in", "set-up"),
    ]
    assert [entry["who"] == account for entry in log] == [False, True, True, False, True, False, False]
    assert not any(word in ada.get("/api/v1/audit").text for word in (ADA, BOB, "Ada", "Bob"))
