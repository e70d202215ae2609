"""Whatever the language model's server does, an answer keeps a grade, says why it is provisional, and gets its own."""

from pathlib import Path
from uuid import UUID

import pytest

from service.operations import jobs
from tests.api.llm import (
    SOON,
    configured,
    ended,
    final,
    hand_in,
    numbers,
    read,
    services,
    serving,
    set_back,
    warm,
)
from tests.api.test_live import events
from tests.conftest import Clock
from tests.llm_faults import Fault
from tests.llm_server import LlmServer, quoting

MODES = [
    ("500", "answers 500"),
    ("429", "answers 429"),
    ("429-retry-after", "answers 429"),
    ("silence", "took longer than 5 seconds"),
    ("drip", "took longer than 5 seconds"),
    ("huge", "larger than 200,000 bytes"),
    ("html", "does not speak its API"),
    ("empty-choices", "is empty"),
    ("refusal", "refused"),
    ("length", "cut off, and again"),
    ("invalid-json", "is not valid JSON"),
    ("wrong-ids", "says nothing of M1"),
    ("redirect", "sends us elsewhere"),
    ("reset", "cannot be reached"),
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SOON, 0.1)


@pytest.mark.parametrize(("fault", "reason"), MODES)
def test_a_fault_leaves_a_provisional_grade_that_the_models_replaces(
    fault: Fault, reason: str, tmp_path: Path, clock: Clock
) -> None:
    timeout = 5 if fault in ("silence", "drip") else 60
    with LlmServer(quoting) as server, serving(configured(server, tmp_path, timeout), clock) as client:
        warm(client)
        server.fail(fault)
        attempt = hand_in(client)
        assert (attempt["status"], attempt["grade"]["grader"]["name"]) == ("submitted", "keyword")
        found = set_back(client, attempt["id"], reason)
        assert (found["status"], found["overall"]) == ("submitted", attempt["overall"])
        stream = events(client, attempt["id"])
        assert next(stream) == ("standing", "submitted-1", {"status": "submitted", "grades": 1})
        name, _, data = next(stream)
        assert (name, reason in data["reason"]) == ("setback", True)
        server.fail(None)
        clock.forward(60)
        assert list(stream)[-1] == ("standing", "graded-2", {"status": "graded", "grades": 2})
        found = read(client, attempt["id"])
        assert (found["grade"]["grader"]["name"], found["grade"]["provisional"]) == ("llm", None)
        assert numbers(client, attempt["id"]) == [(1, "keyword", True), (2, "llm", False)]


@pytest.mark.parametrize("fault", ["500", "refusal"])
def test_a_job_that_is_given_up_leaves_the_provisional_grade_standing_and_says_why(
    fault: Fault, tmp_path: Path, clock: Clock
) -> None:
    reason = dict(MODES)[fault]
    with LlmServer(quoting) as server, serving(configured(server, tmp_path, job_tries=1), clock) as client:
        warm(client)
        server.fail(fault)
        attempt = hand_in(client)["id"]
        found = ended(client, attempt)
        assert (found["status"], found["grade"]["grader"]["name"]) == ("graded", "keyword")
        assert reason in found["grade"]["provisional"]
        assert [event[1] for event in events(client, attempt) if event[0] == "standing"] == ["graded-1"]
        server.fail(None)
        assert jobs.retry(services(client), None) == 1
        found = ended(client, attempt)
        assert (found["grade"]["grader"]["name"], found["grade"]["provisional"]) == ("llm", None)
        assert numbers(client, attempt) == [(1, "keyword", True), (2, "llm", False)]


def test_a_regrade_replaces_provisional_grades_that_were_left_standing(tmp_path: Path, clock: Clock) -> None:
    with LlmServer(quoting) as server, serving(configured(server, tmp_path, job_tries=1), clock) as client:
        warm(client)
        server.fail("401")
        attempt = hand_in(client)["id"]
        ended(client, attempt)
        server.fail(None)
        assert list(jobs.enqueue_regrades(services(client), None)) == [1]
        assert final(client, attempt)["grade"]["grader"]["name"] == "llm"
        assert list(jobs.enqueue_regrades(services(client), None)) == []


def test_a_provisional_grade_is_outdated_even_where_the_keyword_grader_is_the_one_that_is_left(
    tmp_path: Path, clock: Clock
) -> None:
    with LlmServer(quoting) as server:
        settings = configured(server, tmp_path, job_tries=1)
        server.fail("401")
        with serving(settings, clock) as client:
            attempt = hand_in(client)["id"]
            ended(client, attempt)
    with serving(settings.model_copy(update={"grader": "keyword"}), clock) as client:
        assert list(jobs.enqueue_regrades(services(client), None)) == [1]
        final(client, attempt)
        assert numbers(client, attempt) == [(1, "keyword", True), (2, "keyword", False)]


def test_grading_that_is_cancelled_leaves_the_provisional_grade(tmp_path: Path, clock: Clock) -> None:
    with LlmServer(quoting) as server, serving(configured(server, tmp_path, job_concurrency=0), clock) as client:
        attempt = hand_in(client)["id"]
        assert jobs.cancel(services(client), UUID(attempt)) == 1
        found = read(client, attempt)
        assert (found["status"], bool(found["grade"]["provisional"])) == ("graded", True)
