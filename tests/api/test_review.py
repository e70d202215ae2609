"""People and grades: overrides, disputes, the queue, and grading again."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.domain.attempt import Answer, Person
from service.domain.grade import Call, Grade, GraderName, Marking, Ungraded, assess
from service.domain.plan import Plan
from service.domain.review import CAUSES
from service.domain.rubric import Item
from service.errors import GraderUnavailable
from service.graders.keyword import KeywordGrader
from service.graders.panel import DISAGREES
from service.settings import Settings
from service.store import attempts, jobs
from service.wiring import Services
from tests.api.walk import GOOD, answer, at, begin
from tests.conftest import START, banks
from tests.fresh import fresh
from tests.server import eventually
from tests.test_races import THREADS, at_once, statuses

CALL = Call(requested_model="asked-for", model="one-model", digest="d" * 64, reply="{the model's own words}")


class Doubtful(KeywordGrader):
    """Marks as the keyword grader, but doubts every answer that says "unsure" or "shaken"; it has asked a model."""

    identity = GraderName(name="doubtful", version="1")

    async def mark(self, item: Item, answer: Answer) -> Marking:
        marking = await super().mark(item, answer)
        doubts = ("collapsed", *[DISAGREES] * ("split" in answer.text)) if "unsure" in answer.text else ()
        confidence = 0.2 if "shaken" in answer.text else None
        verdicts = tuple(v.model_copy(update={"confidence": confidence}) for v in marking.verdicts)
        return marking.model_copy(update={"verdicts": verdicts, "doubts": doubts, "calls": (CALL,)})


class Patient(KeywordGrader):
    """Grades once it is let."""

    identity = GraderName(name="patient", version="1")
    go = threading.Event()

    async def mark(self, item: Item, answer: Answer) -> Marking:
        await asyncio.to_thread(self.go.wait, 20)
        return await super().mark(item, answer)


class Away(KeywordGrader):
    async def mark(self, item: Item, answer: Answer) -> Marking:
        raise GraderUnavailable("The model is busy.")


class Undecided(KeywordGrader):
    async def mark(self, item: Item, answer: Answer) -> Ungraded:  # type: ignore[override]
        return Ungraded(reason="It could not decide.")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=fresh(tmp_path / "data"), grader=f"{__name__}:Doubtful")


def running(settings: Settings, grader: str) -> TestClient:
    settings = settings.model_copy(update={"grader": f"{__name__}:{grader}"})
    return TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1")


def graded(client: TestClient, text: str = GOOD) -> dict[str, Any]:
    attempt: dict[str, Any] = answer(client, begin(client), text)
    return attempt


def read(client: TestClient, attempt: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/attempts/{attempt}").json()
    return found


def explained(client: TestClient, attempt: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/review/attempts/{attempt}/grades", params={"blind": False}).json()
    return found


def override(client: TestClient, attempt: str, based_on: int = 1, **changes: Any) -> Any:
    changes = {"note": "I see it otherwise.", "based_on": based_on} | changes
    return client.post(f"/api/v1/review/attempts/{attempt}/grades", params={"blind": False}, json=changes)


def dispute(client: TestClient, attempt: str, text: str = "It is there.", **about: str) -> Any:
    return client.post(f"/api/v1/attempts/{attempt}/disputes", json={"text": text} | (about or {"point": "M1"}))


def queue(client: TestClient, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/review", params={"blind": False} | filters).json()["items"]
    return found


def points(attempt: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {point["id"]: point for criterion in attempt["grade"]["criteria"] for point in criterion["points"]}


def missed(attempt: dict[str, Any]) -> str:
    """A key point that the answer left out."""
    return next(point for point, found in points(attempt).items() if found["label"] == "missed")


def test_a_reviewer_overrides_a_verdict_and_the_candidate_sees_it(client: TestClient) -> None:
    before = graded(client)
    point = missed(before)
    made = override(client, before["id"], verdicts=[{"point": point, "label": "met", "note": "In other words."}])
    assert made.status_code == 201, made.text
    after = read(client, before["id"])
    assert after["overall"] > before["overall"]
    assert (after["status"], after["grade"]["grader"]["name"]) == ("graded", "person")
    assert after["grade"]["note"] == "I see it otherwise."
    assert (points(after)[point]["label"], points(after)[point]["note"]) == ("met", "In other words.")
    assert after["grade"]["rubric_digest"] == before["grade"]["rubric_digest"]
    assert "local" not in str(after["grade"])  # who it was is for reviewers
    machine, person = made.json()["grades"]
    assert (machine["number"], machine["person"], machine["grade"]) == (1, None, before["grade"])
    assert (person["number"], person["person"], person["note"]) == (2, "local", "I see it otherwise.")
    assert client.get("/api/v1/attempts").json()["items"][0]["overall"] == after["overall"]


def test_a_reviewer_adds_and_takes_away_mistakes(client: TestClient) -> None:
    before = graded(client)
    made = override(client, before["id"], mistakes=[{"mistake": "X1", "asserted": True, "note": "Your last words."}])
    (mistake,) = made.json()["grades"][-1]["grade"]["mistakes"]
    assert (mistake["id"], mistake["evidence"], mistake["note"]) == ("X1", [], "Your last words.")
    assert read(client, before["id"])["overall"] < before["overall"]
    override(client, before["id"], 2, mistakes=[{"mistake": "X1", "asserted": False}])
    assert read(client, before["id"])["overall"] == before["overall"]


def test_changes_to_an_overtaken_grade_are_refused_and_overwrite_nothing(client: TestClient) -> None:
    attempt = graded(client)["id"]
    override(client, attempt)
    for stale in (0, 1, 3):
        refused = override(client, attempt, stale, verdicts=[{"point": "M1", "label": "missed"}])
        problem = refused.json()
        assert (refused.status_code, problem["type"]) == (412, "urn:viva:problem:grade-mismatch")
        assert problem["current_grade"] == 2
    assert [grade["number"] for grade in explained(client, attempt)["grades"]] == [1, 2]


def test_changes_that_mean_nothing_are_refused(client: TestClient) -> None:
    attempt = graded(client)["id"]
    for changes in (
        {"verdicts": [{"point": "M99", "label": "met"}]},
        {"mistakes": [{"mistake": "M1", "asserted": True}]},
        {"verdicts": [{"point": "M1", "label": "brilliant"}]},
        {"verdicts": [{"point": "M1", "label": "met"}] * 2},
        {"note": ""},
        {"note": "a" * 2001},
        {"note": "\x00"},
        {"verdicts": [{"point": "M1", "label": "met", "note": " "}]},
    ):
        assert override(client, attempt, **changes).status_code == 422, changes
    assert len(explained(client, attempt)["grades"]) == 1


def test_of_eight_overrides_at_once_one_is_taken(client: TestClient) -> None:
    attempt = graded(client)["id"]
    assert statuses(at_once(lambda _: override(client, attempt))) == {201: 1, 412: THREADS - 1}
    assert len(explained(client, attempt)["grades"]) == 2


def test_of_eight_overrides_at_once_on_postgres_one_is_taken(postgres_url: str) -> None:
    settings = Settings(database_url=postgres_url, grader=f"{__name__}:Doubtful")
    with TestClient(create_app(settings, banks=banks()), base_url="http://127.0.0.1") as client:
        attempt = graded(client)["id"]
        client.post(f"/api/v1/review/attempts/{attempt}/regrade")  # and a worker is at it meanwhile
        answers = statuses(at_once(lambda _: override(client, attempt)))
        assert set(answers) <= {201, 412}
        grades = explained(client, attempt)["grades"]
        assert answers[201] == sum(grade["person"] is not None for grade in grades) <= 1
        assert [grade["person"] for grade in grades if grade["number"] > 2] in ([], [None])


@pytest.fixture
def waiting(settings: Settings) -> Iterator[TestClient]:
    """With a grader that grades once it is let."""
    Patient.go.clear()
    with running(settings, "Patient") as client:
        yield client
        Patient.go.set()


def hand_in(client: TestClient) -> str:
    session = begin(client)
    client.post(f"{at(session)}/open")
    made = client.post(f"{at(session)}/submit", params={"wait": 0}, json={"text": GOOD}).json()
    assert made["status"] == "submitted"
    return str(made["id"])


def whole(client: TestClient, attempt: str, label: str = "met") -> list[dict[str, str]]:
    """A verdict on every key point."""
    return [{"point": p["id"], "label": label} for p in read(client, attempt)["review"]["key_points"]]


def jobs_of(client: TestClient) -> int:
    services: Services = client.app.state.services  # type: ignore[attr-defined]
    with services.store.read() as tx:
        return len(jobs.page(tx, failed=False)) + len(jobs.page(tx, failed=True))


def test_a_person_grades_an_answer_that_still_waits_and_the_machine_s_grade_is_dropped(waiting: TestClient) -> None:
    attempt = hand_in(waiting)
    part = override(waiting, attempt, 0, verdicts=[{"point": "M1", "label": "met"}])
    assert (part.status_code, "say also what you find" in part.json()["detail"]) == (422, True)
    made = override(waiting, attempt, 0, verdicts=whole(waiting, attempt))
    assert made.status_code == 201, made.text
    assert jobs_of(waiting) == 0
    Patient.go.set()  # the worker had it in hand
    again = graded(waiting)  # and by now has gone on to another
    assert again["status"] == "graded"
    after = read(waiting, attempt)
    assert (after["status"], after["overall"], after["grade"]["grader"]["name"]) == ("graded", 100, "person")
    assert len(explained(waiting, attempt)["grades"]) == 1


def test_a_follower_learns_of_a_person_s_grade(waiting: TestClient) -> None:
    attempt = hand_in(waiting)
    verdicts = whole(waiting, attempt)
    reviewer = threading.Timer(0.3, lambda: override(waiting, attempt, 0, verdicts=verdicts))
    reviewer.start()
    found = waiting.get(f"/api/v1/attempts/{attempt}", params={"wait": 20}).json()
    reviewer.join()
    assert (found["status"], found["grade"]["grader"]["name"]) == ("graded", "person")


def test_a_person_grades_what_no_grader_could(settings: Settings) -> None:
    with running(settings, "Undecided") as client:
        attempt = graded(client)
        assert attempt["status"] == "ungraded"
        verdicts = whole(client, attempt["id"], "partial")
        assert override(client, attempt["id"], 1, verdicts=verdicts).status_code == 201
        after = read(client, attempt["id"])
        assert (after["status"], after["overall"], after["ungraded_reason"]) == ("graded", 50, None)
        assert explained(client, attempt["id"])["grades"][0]["ungraded_reason"] == "It could not decide."


def test_a_person_s_grade_ends_a_job_that_waits_for_the_model(settings: Settings) -> None:
    with running(settings, "Away") as client:
        attempt = hand_in(client)
        eventually(lambda: jobs_of(client) or None)
        override(client, attempt, 0, verdicts=whole(client, attempt))
        assert jobs_of(client) == 0


def test_a_machine_s_grade_that_comes_later_is_dropped(client: TestClient) -> None:
    attempt = graded(client)["id"]
    override(client, attempt)
    services: Services = client.app.state.services  # type: ignore[attr-defined]
    with services.store.write() as tx:
        kept = attempts.load(tx, UUID(attempt))
        item = services.banks.by_digest(kept.item_digest)
        assert item is not None
        late: Grade = assess(Marking(), item.rubric, kept.answer, GraderName(name="late", version="1"))
        assert attempts.add_grade(tx, kept, late.grader, late, START, again=True) is False
    assert read(client, attempt)["grade"]["grader"]["name"] == "person"


def test_a_candidate_disputes_a_verdict_and_reads_the_reply(client: TestClient) -> None:
    attempt = graded(client)["id"]
    made = dispute(client, attempt, "  My second sentence says so. ")
    assert made.status_code == 201
    assert (made.json()["point"], made.json()["text"]) == ("M1", "My second sentence says so.")
    assert read(client, attempt)["disputes"] == [made.json()]
    (row,) = queue(client, kind="dispute")
    assert (row["id"], row["attempt_id"], row["candidate"]) == (made.json()["id"], attempt, "local")
    assert (row["question_id"], row["title"], row["number"]) == ("kv-cache", read(client, attempt)["title"], 1)
    closing = f"/api/v1/review/{row['id']}/close"
    closed = client.post(closing, params={"blind": False}, json={"reply": "It says something else."})
    assert (closed.status_code, closed.json()["closed_by"]) == (200, "local")
    (told,) = read(client, attempt)["disputes"]
    assert told["reply"] == "It says something else."
    assert told["closed_at"]
    assert "closed_by" not in told
    assert queue(client) == []
    assert [row["id"] for row in queue(client, closed=True)] == [told["id"]]
    again = client.post(f"/api/v1/review/{row['id']}/close", json={"reply": "And again."})
    assert again.status_code == 409
    assert dispute(client, attempt).status_code == 201


def test_a_verdict_has_one_open_dispute(client: TestClient) -> None:
    attempt = graded(client)["id"]
    assert statuses(at_once(lambda _: dispute(client, attempt))) == {201: 1, 409: THREADS - 1}
    assert dispute(client, attempt, point="W1").status_code == 201


def test_a_mistake_can_be_disputed_and_what_the_grade_does_not_say_cannot(client: TestClient) -> None:
    attempt = graded(client, "The KV cache stores the generated text, so that nothing is computed twice.")
    (mistake,) = attempt["grade"]["mistakes"]
    assert dispute(client, attempt["id"], mistake=mistake["id"]).status_code == 201
    for about in ({"point": "M99"}, {"mistake": "X99"}, {"point": "M1", "mistake": "X1"}, {"point": "nothing"}):
        assert dispute(client, attempt["id"], **about).status_code == 422, about
    assert dispute(client, attempt["id"], "a" * 2001).status_code == 422
    assert dispute(client, attempt["id"], " \n").status_code == 422


def test_what_is_still_being_graded_cannot_be_disputed(waiting: TestClient) -> None:
    refused = dispute(waiting, hand_in(waiting))
    assert (refused.status_code, "being graded" in refused.json()["detail"]) == (409, True)


def test_an_override_answers_the_disputes_that_it_names(client: TestClient) -> None:
    attempt = graded(client)["id"]
    for point in ("M1", "W1", "T1"):
        dispute(client, attempt, point=point)
    changes = [{"point": "M1", "label": "met", "note": "You are right."}, {"point": "W1", "label": "missed"}]
    override(client, attempt, verdicts=changes)
    replies = {told["point"]: told["reply"] for told in read(client, attempt)["disputes"]}
    assert replies == {"M1": "You are right.", "W1": "I see it otherwise.", "T1": None}
    assert [row["point"] for row in queue(client)] == ["T1"]


def test_doubts_wait_for_a_person_until_one_confirms_or_overrides(client: TestClient) -> None:
    first, second = graded(client, f"{GOOD} I am unsure.")["id"], graded(client, f"{GOOD} Quite unsure.")["id"]
    graded(client)
    rows = queue(client, kind="doubt")
    assert [(row["attempt_id"], row["text"], row["point"]) for row in rows] == [
        (first, "collapsed", None),
        (second, "collapsed", None),
    ]
    client.post(f"/api/v1/review/{rows[0]['id']}/close", json={"reply": "The grade is right."})
    override(client, second)
    assert queue(client) == []
    assert read(client, first)["grade"]["grader"]["name"] == "doubtful"


def test_the_queue_is_read_in_pages_and_by_question(client: TestClient) -> None:
    made = [graded(client, f"{GOOD} I am unsure of {n}.")["id"] for n in range(3)]
    other = answer(client, begin(client, question_ids=["rope"]), "I am unsure.")["id"]
    page = client.get("/api/v1/review", params={"limit": 2}).json()
    rest = client.get("/api/v1/review", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [row["attempt_id"] for row in page["items"] + rest["items"]] == [*made, other]
    assert rest["next_cursor"] is None
    assert [row["attempt_id"] for row in queue(client, question_id="rope")] == [other]


def test_the_queue_is_read_by_cause(client: TestClient) -> None:
    shaken = graded(client, f"{GOOD} I am shaken.")["id"]
    split = graded(client, f"{GOOD} I am unsure and split.")["id"]
    dispute(client, shaken, "low confidence")  # a candidate's words are no cause
    assert [row["attempt_id"] for row in queue(client, cause="low-confidence")] == [shaken]
    assert [row["attempt_id"] for row in queue(client, cause="disagreement")] == [split]
    assert queue(client, cause="disagreement", kind="dispute") == []
    assert DISAGREES in CAUSES["disagreement"]


def test_an_attempt_is_graded_again_on_request_but_not_over_a_person(client: TestClient) -> None:
    attempt = graded(client)["id"]
    path = f"/api/v1/review/attempts/{attempt}/regrade"
    asked = client.post(path)
    assert (asked.status_code, asked.json()) == (202, {"enqueued": True})
    eventually(lambda: len(explained(client, attempt)["grades"]) == 2 or None)
    override(client, attempt, 2)
    refused = client.post(path)
    assert (refused.status_code, "person" in refused.json()["detail"]) == (409, True)


def test_what_waits_for_its_first_grade_is_not_graded_again(waiting: TestClient) -> None:
    assert waiting.post(f"/api/v1/review/attempts/{hand_in(waiting)}/regrade").status_code == 409


def test_another_organisation_s_attempts_and_reviews_are_not_there(client: TestClient) -> None:
    services: Services = client.app.state.services  # type: ignore[attr-defined]
    other = Person(id="other", organisation="elsewhere")

    async def practise() -> tuple[str, str]:
        session = await services.practice.create(other, Plan(question_ids=("kv-cache",)), START)
        await services.practice.start(other, session.id, START)
        await services.practice.open(other, session.id, 1, START)
        attempt, _ = await services.practice.submit(other, session.id, 1, GOOD, None, START)
        made = await services.reviews.dispute(other, attempt, "M1", "It is there.", START)
        return str(attempt), str(made.id)

    attempt, review = client.portal.call(practise)  # type: ignore[union-attr]
    for refused in (
        override(client, attempt),
        dispute(client, attempt),
        client.get(f"/api/v1/review/attempts/{attempt}/grades"),
        client.post(f"/api/v1/review/attempts/{attempt}/regrade"),
        client.post(f"/api/v1/review/{review}/close", json={"reply": "No."}),
    ):
        assert refused.status_code == 404, refused.text
    assert queue(client) == []
