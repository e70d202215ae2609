"""Attempts over HTTP: the grade with its words, retries, progress, grading without storing."""

import pytest
from fastapi.testclient import TestClient

from tests.api.walk import GOOD, answer, at, begin


def test_a_grade_quotes_the_words_that_earned_it(client: TestClient) -> None:
    graded = answer(client, begin(client))
    grade = graded["grade"]
    assert (grade["grader"]["name"], graded["status"]) == ("keyword", "graded")
    points = [point for criterion in grade["criteria"] for point in criterion["points"]]
    met = [point for point in points if point["label"] == "met"]
    assert met
    for point in points:
        assert bool(point["evidence"]) == (point["label"] != "missed")
        for evidence in point["evidence"]:
            assert GOOD[evidence["start"] : evidence["end"]] == evidence["quote"]
    assert 0 < len(grade["lifts"]) <= 3
    assert grade["follow_up"].endswith("?")


def test_the_review_comes_with_the_grade(client: TestClient) -> None:
    review = answer(client, begin(client))["review"]
    assert 50 <= len(review["short_answer"].split()) <= 65
    assert review["deeper_notes"]["tree"]
    assert review["sources"]
    assert {point["criterion"] for point in review["key_points"]} >= {"mechanism", "common_mistakes"}
    assert all(pitfall["correction"] for pitfall in review["pitfalls"])


def test_a_mistake_is_quoted_and_corrected(client: TestClient) -> None:
    wrong = "The KV cache stores the text of the prompt so that the server can answer it again later."
    mistakes = answer(client, begin(client), wrong)["grade"]["mistakes"]
    assert mistakes
    assert mistakes[0]["correction"]
    assert mistakes[0]["evidence"][0]["quote"] in wrong


def test_a_retry_is_a_new_attempt_with_the_change_since_the_last(client: TestClient) -> None:
    first = answer(client, begin(client), "It keeps the keys and values of past tokens for every layer.")
    assert first["previous"] is None
    again = client.post(f"/api/v1/attempts/{first['id']}/retry")
    assert (again.status_code, again.json()["state"]) == (201, "running")
    second = answer(client, again.json()["id"])
    assert second["id"] != first["id"]
    assert second["previous"] == {
        "attempt_id": first["id"],
        "overall": first["overall"],
        "change": pytest.approx(second["overall"] - first["overall"], abs=0.05),
    }
    assert second["previous"]["change"] > 0


def test_a_retry_keeps_the_limits(client: TestClient) -> None:
    wish = {"question_ids": ["kv-cache"], "seconds_per_question": 100, "time_factor": 2}
    first = answer(client, begin(client, **wish))
    again = client.post(f"/api/v1/attempts/{first['id']}/retry").json()
    assert (again["questions"][0]["limit_seconds"], again["time_factor"]) == (200, 2)
    untimed = answer(client, begin(client, question_ids=["kv-cache"], untimed=True))
    again = client.post(f"/api/v1/attempts/{untimed['id']}/retry").json()
    assert again["questions"][0]["limit_seconds"] is None


def test_attempts_come_in_pages_and_by_question(client: TestClient) -> None:
    made = [answer(client, begin(client, question_ids=[q]))["id"] for q in ("kv-cache", "rope", "kv-cache")]
    page = client.get("/api/v1/attempts?limit=2").json()
    rest = client.get("/api/v1/attempts", params={"limit": 2, "cursor": page["next_cursor"]}).json()
    assert [a["id"] for a in page["items"] + rest["items"]] == made[::-1]
    ours = client.get("/api/v1/attempts?question_id=kv-cache").json()["items"]
    assert [a["id"] for a in ours] == [made[2], made[0]]
    assert client.get(f"/api/v1/attempts/{made[1]}").json()["question_id"] == "rope"


def test_progress_shows_scores_dimensions_and_topics(client: TestClient) -> None:
    assert client.get("/api/v1/progress").json() == {"answers": 0, "scores": [], "dimensions": [], "topics": []}
    poor = answer(client, begin(client), "I am not sure about this one, sorry.")
    good = answer(client, begin(client))
    progress = client.get("/api/v1/progress").json()
    assert [s["overall"] for s in progress["scores"]] == [poor["overall"], good["overall"]]
    mechanism = progress["dimensions"][0]
    assert mechanism["now"] > mechanism["before"]
    assert progress["topics"] == [
        {
            "topic": "inference",
            "title": progress["topics"][0]["title"],
            "mean": pytest.approx((poor["overall"] + good["overall"]) / 2, abs=0.05),
            "answers": 2,
        }
    ]


def test_grading_without_storing_agrees_with_the_walk(client: TestClient) -> None:
    loose = client.post("/api/v1/grade", json={"question_id": "kv-cache", "answer": GOOD}).json()
    assert client.get("/api/v1/attempts").json()["items"] == []
    assert loose["grade"] == answer(client, begin(client))["grade"]


def test_an_inline_rubric_grades(client: TestClient) -> None:
    point = {"id": "M1", "says": "Plants make sugar from light.", "why": "w", "ask": "What do plants make?"}
    rubric = {"scale": "concept", "criteria": {"mechanism": [point | {"cues": [["sugar", "light"]]}]}}
    graded = client.post("/api/v1/grade", json={"rubric": rubric, "answer": "A plant makes sugar out of light."}).json()
    assert graded["grade"]["overall"] == 100
    assert graded["grade"]["follow_up"] is None


@pytest.mark.parametrize("body", [{"answer": "x"}, {"answer": "x", "question_id": "kv-cache", "rubric": None, "z": 1}])
def test_grading_needs_one_of_question_and_rubric(client: TestClient, body: dict[str, object]) -> None:
    answered = client.post("/api/v1/grade", json=body)
    assert answered.status_code == (422 if "question_id" not in body else 200)


def test_a_revealed_question_is_recorded_and_cannot_be_answered(client: TestClient) -> None:
    session = begin(client)
    client.post(f"{at(session)}/open")
    revealed = client.post(f"{at(session)}/reveal").json()
    assert revealed["model_answer"]["markdown"]
    assert client.get(f"{at(session)}/review").json() == revealed
    assert client.post(f"{at(session)}/submit", json={"text": GOOD}).status_code == 409
    assert client.get(f"/api/v1/sessions/{session}").json()["questions"][0]["state"] == "revealed"
    assert client.get("/api/v1/attempts").json()["items"] == []
