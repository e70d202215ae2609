"""What breaks behind the API: no space, another writer, graders that fail, a crash between two commits.

Each is a clear answer, nothing that was acknowledged is lost, and the same request works once the fault is over.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from service.api.app import create_app
from service.domain.attempt import Answer
from service.domain.grade import Evidence, Finding, GraderName, Marking, Reading, Ungraded, Verdict
from service.domain.rubric import Item
from service.graders.keyword import KeywordGrader
from service.settings import Settings
from service.wiring import Services
from tests.api.walk import GOOD, answer, at, begin, save
from tests.conftest import banks
from tests.server import eventually

LONG = f"{GOOD} " * 60
KEY = {"Idempotency-Key": "the-same-key"}


def services(client: TestClient) -> Services:
    found: Services = client.app.state.services  # type: ignore[attr-defined]
    return found


@contextmanager
def started(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1") as client:
        yield client


@contextmanager
def no_space(client: TestClient) -> Iterator[None]:
    """SQLite's own limit: the database may have no page more than it has."""
    engine = services(client).store.engine

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {1 if held else 2**30}")

    held = True
    event.listen(engine, "checkout", limit)
    yield
    held = False


@contextmanager
def another_writer(client: TestClient) -> Iterator[None]:
    """A connection from outside that holds the database's one write lock."""
    path = services(client).store.url.database
    assert path
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


class Failing(KeywordGrader):
    """Raises at one question, and grades the others."""

    identity = GraderName(name="failing", version="1")

    async def mark(self, item: Item, answer: Answer) -> Marking:
        if item.id == "kv-cache":
            raise ZeroDivisionError("a bug")
        return await super().mark(item, answer)


class Undecided:
    """Never decides."""

    identity = GraderName(name="undecided", version="1")

    async def mark(self, item: Item, answer: Answer) -> Ungraded:
        return Ungraded(reason="The judge was not sure.")


class Silent:
    """Returns what is no marking at all."""

    identity = GraderName(name="silent", version="1")

    async def mark(self, item: Item, answer: Answer) -> None:
        return None


class Inventive:
    """Names what the rubric does not have, and quotes what the answer does not say."""

    identity = GraderName(name="inventive", version="1")

    async def mark(self, item: Item, answer: Answer) -> Marking:
        there = (Evidence(start=0, end=3, quote=answer.text[:3]),)
        return Marking(
            verdicts=(Verdict(point="M1", label="met", evidence=(Evidence(start=0, end=3, quote="???"),)),),
            mistakes=(Finding(mistake="X99", evidence=there),),
            quantities=(Reading(quantity="N99", right=False, evidence=there),),
        )


def test_without_space_a_submit_is_refused_and_works_when_there_is_space(client: TestClient) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    with no_space(client):
        for _ in range(2):
            refused = client.post(f"{at(session)}/submit", json={"text": LONG}, headers=KEY)
            assert (refused.status_code, refused.json()["type"]) == (503, "urn:viva:problem:store-full")
            assert refused.headers["retry-after"] == "1"
        assert client.get(at(session)).json()["slot"]["state"] == "open"
        assert client.get("/api/v1/attempts").json()["items"] == []
    taken = client.post(f"{at(session)}/submit", json={"text": LONG}, headers=KEY)
    assert taken.status_code == 201
    assert taken.json()["status"] == "graded"


def test_without_space_a_draft_is_refused_and_the_last_one_stays(client: TestClient) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    assert save(client, session, "saved before", 0).status_code == 200
    with no_space(client):
        refused = save(client, session, LONG, 1)
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:viva:problem:store-full")
        assert refused.headers["retry-after"] == "1"
        read = client.get(at(session)).json()
        assert (read["draft"], read["revision"]) == ("saved before", 1)
    assert save(client, session, LONG, 1).json() == {"revision": 2}


