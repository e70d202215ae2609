"""What a client may send wrongly: each is a clear problem with the right status, and changes nothing."""

import json
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.api.app import MAX_BODY, create_app
from service.domain.attempt import MAX_ANSWER
from service.settings import Settings
from tests.api.walk import GOOD, answer, at, begin, save
from tests.conftest import Clock, banks
from tests.fresh import fresh
from tests.quick import Quick

JSON = {"Content-Type": "application/json"}
TOO_LONG = "a" * (MAX_ANSWER + 1_000)


def problem(response: httpx2.Response, status: int, slug: str) -> str:
    """The detail of a problem, which has to be of this status and type."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["type"]) == (status, f"urn:viva:problem:{slug}")
    assert body["instance"] == f"urn:viva:request:{response.headers['x-request-id']}"
    detail: str = body["detail"]
    return detail


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One application for all of these tests: what is refused changes nothing."""
    app = create_app(Settings(data_dir=fresh(tmp_path_factory.mktemp("limits"))), clock=Clock(), banks=banks())
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="module")
def running(client: TestClient) -> str:
    """A session whose one question is open and has a draft."""
    session = begin(client)
    client.post(f"{at(session)}/open")
    assert save(client, session, "the draft", 0).status_code == 200
    return session


@pytest.fixture
def session(client: TestClient, running: str) -> Iterator[str]:
    """That session; its draft has to be the same after the test."""
    yield running
    read = client.get(at(running)).json()
    assert (read["draft"], read["revision"]) == ("the draft", 1)


def test_what_does_not_exist_is_404(client: TestClient, session: str) -> None:
    assert "'no-such'" in problem(client.get("/api/v1/questions/no-such"), 404, "not-found")
    assert "'no-such'" in problem(client.get("/api/v1/topics/no-such"), 404, "not-found")
    loose = client.post("/api/v1/grade", json={"question_id": "no-such", "answer": GOOD})
    assert "'no-such'" in problem(loose, 404, "not-found")
    assert "questions 1 to 1" in problem(client.post(f"{at(session, 2)}/open"), 404, "not-found")
    problem(client.get(f"/api/v1/sessions/{uuid4()}"), 404, "not-found")
    problem(client.get(f"/api/v1/attempts/{uuid4()}"), 404, "not-found")


def test_a_draft_on_an_old_revision_is_412_and_names_the_stored_one(client: TestClient, session: str) -> None:
    for revision in (0, 2, 7):
        refused = save(client, session, "from another device", revision)
        assert "its revision is 1" in problem(refused, 412, "revision-mismatch")
        assert refused.json()["current_revision"] == 1


@pytest.mark.parametrize("sent", ["", "one", '"', "*", "-1", '"1.0"', "²", "9" * 5_000, 'W/"x"', '"1", "0"'])
def test_an_if_match_that_is_no_revision_matches_nothing(client: TestClient, session: str, sent: str) -> None:
    refused = client.put(f"{at(session)}/draft", json={"text": "x"}, headers={b"If-Match": sent.encode()})
    problem(refused, 412, "revision-mismatch")


def test_a_draft_without_a_revision_is_428(client: TestClient, session: str) -> None:
    refused = client.put(f"{at(session)}/draft", json={"text": "x"})
    assert "If-Match" in problem(refused, 428, "precondition-missing")


def test_sending_the_same_draft_twice_is_no_conflict(client: TestClient, session: str) -> None:
    assert save(client, session, "the draft", 0).json() == {"revision": 1}


def test_21_000_characters_are_413_in_draft_submit_and_grade(client: TestClient, session: str) -> None:
    for refused in (
        save(client, session, TOO_LONG, 1),
        client.post(f"{at(session)}/submit", json={"text": TOO_LONG}),
        client.post("/api/v1/grade", json={"question_id": "rope", "answer": TOO_LONG}),
    ):
        assert "20,000" in problem(refused, 413, "too-large")


def test_20_000_characters_are_taken_however_they_are_escaped(client: TestClient) -> None:
    session, text = begin(client), "\N{GRINNING FACE}" * MAX_ANSWER
    client.post(f"{at(session)}/open")
    escaped = json.dumps({"text": text}).encode()  # twelve bytes for each character
    saved = client.put(f"{at(session)}/draft", content=escaped, headers=JSON | {"If-Match": '"0"'})
    assert saved.json() == {"revision": 1}
    assert client.post(f"{at(session)}/submit", json={"text": text}).json()["answer"] == text


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00\x07", "\r\n"])
def test_an_empty_answer_is_422(client: TestClient, session: str, text: str) -> None:
    assert "empty" in problem(client.post(f"{at(session)}/submit", json={"text": text}), 422, "invalid")


