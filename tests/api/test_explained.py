"""What explains a grade, to whom, and for how long."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings
from tests.api.test_review import CALL, Doubtful, explained, graded, override, points, read
from tests.api.walk import GOOD, answer, begin
from tests.bank.conftest import RUBRIC, BankFiles
from tests.fresh import fresh


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=fresh(tmp_path / "data"), grader=f"{Doubtful.__module__}:Doubtful")


def test_a_candidate_is_not_told_of_doubts_nor_of_the_model_s_words(client: TestClient) -> None:
    attempt = graded(client, f"{GOOD} I am unsure.")
    shown = client.get(f"/api/v1/attempts/{attempt['id']}").text
    for hidden in ("collapsed", "own words", "doubts", "confidence", "changed", '"raw"', CALL.digest):
        assert hidden not in shown, hidden
    assert attempt["disputes"] == []


def test_every_grade_is_explained(client: TestClient) -> None:
    attempt = graded(client, f"{GOOD} I am unsure.")
    assert attempt["grade"]["grader"] == {"name": "doubtful", "version": "1", "models": ["one-model"]}
    found = explained(client, attempt["id"])
    assert (found["candidate"], found["answer"], len(found["item_digest"])) == ("local", attempt["answer"], 64)
    (grade,) = found["grades"]
    assert (grade["grader"], grade["version"], grade["doubts"]) == ("doubtful", "1", ["collapsed"])
    (call,) = grade["calls"]
    assert (call["model"], call["digest"], call["reply"]) == ("one-model", "d" * 64, "{the model's own words}")
    assert grade["grade"] == attempt["grade"]
    assert {v["point"] for v in grade["verdicts"]} == set(points(attempt))
    assert [review["text"] for review in found["reviews"]] == ["collapsed"]


def test_a_grade_is_the_same_after_the_rubric_has_changed(tmp_path: Path) -> None:
    bank = BankFiles(tmp_path / "bank")
    settings = Settings(data_dir=fresh(tmp_path / "data"), bank_dir=bank.root)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        text = "It compares the target with the middle element and halves the range."
        before = answer(client, begin(client, question_ids=["binary-search"]), text)
        explanation = explained(client, before["id"])
    bank.edit(RUBRIC, "says: The target is compared with the middle element.", "says: Something else altogether.")
    bank.edit(RUBRIC, "why: It is the step that everything repeats.", "why: Another reason.")
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        now = answer(client, begin(client, question_ids=["binary-search"]), text)
        assert points(now)["M1"]["says"] == "Something else altogether."
        after = read(client, before["id"])
        assert after["grade"] == before["grade"]
        assert points(after)["M1"]["says"] == "The target is compared with the middle element."
        assert explained(client, before["id"]) == explanation
        person = override(client, before["id"], verdicts=[{"point": "M1", "label": "met"}]).json()["grades"][-1]
        assert person["grade"]["rubric_digest"] == before["grade"]["rubric_digest"] != now["grade"]["rubric_digest"]
