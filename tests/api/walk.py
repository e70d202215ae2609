"""Steps through the API that many tests take, in process (`TestClient`) or over the network."""

from typing import Any

import httpx2

GOOD = (
    "The KV cache stores the keys and values of past tokens in every layer, so each decode step only projects the new "
    "token and attends to what is stored. It grows linearly with context length and batch size. It does not store text."
)


def begin(client: httpx2.Client, **wish: Any) -> str:
    """A running session; returns its id. By default one question: kv-cache."""
    wish = wish or {"question_ids": ["kv-cache"]}
    created = client.post("/api/v1/sessions", json=wish)
    assert created.status_code == 201, created.text
    session_id: str = created.json()["id"]
    assert client.post(f"/api/v1/sessions/{session_id}/start").status_code == 200
    return session_id


def at(session_id: str, position: int = 1) -> str:
    """Path of a question in a session."""
    return f"/api/v1/sessions/{session_id}/questions/{position}"


def save(client: httpx2.Client, session_id: str, text: str, revision: int, position: int = 1) -> Any:
    return client.put(f"{at(session_id, position)}/draft", json={"text": text}, headers={"If-Match": f'"{revision}"'})


def answer(client: httpx2.Client, session_id: str, text: str = GOOD, position: int = 1, wait: float = 25) -> Any:
    """Open a question and hand in; returns the attempt, after `wait` seconds though it has no grade yet."""
    assert client.post(f"{at(session_id, position)}/open").status_code == 200
    response = client.post(f"{at(session_id, position)}/submit?wait={wait}", json={"text": text})
    assert response.status_code == 201, response.text
    return response.json()
