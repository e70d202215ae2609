"""API tokens: what they may do, until when, and who makes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Clock
from tests.team import AUTH, BOB, another, bearer, browser, invited, join, set_up, team_app, token

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ada(tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    with browser(team_app(tmp_path, clock)) as client:
        set_up(client)
        yield client


def tries(client: TestClient, secret: str) -> dict[str, int]:
    """The status of one request for each scope."""
    program = another(client)
    program.headers.update(bearer(secret))
    return {
        "read": program.get("/api/v1/attempts").status_code,
        "practice": program.post("/api/v1/sessions", json={"count": 1}).status_code,
        "review": program.get("/api/v1/review").status_code,
        "admin": program.get("/api/v1/people").status_code,
    }


@pytest.mark.parametrize(
    ("scope", "may"),
    [("read", {"read"}), ("practice", {"read", "practice"}), ("review", {"review"}), ("admin", {"admin"})],
)
def test_a_token_does_what_it_was_made_for(ada: TestClient, scope: str, may: set[str]) -> None:
    found = tries(ada, token(ada, scope)["secret"])
    assert {name for name, status in found.items() if status < 300} == may
    assert {status for name, status in found.items() if name not in may} == {403}


def test_a_token_is_for_no_more_than_its_maker_may_do(ada: TestClient) -> None:
    bob = another(ada)
    account = join(bob, invited(ada, "reviewer"), BOB).json()["id"]
    wish: dict[str, Any] = {"name": "mine", "scopes": ["admin"]}
    assert bob.post(f"{AUTH}/tokens", json=wish).status_code == 403
    secret = token(bob, "practice", "review")["secret"]
    assert tries(ada, secret)["review"] == 200
    assert ada.put(f"/api/v1/people/{account}", json={"role": "candidate"}).status_code == 200
    assert tries(ada, secret) == {"read": 200, "practice": 201, "review": 403, "admin": 403}
    assert ada.put(f"/api/v1/people/{account}", json={"role": "candidate", "disabled": True}).status_code == 200
    assert set(tries(ada, secret).values()) == {401}
    assert bob.get(f"{AUTH}/me").status_code == 401


def test_a_token_ends_by_the_servers_clock_and_tells_when_it_was_used(ada: TestClient, clock: Clock) -> None:
    made = token(ada, "read", days=1)
    assert made["last_used_at"] is None
    clock.forward(86_399)
    assert tries(ada, made["secret"])["read"] == 200
    used = ada.get(f"{AUTH}/tokens").json()["items"][0]
    assert used["last_used_at"] == clock().isoformat().replace("+00:00", "Z")
    assert "secret" not in used
    assert made["secret"].startswith(used["begins"])
    clock.forward(1)
    assert set(tries(ada, made["secret"]).values()) == {401}


def test_a_revoked_token_is_refused_at_once_and_another_ones_is_not_there(ada: TestClient) -> None:
    made, bob = token(ada, "read"), another(ada)
    join(bob, invited(ada), BOB)
    for theirs in (made["id"], NOBODY):
        assert bob.delete(f"{AUTH}/tokens/{theirs}").status_code == 404
    assert bob.get(f"{AUTH}/tokens").json()["items"] == []
    assert tries(ada, made["secret"])["read"] == 200
    for _ in range(2):
        assert ada.delete(f"{AUTH}/tokens/{made['id']}").status_code == 204
    assert set(tries(ada, made["secret"]).values()) == {401}


def test_a_token_makes_no_tokens_and_changes_no_password(ada: TestClient) -> None:
    program = another(ada)
    program.headers.update(bearer(token(ada, "practice", "review", "admin")["secret"]))
    refused = [
        program.get(f"{AUTH}/tokens"),
        program.post(f"{AUTH}/tokens", json={"name": "more", "scopes": ["read"]}),
        program.delete(f"{AUTH}/tokens/{NOBODY}"),
        program.put(f"{AUTH}/password", json={"old": "something", "new": "something else"}),
    ]
    assert [each.status_code for each in refused] == [403] * 4


@pytest.mark.parametrize("sent", ["Bearer viva_nothing", "Bearer", "Basic YWRhOmFkYQ==", ""])
def test_a_wrong_credential_is_not_passed_over_for_a_right_one(ada: TestClient, sent: str) -> None:
    assert ada.get(f"{AUTH}/me").status_code == 200
    refused = ada.get(f"{AUTH}/me", headers={"Authorization": sent})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
