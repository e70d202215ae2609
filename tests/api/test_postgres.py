"""The whole application on Postgres: the walk, races that SQLite cannot have, and a server that is restarted."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking
from service.domain.rubric import Item
from service.graders.keyword import KeywordGrader
from service.settings import Settings
from tests.api.walk import GOOD, answer, at, begin, save
from tests.conftest import banks
from tests.postgres import Postgres
from tests.server import eventually
from tests.test_races import THREADS, at_once, statuses

STRICT = {"question_ids": ["kv-cache"], "mode": "strict"}


@pytest.fixture
def settings(postgres_url: str) -> Settings:
    return Settings(database_url=postgres_url)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1") as client:
        yield client


def started(settings: Settings) -> TestClient:
    """With the grader below."""
    settings = settings.model_copy(update={"grader": f"{__name__}:Interrupted"})
    return TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1")


def stored(postgres: Postgres, settings: Settings, table: str) -> int:
    """How many rows a table has."""
    ((count,),) = postgres.rows(settings.store_url(), f"SELECT count(*) FROM {table}")
    return int(count)


def test_the_walk(client: TestClient, postgres: Postgres, settings: Settings) -> None:
    session = begin(client, question_ids=["kv-cache", "rope"])
    client.post(f"{at(session)}/open")
    assert save(client, session, "A draft.", 0).json() == {"revision": 1}
    assert save(client, session, "Another device.", 0).status_code == 412
    assert client.get(at(session)).json()["draft"] == "A draft."
    kept = client.post(f"{at(session)}/submit", json={"text": f"{GOOD} Größe ≤ 20 😀\x00"}).json()
    assert (kept["status"], kept["answer"]) == ("graded", f"{GOOD} Größe ≤ 20 😀")
    assert answer(client, session, position=2)["status"] == "graded"
    assert client.get(f"/api/v1/attempts/{kept['id']}").json()["overall"] == kept["overall"] > 0
    assert [a["id"] for a in client.get("/api/v1/attempts").json()["items"]][1] == kept["id"]
    report = client.get(f"/api/v1/sessions/{session}/report").json()
    assert [question["state"] for question in report["questions"]] == ["submitted"] * 2
    assert len(client.get("/api/v1/progress").json()["scores"]) == 2
    assert client.get("/readyz").status_code == 200
    assert (stored(postgres, settings, "attempt"), stored(postgres, settings, "grade")) == (2, 2)


def test_of_eight_submits_one_is_taken(client: TestClient, postgres: Postgres, settings: Settings) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    answers = at_once(lambda n: client.post(f"{at(session)}/submit", json={"text": f"{GOOD} {n}"}))
    assert statuses(answers) == {201: 1, 409: THREADS - 1}
    assert (stored(postgres, settings, "attempt"), stored(postgres, settings, "grade")) == (1, 1)


def test_eight_submits_with_one_key_are_one_attempt(client: TestClient, postgres: Postgres, settings: Settings) -> None:
    session, key = begin(client), {"Idempotency-Key": str(uuid4())}
    client.post(f"{at(session)}/open")
    answers = at_once(lambda _: client.post(f"{at(session)}/submit", json={"text": GOOD}, headers=key))
    assert statuses(answers) == {201: 1, 200: THREADS - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (stored(postgres, settings, "attempt"), stored(postgres, settings, "grade")) == (1, 1)


def test_one_key_in_eight_sessions_is_one_attempt(client: TestClient, postgres: Postgres, settings: Settings) -> None:
    sessions, key = [begin(client) for _ in range(THREADS)], {"Idempotency-Key": str(uuid4())}
    for session in sessions:
        client.post(f"{at(session)}/open")
    answers = at_once(lambda n: client.post(f"{at(sessions[n])}/submit", json={"text": GOOD}, headers=key))
    assert statuses(answers) == {201: 1, 422: THREADS - 1}
    assert stored(postgres, settings, "attempt") == 1


def test_of_eight_strict_sessions_with_the_same_question_one_is_started(client: TestClient) -> None:
    planned = [client.post("/api/v1/sessions", json=STRICT).json()["id"] for _ in range(THREADS)]
    assert statuses(at_once(lambda n: client.post(f"/api/v1/sessions/{planned[n]}/start"))) == {200: 1, 409: 7}


def test_a_question_is_opened_for_practice_or_asked_strictly_but_not_both(client: TestClient) -> None:
    practising = begin(client)
    strict = client.post("/api/v1/sessions", json=STRICT).json()["id"]
    paths = [f"{at(practising)}/reveal", f"/api/v1/sessions/{strict}/start"]
    client.post(f"{at(practising)}/open")
    answers = at_once(lambda n: client.post(paths[n % 2]))
    revealed = [r.status_code for r in answers[::2]].count(200)
    started = [r.status_code for r in answers[1::2]].count(200)
    assert set(statuses(answers)) <= {200, 409}
    assert started == 1
    assert revealed in (0, 1)


class Interrupted(KeywordGrader):
    """Postgres goes away between the two commits of a submit: the answer's and the grade's."""

    identity = GraderName(name="interrupted", version="1")
    meanwhile: list[Callable[[], None]] = []

    async def mark(self, item: Item, answer: Answer) -> Marking:
        while self.meanwhile:
            self.meanwhile.pop()()
        return await super().mark(item, answer)


def test_what_was_acknowledged_or_committed_survives_a_restart_of_postgres(
    postgres: Postgres, settings: Settings
) -> None:
    with started(settings) as client:
        session = begin(client, question_ids=["kv-cache", "rope"])
        acknowledged = answer(client, session)
        client.post(f"{at(session, 2)}/open")
        key = {"Idempotency-Key": str(uuid4())}

        def submit() -> httpx2.Response:
            return client.post(f"{at(session, 2)}/submit", json={"text": GOOD}, headers=key)

        Interrupted.meanwhile.append(postgres.stop)
        away = [submit(), client.get(at(session)), client.get("/readyz"), submit()]
        assert statuses(away) == {503: 4}
        assert Counter(response.json()["type"] for response in away) == {"urn:viva:problem:store-unavailable": 4}
        assert client.get("/healthz").status_code == 200
        postgres.start()
        repeated = submit()
        assert (repeated.status_code, repeated.json()["answer"]) == (200, GOOD)
        assert client.get(f"/api/v1/attempts/{acknowledged['id']}").json() == acknowledged

        def graded() -> dict[str, Any] | None:
            read: dict[str, Any] = client.get(f"/api/v1/attempts/{repeated.json()['id']}").json()
            return read if read["status"] == "graded" else None

        assert eventually(graded)["grade"]["grader"]["name"] == "interrupted"
    assert (stored(postgres, settings, "attempt"), stored(postgres, settings, "grade")) == (2, 2)
