"""Webhooks: whoever is to be told is told, verifiably, and nobody else is."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service.api.app import create_app
from service.settings import Settings
from service.webhooks.settings import WebhookSettings
from tests.api.test_limits import problem
from tests.api.walk import GOOD, answer, begin
from tests.conftest import banks
from tests.fresh import fresh
from tests.quick import Quick
from tests.server import eventually
from tests.webhooks.receiver import Received, Receiver

HOOKS = "/api/v1/webhooks"
ALL = ["attempt.graded", "session.finished", "dispute.opened"]
SECRETIVE = "My words, which are nobody's business: zanzibar-4711."


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put off is found at once."""
    monkeypatch.setattr("service.jobs.embedded.LOOK_SECONDS", 0.05)


@contextmanager
def served(folder: Path, *, private: bool = True, seconds: float = 10) -> Iterator[TestClient]:
    webhooks = WebhookSettings(allow_private=private, timeout_seconds=seconds)
    settings = Settings(data_dir=fresh(folder / "data"), webhooks=webhooks, retry_seconds=0.01, job_tries=3)
    with TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with served(tmp_path) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def register(client: httpx2.Client, url: str, *events: str) -> dict[str, Any]:
    made = client.post(HOOKS, json={"url": url, "events": list(events or ALL)})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def log(client: httpx2.Client, hook: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"{HOOKS}/{hook['id']}/deliveries").json()["items"]
    return items


def ended(client: httpx2.Client, hook: dict[str, Any]) -> dict[str, Any]:
    """The newest delivery, once it does not wait any more."""
    return eventually(lambda: next((one for one in log(client, hook)[:1] if one["state"] != "waiting"), None))


def verified(hook: dict[str, Any], received: Received) -> dict[str, Any]:
    told: dict[str, Any] = Webhook(hook["secret"]).verify(received.body, received.headers)
    return told


def test_what_happens_is_told_in_ids_and_numbers_and_verifies(client: TestClient, receiver: Receiver) -> None:
    hook = register(client, f"{receiver.origin}/viva?team=1")
    session = begin(client)
    attempt = answer(client, session, SECRETIVE)
    dispute = client.post(f"/api/v1/attempts/{attempt['id']}/disputes", json={"point": "M1", "text": SECRETIVE})
    received = receiver.wait(3)
    assert {one.path for one in received} == {"/viva?team=1"}
    told = {told["type"]: told["data"] for told in (verified(hook, one) for one in received)}
    about = {"attempt_id": attempt["id"], "question_id": "kv-cache", "session_id": session, "person_id": "local"}
    assert told == {
        "attempt.graded": {**about, "score": attempt["grade"]["overall"], "grader": "keyword"},
        "session.finished": {"session_id": session, "person_id": "local", "mode": "practice", "questions": 1},
        "dispute.opened": {**about, "review_id": dispute.json()["id"], "point": "M1"},
    }
    assert all(b"zanzibar" not in one.body for one in received)
    assert eventually(lambda: {one["state"] for one in log(client, hook)} == {"delivered"} or None)
    assert "secret" not in client.get(HOOKS).text


def test_a_delivery_that_was_changed_on_its_way_does_not_verify(client: TestClient, receiver: Receiver) -> None:
    hook = register(client, receiver.origin)
    client.post(f"{HOOKS}/{hook['id']}/test")
    (received,) = receiver.wait()
    assert verified(hook, received)["type"] == "test"
    with pytest.raises(WebhookVerificationError):
        verified(hook, Received(received.path, received.headers, received.body.replace(b"test", b"TEST")))


def test_a_person_s_grade_is_told_as_a_machine_s_is(client: TestClient, receiver: Receiver) -> None:
    register(client, receiver.origin, "attempt.graded")
    attempt = answer(client, begin(client), GOOD)["id"]
    receiver.wait()
    changes = {"based_on": 1, "note": SECRETIVE, "verdicts": [{"point": "M1", "label": "missed"}]}
    assert client.post(f"/api/v1/review/attempts/{attempt}/grades", json=changes).status_code == 201
    told = json.loads(receiver.wait(2)[1].body)["data"]
    assert (told["attempt_id"], told["grader"]) == (attempt, "person")


def test_only_what_was_asked_for_is_told_and_nothing_while_disabled(client: TestClient, receiver: Receiver) -> None:
    hook = register(client, receiver.origin, "dispute.opened")
    answer(client, begin(client), GOOD)
    assert log(client, hook) == []
    wish = {"url": hook["url"], "events": ALL, "enabled": False}
    assert client.put(f"{HOOKS}/{hook['id']}", json=wish).json()["enabled"] is False
    answer(client, begin(client), GOOD)
    assert log(client, hook) == []
    problem(client.post(f"{HOOKS}/{hook['id']}/test"), 409, "conflict")


