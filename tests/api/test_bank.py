"""Topics and questions over HTTP."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.bank import Bank
from service.settings import Settings
from tests.api.walk import GOOD, answer, at, begin, save
from tests.bank.conftest import QUESTION, RUBRIC, BankFiles
from tests.conftest import Clock
from tests.fresh import fresh


def bank(app: FastAPI) -> Bank:
    found: Bank = app.state.services.banks.shared
    return found


def test_topics_have_blurbs_counts_key_concepts_and_neighbours(app: FastAPI, client: TestClient) -> None:
    topics = client.get("/api/v1/topics").json()["topics"]
    assert [t["id"] for t in topics] == list(bank(app).topics)
    ids = {t["id"] for t in topics}
    for topic in topics:
        assert topic["blurb"]
        assert topic["key_concepts"]
        assert topic["questions"] == sum(topic["levels"].values()) > 0
        assert set(topic["related"]) <= ids


def test_a_topic_lists_its_questions_without_answers(app: FastAPI, client: TestClient) -> None:
    topic = client.get("/api/v1/topics/attention").json()
    known = bank(app).topic("attention")
    assert topic["answer_template"] == known.answer_template
    assert topic["self_check"] == list(known.self_check)
    assert len(topic["items"]) == topic["questions"] == len(bank(app).search(topic="attention"))
    assert all(question["topic"] == "attention" for question in topic["items"])
    assert "model_answer" not in topic["items"][0]


@pytest.mark.parametrize(
    "wanted",
    [
        {"topic": "inference"},
        {"topic": "attention", "level": "senior"},
        {"kind": "design"},
        {"level": "screen", "frequency": "very-common"},
        {"explanation": "mechanism", "topic": "inference"},
        {"explanation": "system"},
    ],
)
def test_filters_combine(app: FastAPI, client: TestClient, wanted: dict[str, str]) -> None:
    found = client.get("/api/v1/questions", params=wanted | {"limit": 100}).json()
    questions = [item.question for item in bank(app).items.values()]
    expected = [q.id for q in questions if all(getattr(q, name) == value for name, value in wanted.items())]
    assert [question["id"] for question in found["items"]] == expected
    assert found["total"] == len(expected) > 0


def test_a_filter_and_words_may_find_nothing(client: TestClient) -> None:
    assert client.get("/api/v1/questions?q=rotary&topic=tokenization").json()["items"] == []
    assert client.get("/api/v1/questions?q=rotary").json()["items"][0]["id"] == "rope"
    assert client.get("/api/v1/questions?explanation=story").status_code == 422


def test_kinds_of_explanation_are_counted_under_all_other_filters(client: TestClient) -> None:
    def read(**wanted: str) -> dict[str, int]:
        page = client.get("/api/v1/questions", params={"topic": "attention"} | wanted).json()
        counts: dict[str, int] = page["explanations"]
        return counts | {"total": page["total"]}

    everything = read()
    for kind in ("concept", "mechanism", "comparison", "system"):
        chosen = read(explanation=kind)
        assert chosen.pop("total") == everything[kind]
        assert chosen == {name: count for name, count in everything.items() if name != "total"}
    assert everything.pop("total") == sum(everything.values())


def test_a_tag_filters(client: TestClient) -> None:
    everything = client.get("/api/v1/questions").json()["items"]
    tag = everything[0]["tags"][0]
    found = client.get("/api/v1/questions", params={"tag": tag}).json()["items"]
    assert {q["id"] for q in found} == {q["id"] for q in everything if tag in q["tags"]}


def test_pages_walk_the_bank_once(app: FastAPI, client: TestClient) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = client.get("/api/v1/questions", params={"limit": 5} | ({"cursor": cursor} if cursor else {})).json()
        seen += [question["id"] for question in page["items"]]
        assert page["total"] == len(bank(app).items)
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == list(bank(app).items)


def test_a_bank_read_is_answered_304_to_whoever_has_it(client: TestClient) -> None:
    first = client.get("/api/v1/questions/kv-cache")
    again = client.get("/api/v1/questions/kv-cache", headers={"If-None-Match": first.headers["etag"]})
    other = client.get("/api/v1/questions/kv-cache", headers={"If-None-Match": '"other"'})
    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert first.json()["related"]


def test_what_is_not_there_is_404(client: TestClient) -> None:
    for path in ("topics/nothing", "questions/nothing", "topics/nothing/path"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:viva:problem:not-found"


def test_a_learning_path_has_the_topics_questions_in_order(app: FastAPI, client: TestClient) -> None:
    steps = client.get("/api/v1/topics/attention/path").json()["steps"]
    assert [step["question"]["id"] for step in steps] == list(bank(app).topic("attention").learning_path)
    assert {(step["tries"], step["best"], step["last"], step["attempt_id"]) for step in steps} == {
        (0, None, None, None)
    }


def test_a_learning_path_shows_what_its_reader_has_made_of_each_question(client: TestClient) -> None:
    good = answer(client, begin(client, question_ids=["kv-cache"]))
    poor = answer(client, begin(client, question_ids=["kv-cache"]), "It depends on many things.")
    again = client.get("/api/v1/topics/inference/path")
    steps = {step["question"]["id"]: step for step in again.json()["steps"]}
    assert steps.pop("kv-cache") | {"question": None} == {
        "question": None,
        "tries": 2,
        "best": good["grade"]["overall"],
        "last": poor["grade"]["overall"],
        "attempt_id": poor["id"],
    }
    assert all(step["tries"] == 0 for step in steps.values())
    assert "etag" not in again.headers  # it is not the same for everybody


def test_what_the_clock_handed_in_counts_as_a_try(client: TestClient, clock: Clock) -> None:
    session = begin(client, question_ids=["kv-cache"], mode="strict", seconds_per_question=60)
    assert client.post(f"{at(session)}/open").status_code == 200
    assert save(client, session, GOOD, 0).status_code == 200
    clock.forward(120)
    steps = client.get("/api/v1/topics/inference/path").json()["steps"]
    (step,) = [step for step in steps if step["question"]["id"] == "kv-cache"]
    assert step["tries"] == 1
    assert step["attempt_id"]


@pytest.fixture
def brief(tmp_path: Path) -> Settings:
    """A bank with a question that is to be answered in 20 words."""
    files = BankFiles(tmp_path / "bank")
    files.edit(QUESTION, "minutes: 2", "minutes: 2\nmax_words: 20")
    return Settings(data_dir=fresh(tmp_path / "data"), bank_dir=files.root)


def test_a_word_limit_is_told_beforehand_and_a_longer_answer_loses_points(brief: Settings, clock: Clock) -> None:
    text = "It compares the value with the middle element. It then drops the half that cannot hold it."
    with TestClient(create_app(brief, clock=clock), base_url="http://127.0.0.1") as client:
        assert client.get("/api/v1/questions/binary-search").json()["max_words"] == 20
        assert client.get("/api/v1/questions/hash-table").json()["max_words"] is None
        short = answer(client, begin(client, question_ids=["binary-search"]), text)
        long = answer(client, begin(client, question_ids=["binary-search"]), f"{text} {'And so on it goes. ' * 5}")
    assert (short["words"], short["grade"]["excess"]) == (17, None)
    assert long["grade"]["excess"] == {"words": 42, "limit": 20, "otherwise": short["grade"]["overall"]}
    assert long["grade"]["overall"] == pytest.approx(short["grade"]["overall"] * 20 / 42, abs=0.06)


def test_a_review_has_the_key_points_of_follow_ups(tmp_path: Path, clock: Clock) -> None:
    files = BankFiles(tmp_path / "bank")
    assert (files.root / RUBRIC).exists()
    settings = Settings(data_dir=fresh(tmp_path / "data"), bank_dir=files.root)
    with TestClient(create_app(settings, clock=clock), base_url="http://127.0.0.1") as client:
        review = answer(client, begin(client, question_ids=["binary-search"]), "It halves.")["review"]
    known, own = review["follow_ups"]
    assert (known["question_id"], known["key_points"]) == ("hash-table", [])
    assert own["key_points"] == ["A list has no random access", "Each jump walks"]