def test_while_another_writes_reads_go_on_and_writes_ask_to_come_back(settings: Settings) -> None:
    with started(settings.model_copy(update={"busy_seconds": 0.2})) as client:
        session = begin(client)
        client.post(f"{at(session)}/open")
        assert save(client, session, "saved before", 0).status_code == 200
        with another_writer(client):
            for refused in (
                save(client, session, "saved while busy", 1),
                client.post(f"{at(session)}/submit", json={"text": GOOD}, headers=KEY),
                client.post("/api/v1/sessions", json={}),
                client.get("/readyz"),
            ):
                assert (refused.status_code, refused.json()["type"]) == (503, "urn:viva:problem:store-busy")
                assert refused.headers["retry-after"] == "1"
            assert client.get(at(session)).json()["draft"] == "saved before"
            assert client.get("/api/v1/sessions").status_code == 200
            assert client.get("/healthz").status_code == 200
        assert save(client, session, "saved while busy", 1).status_code == 200
        assert client.post(f"{at(session)}/submit", json={"text": GOOD}, headers=KEY).status_code == 201
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("grader", "reason"),
    [
        ("Failing", "The grader failing failed (ZeroDivisionError)."),
        ("Silent", "The grader silent failed (AttributeError)."),
        ("Undecided", "The judge was not sure."),
    ],
)
def test_a_grader_that_fails_gives_no_grade_and_never_a_zero(settings: Settings, grader: str, reason: str) -> None:
    with started(settings.model_copy(update={"grader": f"{__name__}:{grader}"})) as client:
        session = begin(client)
        kept = answer(client, session)
        assert (kept["status"], kept["grade"], kept["overall"]) == ("ungraded", None, None)
        assert (kept["ungraded_reason"], kept["answer"]) == (reason, GOOD)
        assert kept["review"]["model_answer"]["markdown"]
        assert client.get("/api/v1/progress").json()["scores"] == []
        report = client.get(f"/api/v1/sessions/{session}/report").json()
        assert report["answered_mean"] is None
        assert report["questions"][0]["overall"] is None
        loose = client.post("/api/v1/grade", json={"question_id": "kv-cache", "answer": GOOD})
        assert loose.json() == {"grade": None, "ungraded_reason": reason}


def test_a_grader_that_fails_at_one_question_grades_the_next(settings: Settings) -> None:
    with started(settings.model_copy(update={"grader": f"{__name__}:Failing"})) as client:
        session = begin(client, question_ids=["kv-cache", "rope"])
        assert answer(client, session)["status"] == "ungraded"
        assert answer(client, session, position=2)["status"] == "graded"


def test_a_grader_cannot_invent_mistakes_numbers_or_evidence(settings: Settings) -> None:
    with started(settings.model_copy(update={"grader": f"{__name__}:Inventive"})) as client:
        grade = answer(client, begin(client))["grade"]
    assert (grade["mistakes"], grade["quantities"], grade["overall"]) == ([], [], 0)
    assert {point["label"] for criterion in grade["criteria"] for point in criterion["points"]} == {"missed"}


class Interrupted(KeywordGrader):
    """Lets another writer in between the two commits of a submit: the answer's and the grade's."""

    identity = GraderName(name="interrupted", version="1")
    locks: list[sqlite3.Connection] = []

    async def mark(self, item: Item, answer: Answer) -> Marking:
        for connection in self.locks:
            connection.execute("BEGIN IMMEDIATE")
        return await super().mark(item, answer)


def test_an_answer_whose_grade_was_lost_is_graded_after_the_next_start(settings: Settings) -> None:
    interrupted = settings.model_copy(update={"grader": f"{__name__}:Interrupted", "busy_seconds": 0.2})
    with started(interrupted) as client:
        session = begin(client)
        client.post(f"{at(session)}/open")
        path = services(client).store.url.database
        assert path
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
            Interrupted.locks.append(connection)
            made = client.post(f"{at(session)}/submit", json={"text": GOOD})
            Interrupted.locks.clear()
        assert made.status_code == 201
        assert (made.json()["status"], made.json()["grade"], made.json()["ungraded_reason"]) == (
            "submitted",
            None,
            None,
        )
    with started(settings) as client:

        def graded() -> dict[str, Any] | None:
            read: dict[str, Any] = client.get(f"/api/v1/attempts/{made.json()['id']}").json()
            return read if read["status"] == "graded" else None

        read = eventually(graded)
        assert (read["answer"], read["grade"]["grader"]["name"]) == (GOOD, "keyword")
        assert read["overall"] > 0


def test_what_nobody_foresaw_is_a_problem_with_an_id_and_the_next_request_works(settings: Settings) -> None:
    app = create_app(settings, banks=banks())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        made = answer(client, begin(client))
        with closing(sqlite3.connect(settings.data_dir / "viva.db")) as connection, connection:
            connection.execute("UPDATE grade SET body = '{}'")
        failed = client.get(f"/api/v1/attempts/{made['id']}", headers={"X-Request-ID": "this-request"})
        assert (failed.status_code, failed.headers["x-request-id"]) == (500, "this-request")
        assert failed.json() == {
            "type": "urn:viva:problem:internal",
            "title": "Internal Server Error",
            "status": 500,
            "detail": "Something went wrong here. The log has it under this request's id.",
            "instance": "urn:viva:request:this-request",
        }
        assert "content-security-policy" in failed.headers
        assert answer(client, begin(client, question_ids=["rope"]))["status"] == "graded"
        assert 'route="/attempts/{attempt_id}",status="500"' in client.get("/metrics").text
