"""Without sign-in the address is the only gate: what a web page elsewhere could have a browser send here is refused."""

from collections.abc import Iterator
from uuid import UUID

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings
from tests.conftest import banks
from tests.fresh import fresh

FOREIGN = ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2",
           "0.0.0.0", "", "user@evil.example", "localhost@evil.example", "127.0.0.1, evil.example", "[::1"]  # fmt: skip
HEADERS = {
    "x-content-type-options": "nosniff",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def refused(response: httpx2.Response) -> bool:
    """Whether it is our 403; any other status passes."""
    if response.status_code != 403:
        return False
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:viva:problem:forbidden"
    return True


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One application for all of these tests."""
    app = create_app(Settings(data_dir=fresh(tmp_path_factory.mktemp("security"))), banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def sessions(client: TestClient) -> int:
    return len(client.get("/api/v1/sessions").json()["items"])


@pytest.mark.parametrize("host", FOREIGN)
def test_another_host_is_refused_on_every_path(client: TestClient, host: str) -> None:
    for path in ("/", "/api/v1/topics", "/static/js/main.js", "/healthz", "/metrics", "/nothing"):
        assert refused(client.get(path, headers={"Host": host})), path


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8000"])
def test_our_own_host_is_served(client: TestClient, host: str) -> None:
    assert client.get("/api/v1/topics", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("site", "stopped"), [("cross-site", True), ("same-site", True), ("same-origin", False), ("none", False)]
)
def test_another_sites_page_may_not_write(client: TestClient, site: str, stopped: bool) -> None:
    sent, before = {"Sec-Fetch-Site": site}, sessions(client)
    assert refused(client.post("/api/v1/sessions", json={"count": 1}, headers=sent)) is stopped
    assert refused(client.put("/api/v1/sessions/x/questions/1/draft", json={}, headers=sent)) is stopped
    assert sessions(client) == before + (not stopped)
    assert client.get("/", headers=sent).status_code == 200  # a link from elsewhere may lead here


def test_a_form_of_another_site_cannot_write_in_a_browser_that_does_not_tell(client: TestClient) -> None:
    """Without Sec-Fetch-Site what a page may send unasked is one of three types, and none of them is read as JSON."""
    before = sessions(client)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        sent = client.post("/api/v1/sessions", content=b'{"count": 1}', headers={"Content-Type": kind})
        assert sent.status_code == 422
    assert sessions(client) == before


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/static/js/main.js", 200), ("/api/v1/topics", 200), ("/api/v1/topics/nothing", 404),
     ("/nothing.css", 404), ("/api/v1/sessions/x", 422), ("/metrics", 200), ("/api/v1/grade", 405)],
)  # fmt: skip
def test_pages_answers_and_problems_carry_the_security_headers(client: TestClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    policy = response.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"} <= set(policy)
    assert not any(word in rule for rule in policy for word in ("unsafe", "http:", "https:", "*"))
    assert "access-control-allow-origin" not in response.headers
    assert "server" not in response.headers


def test_the_refusal_itself_carries_the_security_headers(client: TestClient) -> None:
    response = client.get("/", headers={"Host": "evil.example"})
    assert HEADERS.items() <= dict(response.headers).items()
    assert "content-security-policy" in response.headers


@pytest.mark.parametrize("sent", ["01jd3v8q", "A.b_c-123456", "a" * 64])
def test_a_harmless_request_id_is_echoed(client: TestClient, sent: str) -> None:
    response = client.get("/api/v1/topics/nothing", headers={"X-Request-ID": sent})
    assert response.headers["x-request-id"] == sent
    assert response.json()["instance"] == f"urn:viva:request:{sent}"


@pytest.mark.parametrize(
    "sent", ["", "short", "a" * 65, "a b c d e f", "<script>alert(1)</script>", "12345678\t", "übergröße"]
)
def test_any_other_request_id_is_replaced(client: TestClient, sent: str) -> None:
    headers = {b"X-Request-ID": sent.encode()}
    given = [client.get("/healthz", headers=headers).headers["x-request-id"] for _ in range(2)]
    assert given[0] != given[1]
    assert all(UUID(one).version == 7 for one in given)


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "OPTIONS", "HEAD"])
def test_a_method_that_a_path_does_not_know_is_405_and_names_those_it_knows(client: TestClient, method: str) -> None:
    response = client.request(method, "/api/v1/sessions")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert client.request(method, "/api/v1/grade").headers["allow"] == "POST"