def test_a_receiver_that_fails_is_asked_again_until_it_takes_it(client: TestClient) -> None:
    with Receiver("500 Oops", "503 Busy", "200 OK") as receiver:
        hook = register(client, receiver.origin)
        client.post(f"{HOOKS}/{hook['id']}/test")
        done = ended(client, hook)
        assert (done["state"], done["tries"], done["status"], done["error"]) == ("delivered", 3, 200, None)
        assert {one.id for one in receiver.received} == {done["id"]}
        for one in receiver.received:
            verified(hook, one)


def test_a_receiver_that_always_fails_is_given_up_and_may_be_told_again(client: TestClient) -> None:
    with Receiver("500 Oops") as receiver:
        hook = register(client, receiver.origin)
        client.post(f"{HOOKS}/{hook['id']}/test")
        given_up = ended(client, hook)
        assert (given_up["state"], given_up["tries"], given_up["status"]) == ("failed", 3, 500)
        assert given_up["error"] == "It answered 500: that is no success."
        receiver.answers = ["204 No Content"]
        again = client.post(f"{HOOKS}/{hook['id']}/deliveries/{given_up['id']}/redeliver")
        assert (again.status_code, again.json()["state"]) == (202, "waiting")
        done = eventually(lambda: next((one for one in log(client, hook) if one["state"] == "delivered"), None))
        assert (done["id"], done["tries"], len(receiver.received)) == (given_up["id"], 1, 4)


def test_a_redirect_is_not_followed(client: TestClient, receiver: Receiver) -> None:
    with Receiver(f"307 Temporary Redirect\r\nLocation: {receiver.origin}") as elsewhere:
        hook = register(client, elsewhere.origin)
        client.post(f"{HOOKS}/{hook['id']}/test")
        assert ended(client, hook)["error"] == "It answered 307: redirects are not followed."
    assert receiver.received == []


def test_whoever_takes_too_long_has_not_taken_it(tmp_path: Path) -> None:
    with served(tmp_path, seconds=0.2) as client, Receiver("silence") as receiver:
        hook = register(client, receiver.origin)
        client.post(f"{HOOKS}/{hook['id']}/test")
        assert ended(client, hook)["error"] == "It did not answer within 0.2 seconds."


def test_nobody_is_told_at_a_private_address_whatever_its_name(tmp_path: Path, receiver: Receiver) -> None:
    port = receiver.origin.rpartition(":")[2]
    with served(tmp_path) as client:
        hooks = [register(client, f"http://{host}:{port}") for host in ("127.0.0.1", "localhost", "127.1", "[::1]")]
        answer(client, begin(client), GOOD)
        assert receiver.wait(6)
    came = len(receiver.received)
    with served(tmp_path, private=False) as client:
        for hook in hooks:
            client.post(f"{HOOKS}/{hook['id']}/test")
            assert "not on the internet" in ended(client, hook)["error"]
    assert len(receiver.received) == came


def test_removing_a_webhook_takes_its_log_and_what_waits_with_it(client: TestClient) -> None:
    with Receiver("silence") as receiver:
        hook = register(client, receiver.origin)
        client.post(f"{HOOKS}/{hook['id']}/test")
        receiver.wait()
        assert client.delete(f"{HOOKS}/{hook['id']}").status_code == 204
        problem(client.get(f"{HOOKS}/{hook['id']}/deliveries"), 404, "not-found")
        assert client.get(HOOKS).json() == {"items": []}


def test_what_was_acknowledged_before_a_kill_is_told_after_the_restart(tmp_path: Path) -> None:
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver("silence", "204 No Content"))
        settings = {"VIVA_WEBHOOKS__ALLOW_PRIVATE": "true", "VIVA_LOG_LEVEL": "warning", "VIVA_RETRY_SECONDS": "0.1"}
        server = stack.enter_context(Quick(tmp_path, **settings))
        hook = register(server.client, receiver.origin, "attempt.graded")
        attempts = {answer(server.client, begin(server.client), GOOD)["id"] for _ in range(3)}
        server.kill()  # one is on its way, or has not even been begun
        server.start()
        assert eventually(lambda: {one["state"] for one in log(server.client, hook)} == {"delivered"} or None)
        told = [verified(hook, one)["data"]["attempt_id"] for one in receiver.received]
    assert set(told) == attempts
