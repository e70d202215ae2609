"""A grade that takes its time: who handed in can wait for it, follow it, or come back later."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking
from service.domain.rubric import Item
from service.errors import GraderUnavailable
from service.graders.keyword import KeywordGrader
from service.settings import Settings
from service.wiring import Services
from tests.api.walk import GOOD, at, begin
from tests.conftest import Clock, banks
from tests.server import eventually
from tests.team import AUTH, browser, set_up, sign_in_settings


class Patient(KeywordGrader):
    """Grades once it is let."""

    identity = GraderName(name="patient", version="1")
    go = threading.Event()

    async def mark(self, item: Item, answer: Answer) -> Marking:
        await asyncio.to_thread(self.go.wait, 20)
        return await super().mark(item, answer)


@pytest.fixture
def settings(settings: Settings) -> Iterator[Settings]:
    Patient.go.clear()
    yield settings.model_copy(update={"grader": f"{__name__}:Patient"})
    Patient.go.set()


def hand_in(client: TestClient, wait: float = 0) -> dict[str, Any]:
    session = begin(client)
    client.post(f"{at(session)}/open")
    made = client.post(f"{at(session)}/submit", params={"wait": wait}, json={"text": GOOD})
    assert made.status_code == 201, made.text
    attempt: dict[str, Any] = made.json()
    return attempt


def events(client: TestClient, attempt: str, last: str | None = None) -> Iterator[tuple[str, str, Any]]:
    """Name, id and data of each event of a stream, until it ends."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with client.stream("GET", f"/api/v1/attempts/{attempt}/events", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        for line in response.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event:
                if "data" in event:
                    yield event["event"], event.get("id", ""), json.loads(event["data"])
                event = {}


def in_a_while() -> None:
    threading.Timer(0.3, Patient.go.set).start()


def test_a_submit_does_not_wait_longer_than_it_was_asked_to(client: TestClient) -> None:
    attempt = hand_in(client)
    assert (attempt["status"], attempt["grade"], attempt["ungraded_reason"]) == ("submitted", None, None)
    assert attempt["review"]["model_answer"]["markdown"]  # readable meanwhile
    Patient.go.set()


def test_sessions_and_reports_tell_which_answers_wait_for_their_grade(client: TestClient) -> None:
    attempt = hand_in(client)
    session = f"/api/v1/sessions/{attempt['session_id']}"
    for path in (session, f"{session}/report"):
        row = client.get(path).json()["questions"][0]
        assert (row["attempt_status"], row["overall"]) == ("submitted", None)
    export = client.get(f"{session}/report", params={"format": "markdown"}).text
    assert "not yet in these means: 1" in export
    assert "| being graded |" in export
    Patient.go.set()
    eventually(lambda: client.get(session).json()["questions"][0]["attempt_status"] == "graded" or None)
    assert "being graded" not in client.get(f"{session}/report", params={"format": "markdown"}).text


def test_a_submit_that_waits_has_the_grade(client: TestClient) -> None:
    in_a_while()
    assert hand_in(client, wait=20)["status"] == "graded"


def test_reading_with_a_wait_answers_when_the_grade_is_there(client: TestClient) -> None:
    attempt = hand_in(client)
    path = f"/api/v1/attempts/{attempt['id']}"
    assert client.get(path, params={"wait": 0.1}).json()["status"] == "submitted"
    in_a_while()
    assert client.get(path, params={"wait": 20}).json()["status"] == "graded"


@pytest.mark.parametrize("wait", [-1, 26, "long"])
def test_nobody_waits_longer_than_a_proxy_does(client: TestClient, wait: object) -> None:
    assert client.get(f"/api/v1/attempts/{uuid4()}", params={"wait": str(wait)}).status_code == 422


def test_a_stream_tells_how_it_stands_and_then_the_grade(client: TestClient) -> None:
    attempt = hand_in(client)
    stream = events(client, attempt["id"])
    assert next(stream) == ("standing", "submitted-0", {"status": "submitted", "grades": 0})
    assert "viva_sse_clients 1.0" in client.get("/metrics").text
    Patient.go.set()
    assert list(stream) == [("standing", "graded-1", {"status": "graded", "grades": 1})]
    assert eventually(lambda: "viva_sse_clients 0.0" in client.get("/metrics").text or None)


