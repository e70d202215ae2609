"""Signing in at a provider: a real one, over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Clock
from tests.provider import Pkce, Provider, parameters, provider
from tests.team import ADA, AUTH, BOB, EVE, HOME, another, browser, invited, join, set_up, team_app

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # in the provider's thread
CALLBACK = f"{AUTH}/oidc/callback"


@pytest.fixture(scope="module")
def real() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture
def client(real: Provider, tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    app = team_app(tmp_path, clock, **at(real, first_admin=ADA))
    with browser(app) as client:
        yield client


def at(real: Provider, **more: Any) -> dict[str, Any]:
    return {"oidc_issuer": real.url, "oidc_client_id": "viva", "oidc_client_secret": "ours", **more}


def go(client: TestClient, real: Provider, subject: str, **query: str) -> str:
    """Sign in at the provider; where the browser ends up."""
    back = real.consent(begin(client, **query), subject)
    assert back.startswith(HOME + CALLBACK)
    ended = client.get(back)
    assert ended.status_code == 303
    location: str = ended.headers["location"]
    return location


def begin(client: TestClient, **wish: str) -> str:
    """Where the browser is sent to."""
    begun = client.post(f"{AUTH}/oidc", json=wish)
    assert begun.status_code == 200, begun.text
    url: str = begun.json()["url"]
    return url


def says(real: Provider, subject: str, email: str, **claims: Any) -> None:
    real.knows(subject, **{"email": email, "email_verified": True, "name": subject.title()} | claims)


def test_the_named_admin_signs_in_with_pkce_state_and_nonce(client: TestClient, real: Provider) -> None:
    says(real, "ada", ADA)
    begun = client.post(f"{AUTH}/oidc", json={"to": "/history"})
    sent = parameters(begun.json()["url"])
    assert sent["code_challenge_method"] == "S256"
    assert min(len(sent[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    flow = next(part for part in begun.headers["set-cookie"].split("; ") if part.startswith("viva-flow="))
    assert not any(sent[name] in flow for name in ("state", "nonce"))
    checked = real.pkce.checked
    assert go(client, real, "ada", to="/history") == "/history"
    assert real.pkce.checked == checked + 1
    me = client.get(f"{AUTH}/me").json()
    assert (me["email"], me["name"], me["role"], me["way"]) == (ADA, "Ada", "admin", "cookie")
    assert "viva-flow" not in client.cookies
    again = another(client)
    assert go(again, real, "ada") == "/"
    assert again.get(f"{AUTH}/me").json()["id"] == me["id"]


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/api/v1/topics"])
def test_nobody_is_sent_elsewhere_after_signing_in(client: TestClient, real: Provider, to: str) -> None:
    says(real, "ada", ADA)
    assert go(client, real, "ada", to=to) == "/"


def test_a_sign_in_that_was_begun_elsewhere_is_refused(client: TestClient, real: Provider, clock: Clock) -> None:
    says(real, "ada", ADA)
    begun = begin(client)
    back, stranger = real.consent(begun, "ada"), another(client)
    cookies = dict(client.cookies)
    assert "problem=" in stranger.get(back).headers["location"]  # without the cookie of who began it
    begin(stranger)
    assert "problem=" in stranger.get(back).headers["location"]  # with that of another one
    assert client.get(back).headers["location"] == "/"
    thief = another(client)
    thief.cookies.update(cookies)
    assert "problem=" in thief.get(back).headers["location"]  # a second time
    late = begin(client)
    back = real.consent(late, "ada")
    clock.forward(600)
    assert "problem=" in client.get(back).headers["location"]
    for browser_ in (stranger, thief):
        assert browser_.get(f"{AUTH}/me").status_code == 401


def test_whom_the_provider_refuses_is_told_so(client: TestClient, real: Provider) -> None:
    state = parameters(begin(client))["state"]
    ended = client.get(f"{CALLBACK}?error=access_denied&state={state}")
    assert ended.headers["location"].startswith("/sign-in?problem=")
    state = parameters(begin(client))["state"]
    assert "problem=" in client.get(f"{CALLBACK}?code=invented&state={state}").headers["location"]


def test_whom_viva_does_not_know_needs_an_invite(client: TestClient, real: Provider) -> None:
    for name, email in (("ada", ADA), ("bob", BOB), ("eve", EVE)):
        says(real, name, email)
    eve, bob = another(client), another(client)
    assert "invite" in go(eve, real, "eve")
    assert eve.get(f"{AUTH}/me").status_code == 401
    go(client, real, "ada")
    code = invited(client, "reviewer")
    invited(client, "candidate", email=BOB)
    assert go(eve, real, "eve", invite=code) == "/"
    assert eve.get(f"{AUTH}/me").json()["role"] == "reviewer"
    assert go(bob, real, "bob") == "/"  # his address is enough
    assert bob.get(f"{AUTH}/me").json()["role"] == "candidate"
    assert client.get("/api/v1/invites").json()["items"] == []


def test_an_address_that_is_not_verified_makes_nobody_an_admin_or_somebody_else(
    client: TestClient, real: Provider
) -> None:
    set_up(client)
    join(another(client), invited(client), BOB)
    for claims in ({"email_verified": False}, {"email_verified": "no"}):
        for subject, email in (("mallory-a", ADA), ("mallory-b", BOB)):
            says(real, subject, email, **claims)
            assert "problem=" in go(another(client), real, subject)
    assert len(client.get("/api/v1/people").json()["items"]) == 2
    says(real, "bobby", BOB)  # verified: the account that he has
    bob = another(client)
    assert go(bob, real, "bobby") == "/"
    assert bob.get(f"{AUTH}/me").json()["email"] == BOB


def test_groups_say_which_role_at_each_sign_in(real: Provider, tmp_path: Path, clock: Clock) -> None:
    roles = {"viva-admins": "admin", "viva-reviewers": "reviewer", "staff": "candidate"}
    app = team_app(tmp_path, clock, **at(real, password=False, setup_code=None, oidc_groups="teams", oidc_roles=roles))
    with browser(app) as client:
        for groups, role in (
            (["staff"], "candidate"),
            (["staff", "viva-admins", "viva-reviewers"], "admin"),
            (["viva-reviewers"], "reviewer"),
            (["others"], "candidate"),
        ):
            says(real, "cy", "cy@example.org", teams=groups)
            assert go(client, real, "cy") == "/"
            assert client.get(f"{AUTH}/me").json()["role"] == role
        says(real, "dan", "dan@example.org", teams=["others"])
        assert "problem=" in go(another(client), real, "dan")


def test_a_provider_that_is_away_is_said_to_be(tmp_path: Path, clock: Clock) -> None:
    nowhere = Provider("http://localhost:9", Pkce(lambda *_: []))
    with browser(team_app(tmp_path, clock, **at(nowhere, first_admin=ADA))) as client:
        answer = client.post(f"{AUTH}/oidc", json={})
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:viva:problem:provider-unavailable")
