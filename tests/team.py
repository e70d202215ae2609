"""A server that people sign in to, in process, and steps that they take there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.identity.settings import SignInSettings
from service.settings import LimitSettings, Settings
from tests.conftest import Clock, banks
from tests.fresh import fresh

HOME = "http://127.0.0.1"
CODE = "a code of the operator's"
PASSWORD = "seven kettles sing"
ADA, BOB, EVE = "ada@example.org", "bob@example.org", "eve@example.org"
AUTH = "/api/v1/auth"
QUICK: dict[str, Any] = {"password_memory": 8, "password_passes": 1}
"""Hashes that cost nothing, as guessing them is not what is tested."""


SIGN_IN = {
    "VIVA_SIGN_IN__PUBLIC_URL": HOME,
    "VIVA_SIGN_IN__PASSWORD": "true",
    "VIVA_SIGN_IN__SETUP_CODE": CODE,
    "VIVA_SIGN_IN__TRIES": "1000",
    "VIVA_SIGN_IN__PASSWORD_MEMORY": "8",
    "VIVA_SIGN_IN__PASSWORD_PASSES": "1",
    "VIVA_LIMITS__PERSON_PER_MINUTE": "0",
    "VIVA_LIMITS__ORGANISATION_PER_MINUTE": "0",
}
"""The same for a server in a process of its own."""


def sign_in_settings(**more: Any) -> SignInSettings:
    """With passwords, unless `more` says otherwise."""
    passwords = {"password": True, "setup_code": CODE}
    return SignInSettings.model_validate({"public_url": HOME} | passwords | QUICK | more)


NO_LIMITS = LimitSettings(person_per_minute=0, organisation_per_minute=0)
"""A clock that stands still never begins another minute."""


def team_app(
    folder: Path, clock: Clock, *, database_url: str | None = None, limits: LimitSettings = NO_LIMITS, **more: Any
) -> FastAPI:
    signs_in = sign_in_settings(**more)
    settings = Settings(data_dir=fresh(folder / "data"), database_url=database_url, sign_in=signs_in, limits=limits)
    return create_app(settings, clock=clock, banks=banks())


@contextmanager
def browser(app: FastAPI, *, address: str = "127.0.0.1", url: str = HOME) -> Iterator[TestClient]:
    """Somebody's, with its own cookies."""
    with TestClient(app, base_url=url, client=(address, 50000), follow_redirects=False) as client:
        yield client


def another(client: TestClient, address: str = "127.0.0.1") -> TestClient:
    """Another browser at the same server, for as long as the first one is open."""
    made = TestClient(client.app, base_url=str(client.base_url), client=(address, 50000), follow_redirects=False)
    made.portal = client.portal  # the same event loop: one for each request takes longer than the request
    return made


def set_up(client: httpx2.Client) -> Any:
    """Ada becomes the first admin, and is signed in."""
    wish = {"code": CODE, "email": ADA, "name": "Ada", "password": PASSWORD}
    made = client.post(f"{AUTH}/setup", json=wish)
    assert made.status_code == 201, made.text
    return made.json()


def sign_in(client: httpx2.Client, email: str, password: str = PASSWORD) -> httpx2.Response:
    return client.post(f"{AUTH}/sign-in", json={"email": email, "password": password})


def invited(admin: httpx2.Client, role: str = "candidate", **more: Any) -> str:
    """The code in the link of a new invite."""
    made = admin.post("/api/v1/invites", json={"role": role, **more})
    assert made.status_code == 201, made.text
    link: str = made.json()["link"]
    return link.partition("/invite#")[2]


def join(client: httpx2.Client, code: str, email: str) -> httpx2.Response:
    """Accept an invite."""
    wish = {"code": code, "email": email, "name": email.partition("@")[0].title(), "password": PASSWORD}
    return client.post(f"{AUTH}/invites/accept", json=wish)


def token(client: httpx2.Client, *scopes: str, days: int = 30) -> dict[str, Any]:
    """A new API token of whoever is signed in."""
    made = client.post(f"{AUTH}/tokens", json={"name": "a script", "scopes": scopes, "days": days})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def assignment(now: datetime, **more: Any) -> dict[str, Any]:
    """A wish for one that is open for an hour from `now`: one question, strictly."""
    plan = {"question_ids": ["kv-cache"], "mode": "strict"}
    window = {"opens_at": now.isoformat(), "closes_at": (now + timedelta(hours=1)).isoformat()}
    return {"title": "Week 1", "plan": plan, **window} | more


def assigned(reviewer: httpx2.Client, now: datetime, *people: str, **more: Any) -> tuple[str, str]:
    """Ids of a new cohort of these people and of an `assignment` to it."""
    cohort: str = reviewer.post("/api/v1/cohorts", json={"name": "Autumn"}).json()["id"]
    for person in people:
        assert reviewer.put(f"/api/v1/cohorts/{cohort}/members/{person}").status_code == 204
    made = reviewer.post(f"/api/v1/cohorts/{cohort}/assignments", json=assignment(now, **more))
    assert made.status_code == 201, made.text
    return cohort, made.json()["id"]