def test_a_stream_goes_on_after_the_last_event(client: TestClient) -> None:
    attempt = hand_in(client)
    in_a_while()
    assert [name for _, name, _ in events(client, attempt["id"], "submitted-0")] == ["graded-1"]
    assert [name for _, name, _ in events(client, attempt["id"], "submitted-0")] == ["graded-1"]
    assert [name for _, name, _ in events(client, attempt["id"], "made-up")] == ["graded-1"]


def test_who_has_heard_all_is_told_to_stay_away(client: TestClient) -> None:
    attempt = hand_in(client)
    Patient.go.set()
    assert len(list(events(client, attempt["id"]))) >= 1
    done = client.get(f"/api/v1/attempts/{attempt['id']}/events", headers={"Last-Event-ID": "graded-1"})
    assert (done.status_code, done.content) == (204, b"")


def test_there_is_no_stream_of_what_is_not_there(client: TestClient) -> None:
    missing = client.get(f"/api/v1/attempts/{uuid4()}/events")
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:viva:problem:not-found")


def test_a_server_that_stops_ends_its_streams_and_is_not_ready(client: TestClient, app: FastAPI) -> None:
    attempt = hand_in(client)
    stream = events(client, attempt["id"])
    assert next(stream)[1] == "submitted-0"
    services: Services = app.state.services
    assert client.portal
    client.portal.call(services.live.close)
    assert list(stream) == []
    stopping = client.get("/readyz")
    assert (stopping.status_code, stopping.json()["detail"]) == (503, "This process is about to stop.")
    assert client.get("/healthz").status_code == 200
    Patient.go.set()


def test_jobs_are_counted(client: TestClient) -> None:
    hand_in(client)
    counted = client.get("/metrics").text
    assert 'viva_jobs{work="grade"} 1.0' in counted
    assert 'viva_job_oldest_seconds{work="grade"} 0.0' in counted
    Patient.go.set()
    assert eventually(lambda: 'viva_jobs{work="grade"} 0.0' in client.get("/metrics").text or None)
    assert 'viva_job_tries_total{outcome="done",work="grade"} 1.0' in client.get("/metrics").text
    assert 'viva_jobs_failed{work="grade"} 0.0' in client.get("/metrics").text


class Away(KeywordGrader):
    identity = GraderName(name="away", version="1")

    async def mark(self, item: Item, answer: Answer) -> Marking:
        raise GraderUnavailable("The model is busy.", retry_after=7)


def test_a_grader_that_is_away_is_asked_later_and_given_up_in_the_end(settings: Settings) -> None:
    away = settings.model_copy(update={"grader": f"{__name__}:Away", "job_tries": 2, "retry_seconds": 0.01})
    with TestClient(create_app(away, banks=banks()), base_url="http://127.0.0.1") as client:
        attempt = hand_in(client)
        assert attempt["status"] == "submitted"
        path = f"/api/v1/attempts/{attempt['id']}"
        read = eventually(lambda: found if (found := client.get(path).json())["status"] == "ungraded" else None)
        assert (read["grade"], read["ungraded_reason"]) == (None, "The model is busy.")
        assert 'viva_jobs_failed{work="grade"} 1.0' in client.get("/metrics").text
        assert 'viva_grader_unavailable_total{grader="away"} 2.0' in client.get("/metrics").text


def test_grading_without_storing_says_when_to_ask_again(settings: Settings) -> None:
    away = settings.model_copy(update={"grader": f"{__name__}:Away"})
    with TestClient(create_app(away, banks=banks()), base_url="http://127.0.0.1") as client:
        asked = client.post("/api/v1/grade", json={"question_id": "kv-cache", "answer": GOOD})
        assert (asked.status_code, asked.headers["retry-after"]) == (503, "7")
        assert asked.json()["type"] == "urn:viva:problem:grader-unavailable"


def test_who_signed_out_hears_no_more(settings: Settings, clock: Clock) -> None:
    app = create_app(settings.model_copy(update={"sign_in": sign_in_settings()}), clock=clock, banks=banks())
    with browser(app) as ada:
        set_up(ada)
        attempt = hand_in(ada)
        stream = events(ada, attempt["id"])
        assert next(stream)[1] == "submitted-0"
        assert ada.post(f"{AUTH}/sign-out").status_code == 204
        Patient.go.set()
        assert list(stream) == []