@pytest.mark.parametrize("body", [b"", b"{", b'{"text": "x"', b"\xff\xfe", b"{'text': 'x'}", b"[" * 100_000, b"\x00"])
def test_a_body_that_is_no_json_is_422(client: TestClient, session: str, body: bytes) -> None:
    refused = client.post(f"{at(session)}/submit", content=body, headers=JSON)
    assert problem(refused, 422, "invalid") in ("The body is not valid JSON.", "body: Field required")


@pytest.mark.parametrize("body", [None, [], "text", 7, {}, {"text": 7}, {"text": None}, {"text": ["x"]}])
def test_a_body_of_the_wrong_shape_is_422_and_names_the_field(client: TestClient, session: str, body: object) -> None:
    refused = client.post(f"{at(session)}/submit", json=body)
    assert problem(refused, 422, "invalid").startswith("body")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"])
def test_a_body_that_does_not_claim_to_be_json_is_422(client: TestClient, session: str, kind: str) -> None:
    refused = client.post(f"{at(session)}/submit", content=b'{"text": "x"}', headers={"Content-Type": kind})
    problem(refused, 422, "invalid")


@pytest.mark.parametrize("key", ["short", "a" * 201, "with a space", "\u00fcmlaut-key"])
def test_a_key_that_cannot_be_one_is_422(client: TestClient, session: str, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    refused = client.post(f"{at(session)}/submit", json={"text": GOOD}, headers=headers)
    assert "Idempotency-Key" in problem(refused, 422, "invalid")


@pytest.mark.parametrize("position", ["0", "-1", "1001", "one", "9" * 50])
def test_a_position_that_cannot_be_is_422(client: TestClient, session: str, position: str) -> None:
    problem(client.post(f"/api/v1/sessions/{session}/questions/{position}/open"), 422, "invalid")


def test_a_body_over_the_limit_is_413_announced_or_in_chunks(client: TestClient, session: str) -> None:
    body = json.dumps({"text": "a" * MAX_BODY}).encode()
    chunks = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    for content in (body, chunks):
        refused = client.post(f"{at(session)}/submit", content=content, headers=JSON)
        assert "1,000,000 bytes" in problem(refused, 413, "too-large")


def test_a_body_over_the_limit_is_413_over_the_network_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    body = json.dumps({"answer": "a" * 5 * MAX_BODY}).encode()
    chunks = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    with Quick(tmp_path_factory.mktemp("large"), VIVA_LOG_LEVEL="warning") as server:
        for content in (body, chunks):
            problem(server.client.post("/api/v1/grade", content=content, headers=JSON), 413, "too-large")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (r"keys\u0000 and\u0007 values", "keys and values"),
        (r"keys \ud800 and \udc00 values", "keys ? and ? values"),
        (r"keys\r\nand\rvalues\n", "keys\nand\nvalues\n"),
        (r"cafe\u0301", "caf\u00e9"),
        (r"\u202ekeys\u200b", "\u202ekeys\u200b"),
        (r"\ud83d\ude00 and <script>", "\N{GRINNING FACE} and <script>"),
    ],
)
def test_odd_characters_are_cleaned_and_never_refused(client: TestClient, sent: str, kept: str) -> None:
    session, body = begin(client), f'{{"text": "{sent}"}}'.encode()
    client.post(f"{at(session)}/open")
    saved = client.put(f"{at(session)}/draft", content=body, headers=JSON | {"If-Match": '"0"'})
    assert saved.status_code == 200
    assert client.get(at(session)).json()["draft"] == kept
    made = client.post(f"{at(session)}/submit", content=body, headers=JSON)
    assert (made.status_code, made.json()["answer"]) == (201, kept)
    loose = client.post("/api/v1/grade", content=f'{{"question_id": "rope", "answer": "{sent}"}}', headers=JSON)
    assert loose.status_code == 200


@pytest.mark.parametrize("name", [r"\ud800", r"\u0000", "x" * 10_000])
def test_odd_names_in_an_inline_rubric_are_422(client: TestClient, name: str) -> None:
    body = f'{{"rubric": {{"scale": "concept", "criteria": {{"{name}": []}}, "{name}": 1}}, "answer": "x"}}'
    problem(client.post("/api/v1/grade", content=body, headers=JSON), 422, "invalid")


def test_an_answered_question_cannot_be_answered_again(client: TestClient) -> None:
    session = begin(client)
    answer(client, session)
    for refused in (
        client.post(f"{at(session)}/submit", json={"text": GOOD}),
        client.post(f"{at(session)}/open"),
        client.get(at(session)),
        save(client, session, "more", 1),
    ):
        problem(refused, 409, "conflict")
