"""How long lists, reports and claims take in databases of 1,000 answers up to a million, on SQLite and Postgres.

A person with many answers has a tenth of all; one with few has 20 in each database.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlmodel import col, select

from service.bench.people import PERSON
from service.bench.server import application
from service.domain.attempt import Person
from service.settings import Settings
from service.store import jobs
from service.store.engine import Store
from service.store.migrate import upgrade
from service.store.tables import AttemptRow, SessionRow
from service.wiring import Services
from tests.bench.load import timed
from tests.bench.processes import durable_postgres, folder
from tests.bench.rows import ASKED, END, FEW, MANY, fill
from tests.bench.tables import ms, p50_p95, show

SIZES = (1_000, 10_000, 100_000)
FULL = (*SIZES, 1_000_000)
ROUNDS = 60
Call = Callable[[], object]


@dataclass(frozen=True)
class Place:
    """Ids from the middle of what a person has."""

    attempt: UUID
    session: UUID


ENDPOINTS: Mapping[str, Callable[[Place], str]] = {
    "attempts": lambda at: "/attempts?limit=20",
    "attempts, a page further on": lambda at: f"/attempts?limit=20&cursor={at.attempt}",
    "attempts, 100 on a page": lambda at: "/attempts?limit=100",
    "attempts at a question": lambda at: f"/attempts?limit=20&question_id={ASKED}",
    "an attempt": lambda at: f"/attempts/{at.attempt}",
    "sessions": lambda at: "/sessions?limit=10",
    "sessions, a page further on": lambda at: f"/sessions?limit=10&cursor={at.session}",
    "a session": lambda at: f"/sessions/{at.session}",
    "report of a session": lambda at: f"/sessions/{at.session}/report",
    "report as CSV": lambda at: f"/sessions/{at.session}/report?format=csv",
    "progress": lambda at: "/progress",
}


def report(full: bool = False) -> None:
    sizes = FULL if full else SIZES
    with durable_postgres() as postgres:
        for name in ("SQLite", "Postgres"):
            with ExitStack() as stack:
                calls: dict[int, dict[str, Call]] = {}
                for size in sizes:
                    place = stack.enter_context(folder())
                    url = (
                        stack.enter_context(postgres.database()) if name == "Postgres" else f"sqlite:///{place}/viva.db"
                    )
                    calls[size] = _calls(stack.enter_context(_filled(url, size)))
                show((f"p95 on {name}", *(f"{size:,}" for size in sizes), "growth", "of p50"), _rows(calls))


def _rows(calls: Mapping[int, Mapping[str, Call]]) -> Iterator[tuple[str, ...]]:
    """Databases take turns: whatever else this machine does meets all of them."""
    first, *_, last = calls
    for name in calls[first]:
        seconds: dict[int, list[float]] = {size: [] for size in calls}
        for size in calls:
            calls[size][name]()
        for _ in range(ROUNDS):
            for size in calls:
                timed(seconds[size], calls[size][name])
        p50, p95 = ({size: p50_p95(mine)[n] for size, mine in seconds.items()} for n in range(2))
        growth = (f"{times[last] / times[first]:.1f}" for times in (p95, p50))
        yield (name, *(ms(p95[size]) for size in calls), *growth)


@contextmanager
def _filled(url: str, size: int) -> Iterator[TestClient]:
    started = time.perf_counter()
    store = Store(url)
    upgrade(store)
    fill(store, size)
    store.close()
    print(
        f"<!-- {url.split(':')[0]}, {size:,} answers: written in {time.perf_counter() - started:.0f} s -->", flush=True
    )
    settings = Settings(database_url=url, job_concurrency=0)
    with TestClient(application(settings), base_url="http://127.0.0.1") as client:
        yield client


def _calls(client: TestClient) -> dict[str, Call]:
    """What is measured, by name."""
    services: Services = client.app.state.services  # type: ignore[attr-defined]
    calls: dict[str, Call] = {}
    for person, who in ((MANY, "many"), (FEW, "few")):
        at, headers = _place(services.store, person), {PERSON: person.id}
        for name, path in ENDPOINTS.items():
            calls[f"{name} ({who})"] = _get(client, f"/api/v1{path(at)}", headers)
        calls[f"open a question ({who})"] = _opens(client, headers)
    calls["/metrics, with the counts of jobs"] = _get(client, "/metrics", {})
    calls["claim of 8 jobs"] = lambda: _claim(services.store)
    return calls


def _get(client: TestClient, path: str, headers: dict[str, str]) -> Call:
    def call() -> None:
        response = client.get(path, headers=headers)
        assert response.status_code == 200, response.text

    return call


def _opens(client: TestClient, headers: dict[str, str]) -> Call:
    """Opening the open question again changes nothing, but looks at what is owed to strict sessions."""
    created = client.post("/api/v1/sessions", json={"count": 1, "untimed": True}, headers=headers)
    path = f"/api/v1/sessions/{created.json()['id']}"
    assert client.post(f"{path}/start", headers=headers).status_code == 200

    def call() -> None:
        response = client.post(f"{path}/questions/1/open", headers=headers)
        assert response.status_code == 200, response.text

    return call


def _claim(store: Store) -> None:
    with store.write() as tx:
        claimed = jobs.claim(tx, ("grade", "regrade"), "bench", END + timedelta(days=1), 60, 8)
        assert claimed
        tx.rollback()


def _place(store: Store, person: Person) -> Place:
    def middle(table: Any) -> UUID:
        ids = list(tx.exec(select(table.id).where(table.owner == person.id).order_by(col(table.id))))
        found: UUID = ids[len(ids) // 2]
        return found

    with store.read() as tx:
        return Place(middle(AttemptRow), middle(SessionRow))
