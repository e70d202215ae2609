"""Topics and questions over HTTP."""

import pytest
from fastapi.testclient import TestClient


def test_topics_have_blurbs_counts_key_concepts_and_neighbours(client: TestClient) -> None:
    topics = client.get("/api/v1/topics").json()["topics"]
    assert {"attention", "inference", "kernels", "position", "architectures", "tokenization", "generation"} == {
        t["id"] for t in topics
    }
    ids = {t["id"] for t in topics}
    for topic in topics:
        assert topic["blurb"]
        assert topic["key_concepts"]
        assert topic["questions"] == sum(topic["levels"].values()) > 0
        assert set(topic["related"]) <= ids


def test_a_topic_lists_its_questions_without_answers(client: TestClient) -> None:
    topic = client.get("/api/v1/topics/attention").json()
    assert len(topic["items"]) == topic["questions"] == 5
    assert all(question["topic"] == "attention" for question in topic["items"])
    assert "model_answer" not in topic["items"][0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("topic=inference", {"kv-cache", "prefill-vs-decode"}),
        ("topic=attention&level=senior", {"mha-mqa-gqa"}),
        ("kind=design", {"small-large-model-routing"}),
        ("level=screen", {"tokenization-basics"}),
        ("q=rotary", {"rope"}),
        ("topic=kernels&frequency=very-common", set()),
    ],
)
def test_filters_and_search_combine(client: TestClient, query: str, expected: set[str]) -> None:
    found = client.get(f"/api/v1/questions?{query}").json()
    assert {question["id"] for question in found["items"]} == expected
    assert found["total"] == len(expected)


def test_a_tag_filters(client: TestClient) -> None:
    everything = client.get("/api/v1/questions").json()["items"]
    tag = everything[0]["tags"][0]
    found = client.get("/api/v1/questions", params={"tag": tag}).json()["items"]
    assert {q["id"] for q in found} == {q["id"] for q in everything if tag in q["tags"]}


def test_pages_walk_the_bank_once(client: TestClient) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = client.get("/api/v1/questions", params={"limit": 5} | ({"cursor": cursor} if cursor else {})).json()
        seen += [question["id"] for question in page["items"]]
        assert page["total"] == 12
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 12


def test_a_bank_read_is_answered_304_to_whoever_has_it(client: TestClient) -> None:
    first = client.get("/api/v1/questions/kv-cache")
    again = client.get("/api/v1/questions/kv-cache", headers={"If-None-Match": first.headers["etag"]})
    other = client.get("/api/v1/questions/kv-cache", headers={"If-None-Match": '"other"'})
    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert first.json()["related"]


def test_what_is_not_there_is_404(client: TestClient) -> None:
    for path in ("topics/nothing", "questions/nothing"):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:viva:problem:not-found"
