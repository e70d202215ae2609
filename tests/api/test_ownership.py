"""What belongs to somebody else does not exist."""

import asyncio
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from service.domain.attempt import Person
from service.domain.plan import Plan
from service.wiring import Services
from tests.api.walk import GOOD, answer, at, begin
from tests.conftest import START

THEIR_KEY = "theirs-and-ours"
REQUESTS: list[tuple[str, str, dict[str, object] | None]] = [
    ("GET", "", None),
    ("POST", "/start", None),
    ("POST", "/pause", None),
    ("POST", "/resume", None),
    ("POST", "/finish", None),
    ("POST", "/abandon", None),
    ("GET", "/report", None),
    ("GET", "/report?format=csv", None),
    ("GET", "/questions/2", None),
    ("GET", "/questions/1/review", None),
    ("POST", "/questions/2/open", None),
    ("PUT", "/questions/2/draft", {"text": GOOD}),
    ("POST", "/questions/2/submit", {"text": GOOD}),
    ("POST", "/questions/2/skip", None),
    ("POST", "/questions/2/reveal", None),
    ("POST", "/questions/2/hint", None),
    ("POST", "/questions/2/extend", {"seconds": 60}),
    ("PUT", f"/questions/2/recording/chunks/0?recording={UUID(int=7)}", {}),
    ("POST", f"/questions/2/recording/complete?recording={UUID(int=7)}", {"chunks": 1}),
    ("GET", "/questions/2/recording", None),
    ("GET", "/questions/2/recording/events", None),
    ("GET", "/questions/2/recording/audio", None),
    ("DELETE", "/questions/2/recording", None),
]


@pytest.fixture
def theirs(client: TestClient) -> tuple[UUID, UUID]:
    """Ids of a session of two questions that somebody else runs, and of the attempt at its first one."""
    services: Services = client.app.state.services  # type: ignore[attr-defined]
    practice, other = services.practice, Person(id="other", organisation="local")

    async def practise() -> tuple[UUID, UUID]:
        session = await practice.create(other, Plan(question_ids=("kv-cache", "rope")), START)
        await practice.start(other, session.id, START)
        await practice.open(other, session.id, 1, START)
        attempt, _ = await practice.submit(other, session.id, 1, GOOD, THEIR_KEY, START)
        await practice.open(other, session.id, 2, START)
        return session.id, attempt

    return asyncio.run(practise())


def test_anothers_session_is_not_there(client: TestClient, theirs: tuple[UUID, UUID]) -> None:
    for method, path, body in REQUESTS:
        url = f"/api/v1/sessions/{theirs[0]}{path}"
        refused = client.request(method, url, json=body, headers={"If-Match": '"0"'})
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such session."), path


def test_anothers_attempt_is_not_there(client: TestClient, theirs: tuple[UUID, UUID]) -> None:
    _, attempt = theirs
    for refused in (client.get(f"/api/v1/attempts/{attempt}"), client.post(f"/api/v1/attempts/{attempt}/retry")):
        assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such attempt.")


@pytest.mark.usefixtures("theirs")
def test_lists_and_progress_count_our_own_alone(client: TestClient) -> None:
    mine = answer(client, begin(client))
    assert mine["previous"] is None
    assert [attempt["id"] for attempt in client.get("/api/v1/attempts").json()["items"]] == [mine["id"]]
    assert [one["id"] for one in client.get("/api/v1/sessions").json()["items"]] == [mine["session_id"]]
    assert client.get("/api/v1/progress").json()["answers"] == 1


@pytest.mark.usefixtures("theirs")
def test_anothers_key_is_free_for_us(client: TestClient) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    mine = client.post(f"{at(session)}/submit", json={"text": GOOD}, headers={"Idempotency-Key": THEIR_KEY})
    assert mine.status_code == 201
