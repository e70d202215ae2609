"""A reverse proxy says who somebody is: its word counts, nobody else's."""

from pathlib import Path
from typing import Any

import pytest

from service.identity.proxies import origin_of
from service.identity.settings import SignInSettings
from tests.conftest import Clock
from tests.quick import Quick
from tests.team import ADA, AUTH, BOB, EVE, browser, invited, set_up, team_app

HEADER = "X-Forwarded-User"
TRUSTED: dict[str, Any] = {"header": HEADER, "proxies": ["10.1.0.0/16", "fd00::/8"], "first_admin": ADA}


def test_only_the_proxys_word_counts(tmp_path: Path, clock: Clock) -> None:
    app = team_app(tmp_path, clock, **TRUSTED | {"newcomers": "candidate"})
    with browser(app, address="10.1.2.3") as proxy, browser(app, address="10.2.0.1") as other:
        for claim in ({HEADER: ADA}, {HEADER: ADA, "X-Forwarded-For": "10.1.2.3"}):
            assert other.get(f"{AUTH}/me", headers=claim).status_code == 401
        assert proxy.get(f"{AUTH}/me").status_code == 401
        ada = proxy.get(f"{AUTH}/me", headers={HEADER: ADA}).json()
        assert (ada["email"], ada["role"], ada["way"]) == (ADA, "admin", "header")
        assert proxy.get(f"{AUTH}/me", headers={HEADER: ADA}).json() == ada
        bob = proxy.get(f"{AUTH}/me", headers={HEADER: "bob"}).json()
        assert (bob["email"], bob["name"], bob["role"]) == (None, "bob", "candidate")
        changed = proxy.put(
            f"/api/v1/people/{bob['id']}", json={"role": "candidate", "disabled": True}, headers={HEADER: ADA}
        )
        assert changed.status_code == 200
        assert proxy.get(f"{AUTH}/me", headers={HEADER: "bob"}).status_code == 403
        crossed = proxy.post("/api/v1/sessions", json={}, headers={HEADER: ADA, "Origin": "https://evil.example"})
        assert crossed.status_code == 403


def test_whom_the_proxy_knows_and_viva_does_not_needs_an_invite(tmp_path: Path, clock: Clock) -> None:
    app = team_app(tmp_path, clock, **TRUSTED)
    with browser(app, address="10.1.2.3") as proxy:
        assert proxy.get(f"{AUTH}/me", headers={HEADER: BOB}).status_code == 403
        set_up(proxy)
        invited(proxy, "reviewer", email=BOB)
        proxy.cookies.clear()
        assert proxy.get(f"{AUTH}/me", headers={HEADER: BOB}).json()["role"] == "reviewer"
        assert proxy.get(f"{AUTH}/me", headers={HEADER: EVE}).status_code == 403


def test_a_real_connection_from_the_proxy(tmp_path: Path) -> None:
    """Over a socket: the peer is whoever connects, whatever X-Forwarded-For says."""
    trust = {"VIVA_SIGN_IN__HEADER": HEADER, "VIVA_SIGN_IN__FIRST_ADMIN": ADA}
    trust |= {"VIVA_SIGN_IN__PUBLIC_URL": "http://localhost", "VIVA_HOST": "0.0.0.0"}
    with Quick(tmp_path, VIVA_SIGN_IN__PROXIES='["127.0.0.1"]', **trust) as server:
        port = server.client.base_url.port
        server.client.base_url = f"http://127.0.0.1:{port}"  # it says where it listens: everywhere
        claims = {HEADER: ADA, "X-Forwarded-For": "192.0.2.1"}
        assert server.client.get(f"{AUTH}/me", headers=claims).json()["role"] == "admin"
        assert server.client.get(f"{AUTH}/me").status_code == 401
        server.client.base_url = f"http://127.0.0.1:{port}"
    with Quick(tmp_path, VIVA_SIGN_IN__PROXIES='["192.0.2.1"]', **trust) as server:
        server.client.base_url = f"http://127.0.0.1:{server.client.base_url.port}"
        assert server.client.get(f"{AUTH}/me", headers=claims).status_code == 401


@pytest.mark.parametrize(
    ("peer", "forwarded", "origin"),
    [
        ("192.0.2.9", "10.1.0.1", "192.0.2.9"),
        ("10.1.0.1", None, "10.1.0.1"),
        ("10.1.0.1", "192.0.2.9", "192.0.2.9"),
        ("10.1.0.1", "198.51.100.1, 192.0.2.9, 10.1.0.2", "192.0.2.9"),
        ("::ffff:10.1.0.1", "192.0.2.9", "192.0.2.9"),
        ("10.1.0.1", "anything, <b>", "<b>"),
        ("no address", "192.0.2.9", "no address"),
    ],
)
def test_tries_are_counted_for_who_really_asks(peer: str, forwarded: str | None, origin: str) -> None:
    proxies = SignInSettings.model_validate({"public_url": "https://viva.example.org", **TRUSTED}).proxies
    assert origin_of(peer, forwarded, proxies) == origin
