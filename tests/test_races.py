"""Many requests at the same moment: exactly one of them wins, and nothing is counted twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient

from tests.api.walk import GOOD, at, begin, save
from tests.conftest import Clock
from tests.fresh import small_bank
from tests.quick import Quick
from tests.server import Server

THREADS = 8
ROUNDS = 3
"""A race may go well by chance: each is run a few times."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Quick(tmp_path_factory.mktemp("races"), VIVA_LOG_LEVEL="warning", VIVA_BANK_DIR=str(small_bank())) as server:
        yield server


def at_once(request: Callable[[int], httpx2.Response]) -> list[httpx2.Response]:
    """The answers to `request(0)` to `request(7)`, each sent by a thread of its own when all of them are ready."""
    ready = Barrier(THREADS)

    def run(number: int) -> httpx2.Response:
        ready.wait()
        return request(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(run, range(THREADS)))


def statuses(responses: list[httpx2.Response]) -> Counter[int]:
    return Counter(response.status_code for response in responses)


def stored(server: Server, session: str) -> tuple[int, int]:
    """How many attempts and how many grades the database file has for a session."""
    of_session = "SELECT count(*) FROM attempt WHERE session_id = ?"
    graded = "SELECT count(*) FROM grade JOIN attempt ON attempt.id = attempt_id WHERE session_id = ?"
    ((attempts,),), ((grades,),) = (server.rows(query, session.replace("-", "")) for query in (of_session, graded))
    return attempts, grades


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_eight_submits_one_is_taken(server: Server, _round: int) -> None:
    session = begin(server.client)
    server.client.post(f"{at(session)}/open")
    answers = at_once(lambda n: server.client.post(f"{at(session)}/submit", json={"text": f"{GOOD} {n}"}))
    assert statuses(answers) == {201: 1, 409: THREADS - 1}
    assert stored(server, session) == (1, 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_eight_submits_with_one_key_are_one_attempt(server: Server, _round: int) -> None:
    session, key = begin(server.client), {"Idempotency-Key": str(uuid4())}
    server.client.post(f"{at(session)}/open")
    answers = at_once(lambda _: server.client.post(f"{at(session)}/submit", json={"text": GOOD}, headers=key))
    assert statuses(answers) == {201: 1, 200: THREADS - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert stored(server, session) == (1, 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_key_in_eight_sessions_is_one_attempt(server: Server, _round: int) -> None:
    sessions, key = [begin(server.client) for _ in range(THREADS)], {"Idempotency-Key": str(uuid4())}
    for session in sessions:
        server.client.post(f"{at(session)}/open")
    answers = at_once(lambda n: server.client.post(f"{at(sessions[n])}/submit", json={"text": GOOD}, headers=key))
    assert statuses(answers) == {201: 1, 422: THREADS - 1}
    assert sorted(stored(server, session) for session in sessions) == [(0, 0)] * (THREADS - 1) + [(1, 1)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_submit_skip_reveal_and_finish_race_to_one_end(server: Server, _round: int) -> None:
    session = begin(server.client)
    server.client.post(f"{at(session)}/open")
    ends = [
        f"{at(session)}/submit",
        f"{at(session)}/skip",
        f"{at(session)}/reveal",
        f"/api/v1/sessions/{session}/finish",
    ]
    answers = at_once(lambda n: server.client.post(ends[n % 4], json={"text": GOOD} if n % 4 == 0 else None))
    (won,) = (n % 4 for n, response in enumerate(answers) if response.status_code < 300)
    assert statuses(answers)[409] == THREADS - 1
    read = server.client.get(f"/api/v1/sessions/{session}").json()
    assert read["state"] == "finished"
    assert read["questions"][0]["state"] == ["submitted", "skipped", "revealed", "skipped"][won]
    assert stored(server, session) == ((1, 1) if won == 0 else (0, 0))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_devices_cannot_both_save_on_the_same_revision(server: Server, _round: int) -> None:
    session = begin(server.client)
    server.client.post(f"{at(session)}/open")
    answers = at_once(lambda n: save(server.client, session, f"device {n}", 0))
    assert statuses(answers) == {200: 1, 412: THREADS - 1}
    (won,) = (n for n, response in enumerate(answers) if response.status_code == 200)
    read = server.client.get(at(session)).json()
    assert (read["draft"], read["revision"]) == (f"device {won}", 1)
    assert {r.json()["current_revision"] for r in answers if r.status_code == 412} == {1}


def test_eight_starts_opens_pauses_and_resumes(server: Server) -> None:
    created = server.client.post("/api/v1/sessions", json={"question_ids": ["kv-cache"]}).json()["id"]

    def steps(step: str) -> list[httpx2.Response]:
        return at_once(lambda _: server.client.post(f"/api/v1/sessions/{created}/{step}"))

    assert statuses(steps("start")) == {200: 1, 409: THREADS - 1}
    opened = steps("questions/1/open")
    assert statuses(opened) == {200: THREADS}
    assert len({response.json()["slot"]["deadline"] for response in opened}) == 1
    assert statuses(steps("pause")) == {200: 1, 409: THREADS - 1}
    assert statuses(steps("resume")) == {200: 1, 409: THREADS - 1}


def test_eight_readers_of_an_overdue_session_hand_in_one_draft(client: TestClient, clock: Clock) -> None:
    session = begin(client, question_ids=["kv-cache"], mode="strict", seconds_per_question=60)
    client.post(f"{at(session)}/open")
    save(client, session, GOOD, 0)
    clock.forward(3600)
    answers = at_once(lambda _: client.get(f"/api/v1/sessions/{session}"))
    assert statuses(answers) == {200: THREADS}
    assert {response.json()["questions"][0]["state"] for response in answers} == {"timed-out"}
    (attempt,) = client.get("/api/v1/attempts").json()["items"]
    assert attempt["timed_out"]
    assert attempt["seconds_used"] == 60


def test_a_key_belongs_to_one_text(server: Server) -> None:
    session, key = begin(server.client), {"Idempotency-Key": str(uuid4())}
    server.client.post(f"{at(session)}/open")
    first = server.client.post(f"{at(session)}/submit", json={"text": GOOD}, headers=key)
    other = server.client.post(f"{at(session)}/submit", json={"text": f"{GOOD} And more."}, headers=key)
    assert (first.status_code, other.status_code) == (201, 422)
    assert other.json()["type"] == "urn:viva:problem:key-reused"
    assert stored(server, session) == (1, 1)


def test_a_key_is_known_after_a_restart(server: Server) -> None:
    session, key = begin(server.client), {"Idempotency-Key": str(uuid4())}
    server.client.post(f"{at(session)}/open")
    first = server.client.post(f"{at(session)}/submit", json={"text": GOOD}, headers=key)
    server.restart()
    again = server.client.post(f"{at(session)}/submit", json={"text": GOOD}, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert stored(server, session) == (1, 1)
