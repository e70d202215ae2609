"""deploy/Caddyfile, by Caddy itself."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service.api.app import MAX_BODY
from service.settings import ROOT
from service.voice.settings import VoiceSettings
from tests.deploy.programs import run
from tests.deploy.proxy import Proxy, Upstream, free_port
from tests.quick import Quick
from tests.team import SIGN_IN, set_up

CADDYFILE = str(ROOT / "deploy" / "Caddyfile")
LONG_POLL = 25
NAME = "viva.localhost"
SECOND = 1_000_000_000


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def proxy(upstream: Upstream, tmp_path: Path) -> Iterator[Proxy]:
    with Proxy(tmp_path, upstream.server_port) as proxy:
        yield proxy


def test_it_is_formatted_and_has_no_warning() -> None:
    assert run("caddy", "fmt", "--diff", CADDYFILE).returncode == 0
    done = run("caddy", "adapt", "--config", CADDYFILE)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_nothing_ends_a_long_poll_or_a_stream() -> None:
    adapted = json.loads(run("caddy", "adapt", "--config", CADDYFILE).stdout)
    server = adapted["apps"]["http"]["servers"]["srv0"]
    assert "write_timeout" not in server
    [passed_on] = [found for found in handlers(server) if found["handler"] == "reverse_proxy"]
    assert passed_on["transport"]["response_header_timeout"] > 2 * LONG_POLL * SECOND
    assert "stream_timeout" not in passed_on


def test_viva_is_served_by_https_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "caddy"
    folder.mkdir()
    with Quick(tmp_path) as server:
        port = server.client.base_url.port
        assert port
        with Proxy(folder, port) as proxy:
            assert proxy.client.get("/readyz").json() == {"status": "ok"}
            started = proxy.client.post("/api/v1/sessions", json={"count": 1})
            assert started.status_code == 201
            assert proxy.client.get("/").headers["Content-Security-Policy"]
            refused = proxy.client.post("/api/v1/sessions", content=b" " * (MAX_BODY + 1))
            assert refused.json()["type"] == "urn:viva:problem:too-large"


def test_people_sign_in_through_it_by_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "caddy"
    folder.mkdir()
    settings = SIGN_IN | {"VIVA_SIGN_IN__PUBLIC_URL": f"https://{NAME}", "VIVA_SIGN_IN__PROXIES": '["127.0.0.1"]'}
    with Quick(tmp_path, **settings) as server:
        port = server.client.base_url.port
        assert port
        with Proxy(folder, port, NAME) as proxy:
            assert proxy.client.get("/api/v1/sessions").status_code == 401
            proxy.client.headers["Origin"] = f"https://{NAME}"
            set_up(proxy.client)
            (cookie,) = [cookie for cookie in proxy.client.cookies.jar if cookie.secure]
            assert cookie.name.startswith("__Host-")
            page = proxy.client.get("/", headers={"Cookie": f"{cookie.name}={cookie.value}"})
            assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
            assert "script-src 'self'" in page.headers["Content-Security-Policy"]
            others = {"Cookie": f"{cookie.name}={cookie.value}", "Origin": "https://evil.example"}
            assert proxy.client.post("/api/v1/sessions", json={"count": 1}, headers=others).status_code == 403
            plain = httpx2.get(f"http://127.0.0.1:{proxy.plain_port}/history?page=2", headers={"Host": NAME})
            assert plain.status_code == 308
            assert plain.headers["Location"] == f"https://{NAME}/history?page=2"


def test_events_are_passed_on_at_once(proxy: Proxy, upstream: Upstream) -> None:
    with proxy.client.stream("GET", "/events") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "data: first"
        upstream.go_on.set()  # only now does the second one exist
        assert [line for line in lines if line] == ["data: second"]


def test_the_api_sees_when_a_client_has_gone(proxy: Proxy, upstream: Upstream) -> None:
    with proxy.client.stream("GET", "/until-left") as answer:
        assert next(answer.iter_lines()) == "data: first"
    assert upstream.left.wait(30)


def test_it_stops_though_a_client_is_still_listening(proxy: Proxy) -> None:
    with proxy.client.stream("GET", "/events") as answer:
        assert next(answer.iter_lines()) == "data: first"
        assert proxy.stop() == 0


def test_a_body_beyond_measure_ends_at_the_proxy(proxy: Proxy, upstream: Upstream) -> None:
    assert proxy.client.post("/", content=b"x" * MAX_BODY).status_code == 204
    refused = proxy.client.post("/", content=b"x" * (3 * MAX_BODY))
    assert refused.status_code == 413
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["status"] == 413
    assert upstream.whole_bodies == 1


def test_a_recording_may_be_larger_than_other_bodies(proxy: Proxy, upstream: Upstream) -> None:
    largest = b"x" * VoiceSettings().max_bytes
    for path in ("/api/v1/transcribe", "/api/v1/sessions/6f1c/questions/1/recording"):
        assert proxy.client.post(path, content=largest).status_code == 204
    assert proxy.client.post("/api/v1/transcribe", content=largest + b"x" * 10_000_000).status_code == 413
    assert upstream.whole_bodies == 2


def test_a_request_waits_while_the_api_starts(tmp_path: Path) -> None:
    port = free_port()
    answers: list[int] = []
    with Proxy(tmp_path, port) as proxy:
        asking = threading.Thread(target=lambda: answers.append(proxy.client.post("/", content=b"x").status_code))
        asking.start()
        with Upstream(port):
            asking.join()
    assert answers == [204]


def handlers(part: Any) -> Iterator[dict[str, Any]]:
    """Every handler of an adapted configuration, however deep."""
    if isinstance(part, dict):
        if "handler" in part:
            yield part
        for inner in part.values():
            yield from handlers(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from handlers(inner)
