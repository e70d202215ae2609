"""The whole application with a language model that fails as real ones do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import col, select

from service.api.app import create_app
from service.settings import Settings
from service.store.tables import GradeRow
from service.wiring import Services
from tests.api.walk import GOOD, at, begin
from tests.conftest import Clock, banks
from tests.fresh import fresh
from tests.llm_server import LlmServer
from tests.server import eventually

SOON = "service.jobs.embedded.LOOK_SECONDS"
"""To be patched where a test waits for a job that was put off."""


def configured(server: LlmServer, folder: Path, timeout: float = 60, **fields: Any) -> Settings:
    """Settings of a server that is graded by `server`."""
    llm = {"base_url": server.url, "model": "asked-for", "timeout_seconds": timeout, "max_reply_bytes": 200_000}
    return Settings(data_dir=fresh(folder), grader="llm", llm=llm, **fields)  # type: ignore[arg-type]


@contextmanager
def serving(settings: Settings, clock: Clock) -> Iterator[TestClient]:
    with TestClient(create_app(settings, clock=clock, banks=banks()), base_url="http://127.0.0.1") as client:
        yield client


def services(client: TestClient) -> Services:
    found: Services = client.app.state.services  # type: ignore[attr-defined]
    return found


def warm(client: TestClient) -> None:
    """Lets the application learn what its endpoint takes, so that the next request is about an answer."""
    graded = client.post("/api/v1/grade", json={"question_id": "kv-cache", "answer": GOOD})
    assert graded.status_code == 200, graded.text


def hand_in(client: TestClient, text: str = GOOD, **wait: float) -> dict[str, Any]:
    """The attempt, as the submit answers it."""
    session = begin(client)
    client.post(f"{at(session)}/open")
    made = client.post(f"{at(session)}/submit", params=wait, json={"text": text})
    assert made.status_code == 201, made.text
    attempt: dict[str, Any] = made.json()
    return attempt


def read(client: TestClient, attempt: str) -> dict[str, Any]:
    response = client.get(f"/api/v1/attempts/{attempt}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def set_back(client: TestClient, attempt: str, reason: str) -> dict[str, Any]:
    """The attempt once its provisional grade gives this reason."""

    def look() -> dict[str, Any] | None:
        found = read(client, attempt)
        return found if reason in (found["grade"]["provisional"] or "") else None

    return eventually(look)


def ended(client: TestClient, attempt: str) -> dict[str, Any]:
    """The attempt once nobody grades it any more."""
    return eventually(lambda: found if (found := read(client, attempt))["status"] != "submitted" else None)


def final(client: TestClient, attempt: str) -> dict[str, Any]:
    """The attempt once its grade is no provisional one."""
    return eventually(lambda: found if not (found := read(client, attempt))["grade"]["provisional"] else None)


def numbers(client: TestClient, attempt: str) -> list[tuple[int, str, bool]]:
    """Number and grader of each grade, and whether it is provisional."""

    with services(client).store.read() as tx:
        rows = tx.exec(select(GradeRow).order_by(col(GradeRow.number)))
        return [(row.number, row.grader, bool(row.provisional)) for row in rows if str(row.attempt_id) == attempt]
