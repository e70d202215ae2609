"""Answers stay hidden until the attempt: canaries are planted in all that gives one away, and looked for everywhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings
from tests.api.walk import GOOD, answer, at, begin, save
from tests.bank.conftest import QUESTION, RUBRIC, BankFiles
from tests.conftest import Clock
from tests.fresh import fresh

OURS = "binary-search"
SHOWN_AFTER = [
    "short",
    "model",
    "notes",
    "followup",
    "followed",
    "expected",
    "says",
    "why",
    "ask",
    "correction",
    "source",
]
NEVER_SHOWN = ["cue", "anchor", "paraphrase"]
READS = [
    "topics",
    "topics/searching",
    "topics/searching/path",
    "questions",
    f"questions/{OURS}",
    "sessions",
    "attempts",
    "progress",
]


def canary(name: str) -> str:
    return f"canary-{name}"


def found(text: str) -> set[str]:
    """The names of the canaries in `text`."""
    return set(re.findall(r"canary-(\w+)", text.lower()))


@pytest.fixture
def client(tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    """The application on a bank whose one question is full of canaries."""
    bank = BankFiles(tmp_path / "bank")
    for old, name in [
        ("Compare the wanted", "short"),
        ("Binary search compares", "model"),
        ("Read [more]", "notes"),
        ("What happens in a linked", "followup"),
        ("Every jump walks", "followed"),
        ("A list has no random", "expected"),
        ("A textbook of algorithms", "source"),
    ]:
        bank.edit(QUESTION, old, f"{canary(name)} {old}")
    bank.edit(QUESTION, "hint: What", f"hint: {canary('hint')} What")
    rubric = (bank.root / RUBRIC).read_text()
    for field in ("says", "why", "ask", "correction"):
        rubric = re.sub(rf"\b{field}: ", f"{field}: {canary(field)} ", rubric)
    said = f"paraphrases: [{canary('paraphrase')}]"
    rubric = re.sub(r"^( +)(why|correction):", rf"\1{said}\n\1\2:", rubric, flags=re.MULTILINE)
    rubric = rubric.replace("answer: ", f"answer: {canary('anchor')} ")
    rubric = rubric.replace("[compares|", f"[{canary('cue')}|compares|")
    bank.write(RUBRIC, rubric)
    app = create_app(Settings(data_dir=fresh(tmp_path / "data"), bank_dir=bank.root), clock=clock)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def everything(client: TestClient, session: str) -> str:
    """All that can be read before the answer, problems included."""
    own = f"/api/v1/sessions/{session}"
    gets = [
        "/",
        "/metrics",
        "/api/v1/openapi.json",
        *(f"/api/v1/{path}" for path in READS),
        own,
        at(session),
        at(session, 2),
    ]
    gets += [f"{at(session)}/review", f"{at(session, 2)}/review"]
    gets += [f"{own}/report?format={kind}" for kind in ("json", "csv", "markdown", "pdf")]
    gets += [f"/api/v1/questions?q={word}" for word in ("canary", "binary", *map(canary, SHOWN_AFTER + NEVER_SHOWN))]
    posts = [f"{own}/start", f"{own}/resume", f"/api/v1/attempts/{session}/retry"]
    posts += [f"{own}/questions/{path}" for path in ("1/open", "2/open", "1/submit", "1/extend", "1/draft")]
    answers = [client.get(url) for url in gets]
    answers += [client.post(url, json={"text": "", "seconds": 1}) for url in posts]
    answers += [client.post("/api/v1/sessions", json={"question_ids": [OURS], "count": count}) for count in (0, 1)]
    answers += [client.post("/api/v1/grade", json={"question_id": OURS, "answer": ""})]
    answers += [save(client, session, "x", 99), client.put(f"{at(session)}/draft", json={"text": "x"})]
    return "\n".join(f"{answer.status_code} {answer.headers} {answer.text}" for answer in answers)


def test_nothing_of_an_answer_leaves_before_the_submit_and_all_of_it_after(client: TestClient) -> None:
    session = begin(client, question_ids=[OURS])
    assert found(everything(client, session)) == set()
    client.post(f"{at(session)}/open")
    assert save(client, session, "half an answer", 0).status_code == 200
    assert found(everything(client, session)) == set()
    made = client.post(f"{at(session)}/submit", json={"text": GOOD})
    assert made.status_code == 201
    assert found(made.text) == set(SHOWN_AFTER)


def test_the_hint_comes_when_it_is_asked_for_and_nothing_else_with_it(client: TestClient) -> None:
    session = begin(client, question_ids=[OURS])
    client.post(f"{at(session)}/open")
    assert found(client.post(f"{at(session)}/hint").text) == {"hint"}


def test_a_strict_session_names_no_question_before_it_is_opened(client: TestClient) -> None:
    for wish in ({"count": 1, "topics": ["searching"]}, {"count": 2}):
        planned = client.post("/api/v1/sessions", json={"mode": "strict"} | wish)
        path = f"/api/v1/sessions/{planned.json()['id']}"
        read = [planned, client.post(f"{path}/start"), client.get(path), client.get("/api/v1/sessions")]
        read += [client.get(f"{path}/report?format={kind}") for kind in ("json", "csv", "markdown")]
        for response in read:
            assert response.status_code in (200, 201)
            assert not re.search("binary|hash", response.text.lower())
        assert client.post(f"{path}/questions/1/open").json()["question"]["id"] in (OURS, "hash-table")
        assert client.post(f"{path}/abandon").status_code == 200


def test_what_a_strict_session_still_asks_is_neither_graded_nor_opened_elsewhere(client: TestClient) -> None:
    loose = {"question_id": OURS, "answer": GOOD}
    practice = begin(client, question_ids=[OURS])
    strict = begin(client, question_ids=["hash-table", OURS], mode="strict")
    for refused in (client.post("/api/v1/grade", json=loose), client.post(f"{at(practice)}/open")):
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:viva:problem:conflict")
        assert "strict session" in refused.json()["detail"]
        assert found(refused.text) == set()
    answer(client, strict)
    assert client.post("/api/v1/grade", json=loose).status_code == 409
    answer(client, strict, position=2)
    assert client.post("/api/v1/grade", json=loose).status_code == 200
    assert client.post(f"{at(practice)}/open").status_code == 200


def test_a_question_opened_in_practice_keeps_its_answer_once_a_strict_session_asks_it(client: TestClient) -> None:
    practice = begin(client, question_ids=[OURS, "hash-table"])
    client.post(f"{at(practice)}/open")
    save(client, practice, GOOD, 0)
    strict = begin(client, question_ids=[OURS], mode="strict")
    for step in (f"{at(practice)}/reveal", f"/api/v1/sessions/{practice}/finish"):
        assert client.post(step).status_code == 409
    assert client.post(f"{at(practice)}/submit", json={"text": GOOD}).status_code == 409
    answer(client, strict)
    assert client.post(f"{at(practice)}/submit", json={"text": GOOD}).status_code == 201


def test_two_strict_sessions_that_share_a_question_do_not_run_at_once(client: TestClient) -> None:
    begin(client, question_ids=[OURS, "hash-table"], mode="strict")
    other = client.post("/api/v1/sessions", json={"question_ids": [OURS], "mode": "strict"}).json()["id"]
    assert client.post(f"/api/v1/sessions/{other}/start").status_code == 409


def test_a_strict_session_whose_time_is_over_holds_nothing_back(client: TestClient, clock: Clock) -> None:
    strict = begin(client, question_ids=[OURS], mode="strict")
    client.post(f"{at(strict)}/open")
    practice = begin(client, question_ids=[OURS])
    assert client.post(f"{at(practice)}/open").status_code == 409
    clock.forward(10_000)
    assert client.post(f"{at(practice)}/open").status_code == 200
    assert client.post("/api/v1/grade", json={"question_id": OURS, "answer": GOOD}).status_code == 200
