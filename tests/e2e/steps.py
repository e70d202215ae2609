"""Steps that several browser tests take."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.server import Server

ANSWER = (
    "For each token that already went through the model we hold on to its K and V activations in every layer. "
    "So we avoid redoing the entire prefix for each output token, which takes the attention work per token from "
    "quadratic down to linear. The catch is GPU memory: it grows with the context length and the number of "
    "sequences in the batch."
)
"""Earns some points of the question `kv-cache`, and leaves some out."""


def post(server: Server, path: str, json: object = None) -> Any:
    """What the API answers. The session's own rules apply, as for everybody."""
    response = server.client.post(f"/api/v1{path}", json=json)
    response.raise_for_status()
    return response.json()


def get(server: Server, path: str) -> Any:
    response = server.client.get(f"/api/v1{path}")
    response.raise_for_status()
    return response.json()


def running(server: Server, *questions: str, **plan: object) -> str:
    """The id of a new session over `questions` whose clock runs."""
    session = post(server, "/sessions", {"question_ids": questions, **plan})
    post(server, f"/sessions/{session['id']}/start")
    return str(session["id"])


def submit(server: Server, session: str, text: str) -> str:
    """Answer the first question of a session; the attempt's id."""
    post(server, f"/sessions/{session}/questions/1/open")
    path = f"/api/v1/sessions/{session}/questions/1/submit"
    response = server.client.post(path, json={"text": text}, headers={"Idempotency-Key": session})
    response.raise_for_status()
    return str(response.json()["id"])


def box(page: Page) -> Locator:
    """The answer box, once its question is there."""
    found = page.get_by_role("textbox", name="Your answer")
    expect(found).to_be_visible()
    return found


def status(page: Page) -> Locator:
    """The line that says whether the text is saved."""
    return page.locator("#answer-status")


def seconds_left(page: Page) -> int:
    """What the clock shows."""
    minutes, seconds = page.locator(".time").inner_text().split(":")
    return 60 * int(minutes) + int(seconds)
