"""Sessions over HTTP: plan, clock, modes, report."""

import csv
import io

import pytest
from fastapi.testclient import TestClient

from tests.api.walk import GOOD, answer, at, begin, save
from tests.conftest import Clock


def test_the_same_seed_draws_the_same_questions(client: TestClient) -> None:
    def drawn(seed: int) -> list[str]:
        made = client.post("/api/v1/sessions", json={"count": 5, "seed": seed}).json()
        return [question["question_id"] for question in made["questions"]]

    assert drawn(7) == drawn(7)
    assert len({tuple(drawn(seed)) for seed in range(6)}) > 1


def test_filters_choose_what_is_drawn(client: TestClient) -> None:
    wish = {"topics": ["position", "kernels"], "levels": ["senior"], "count": 10}
    found = client.get("/api/v1/questions?level=senior").json()["items"]
    fitting = {question["id"] for question in found if question["topic"] in ("position", "kernels")}
    made = client.post("/api/v1/sessions", json=wish).json()
    assert {q["question_id"] for q in made["questions"]} == fitting
    assert len(fitting) > 1


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"topics": ["nothing"]}, "No question fits"),
        ({"question_ids": ["kv-cache", "nothing"]}, "nothing"),
        ({"question_ids": ["kv-cache", "kv-cache"]}, "once"),
        ({"mode": "strict", "untimed": True}, "strict"),
        ({"count": 0}, "count"),
        ({"time_factor": 0.5}, "time_factor"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_the_reason(
    client: TestClient, wish: dict[str, object], says: str
) -> None:
    refused = client.post("/api/v1/sessions", json=wish)
    assert refused.status_code == 422
    assert says in refused.json()["detail"]


def test_limits_carry_the_persons_time_factor(client: TestClient) -> None:
    wish = {"question_ids": ["kv-cache"], "seconds_per_question": 100, "total_seconds": 300, "time_factor": 1.5}
    session = begin(client, **wish)
    opened = client.post(f"{at(session)}/open").json()
    assert opened["slot"]["limit_seconds"] == opened["slot"]["remaining_seconds"] == 150
    assert client.get(f"/api/v1/sessions/{session}").json()["remaining_seconds"] == 450


def test_an_untimed_session_has_no_clock(client: TestClient) -> None:
    session = begin(client, question_ids=["kv-cache"], untimed=True)
    slot = client.post(f"{at(session)}/open").json()["slot"]
    assert slot["limit_seconds"] is slot["remaining_seconds"] is slot["deadline"] is None


def test_a_second_device_sees_the_same_clock_and_draft(client: TestClient, clock: Clock) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    clock.forward(30)
    assert save(client, session, "half an answer", 0).status_code == 200
    clock.forward(30)
    elsewhere = client.get(at(session)).json()
    assert (elsewhere["draft"], elsewhere["revision"]) == ("half an answer", 1)
    assert elsewhere["slot"]["remaining_seconds"] == 120
    assert client.post(f"{at(session)}/open").json() == elsewhere


def test_a_pause_stops_the_clock(client: TestClient, clock: Clock) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    clock.forward(60)
    paused = client.post(f"/api/v1/sessions/{session}/pause").json()
    clock.forward(1000)
    still = client.get(f"/api/v1/sessions/{session}").json()
    assert paused["state"] == still["state"] == "paused"
    assert still["questions"][0]["remaining_seconds"] == 120
    assert save(client, session, "while paused", 0).status_code == 409
    client.post(f"/api/v1/sessions/{session}/resume")
    clock.forward(20)
    graded = client.post(f"{at(session)}/submit", json={"text": GOOD}).json()
    assert graded["seconds_used"] == 80


def test_more_time_and_hints_are_recorded(client: TestClient, clock: Clock) -> None:
    session = begin(client)
    assert client.post(f"{at(session)}/open").json()["hint"] is None
    assert client.post(f"{at(session)}/extend", json={"seconds": 60}).json()["slot"]["remaining_seconds"] == 240
    assert client.post(f"{at(session)}/hint").json()["hint"]
    answer(client, session)
    row = client.get(f"/api/v1/sessions/{session}/report").json()["questions"][0]
    assert row["hint_used"]
    assert row["limit_seconds"] == 180


def test_practice_time_that_is_up_informs_and_locks_nothing(client: TestClient, clock: Clock) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    clock.forward(200)
    overdue = client.get(f"/api/v1/sessions/{session}").json()
    assert overdue["state"] == "overdue"
    assert overdue["questions"][0]["remaining_seconds"] == -20
    assert client.post(f"{at(session)}/submit", json={"text": GOOD}).json()["seconds_used"] == 200


@pytest.mark.parametrize("verb", ["pause", "questions/1/hint", "questions/1/reveal"])
def test_a_strict_session_has_no_pause_hint_or_reveal(client: TestClient, verb: str) -> None:
    session = begin(client, question_ids=["kv-cache"], mode="strict")
    client.post(f"{at(session)}/open")
    assert client.post(f"/api/v1/sessions/{session}/{verb}").status_code == 409
    assert client.post(f"{at(session)}/extend", json={}).status_code == 409


def test_strict_time_that_is_up_grades_the_last_draft_as_of_the_deadline(client: TestClient, clock: Clock) -> None:
    session = begin(client, question_ids=["kv-cache", "rope"], mode="strict")
    client.post(f"{at(session)}/open")
    save(client, session, GOOD, 0)
    clock.forward(180 + 10 + 1)
    late = client.post(f"{at(session)}/submit", json={"text": "too late"})
    assert late.status_code == 409
    assert late.json()["type"] == "urn:viva:problem:deadline-passed"
    slot = client.get(f"/api/v1/sessions/{session}").json()["questions"][0]
    assert slot["state"] == "timed-out"
    assert slot["seconds_used"] == 180
    attempt = client.get(f"/api/v1/attempts/{slot['attempt_id']}").json()
    assert attempt["timed_out"]
    assert attempt["answer"] == GOOD
    assert attempt["overall"] > 0
    assert client.post(f"{at(session, 2)}/open").status_code == 200


def test_a_strict_answer_within_the_grace_counts_as_of_the_deadline(client: TestClient, clock: Clock) -> None:
    session = begin(client, question_ids=["kv-cache"], mode="strict")
    client.post(f"{at(session)}/open")
    clock.forward(180 + 10)
    assert client.post(f"{at(session)}/submit", json={"text": GOOD}).json()["seconds_used"] == 180


def test_lists_settle_what_the_clock_has_ended(client: TestClient, clock: Clock) -> None:
    session = begin(client, question_ids=["kv-cache"], mode="strict")
    client.post(f"{at(session)}/open")
    save(client, session, GOOD, 0)
    clock.forward(10_000)
    assert client.get("/api/v1/sessions").json()["items"][0]["state"] == "finished"
    assert len(client.get("/api/v1/attempts").json()["items"]) == 1


def test_the_report_has_a_strict_and_an_answered_mean(client: TestClient, clock: Clock) -> None:
    session = begin(client, question_ids=["kv-cache", "rope", "qkv"])
    scored = answer(client, session)["overall"]
    client.post(f"{at(session, 2)}/skip")
    client.post(f"{at(session, 3)}/open")
    client.post(f"{at(session, 3)}/reveal")
    report = client.get(f"/api/v1/sessions/{session}/report").json()
    assert report["session"]["state"] == "finished"
    assert report["answered_mean"] == scored
    assert report["strict_mean"] == pytest.approx(scored / 3, abs=0.05)
    assert [row["state"] for row in report["questions"]] == ["submitted", "skipped", "revealed"]
    assert {d["name"] for d in report["dimensions"]} == {
        "mechanism",
        "why_it_matters",
        "tradeoffs",
        "common_mistakes",
    }


def test_the_report_is_exported_as_csv_and_markdown(client: TestClient) -> None:
    session = begin(client, question_ids=["kv-cache", "rope"])
    scored = answer(client, session)["overall"]
    table = client.get(f"/api/v1/sessions/{session}/report?format=csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert table.headers["content-type"].startswith("text/csv")
    assert float(rows[0]["overall"]) == scored
    assert rows[1]["state"] == "unseen"
    page = client.get(f"/api/v1/sessions/{session}/report?format=markdown")
    assert page.headers["content-disposition"].endswith('.md"')
    assert f"**{scored:.1f}**" in page.text


def test_finishing_hands_in_the_draft(client: TestClient) -> None:
    session = begin(client, question_ids=["kv-cache", "rope"])
    client.post(f"{at(session)}/open")
    save(client, session, GOOD, 0)
    done = client.post(f"/api/v1/sessions/{session}/finish").json()
    assert done["state"] == "finished"
    assert done["questions"][0]["overall"] > 0
    assert done["questions"][1]["state"] == "unseen"


def test_an_abandoned_session_grades_nothing(client: TestClient) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    save(client, session, GOOD, 0)
    assert client.post(f"/api/v1/sessions/{session}/abandon").json()["state"] == "abandoned"
    assert client.get("/api/v1/attempts").json()["items"] == []


def test_sessions_come_in_pages_newest_first(client: TestClient) -> None:
    made = [begin(client) for _ in range(5)]
    first = client.get("/api/v1/sessions?limit=3").json()
    second = client.get("/api/v1/sessions", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [s["id"] for s in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None
