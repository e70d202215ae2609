"""What somebody has here goes with them as a file, and can be made to go altogether."""

import asyncio
import io
import json
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import SQLModel, col, select

from service.api.app import create_app
from service.domain.attempt import LOCAL, Answer, Person
from service.domain.grade import Marking
from service.domain.rubric import Item
from service.graders.keyword import KeywordGrader
from service.llm.meter import Use
from service.settings import Settings
from service.store import personal
from service.store.tables import AccountRow, AttemptRow, ChunkRow, FirstAdminRow, GradeRow, RecordingRow, SpendingRow
from service.wiring import Services, migrate
from tests.api.walk import GOOD, answer, at, begin, save
from tests.conftest import Clock, banks
from tests.fresh import fresh
from tests.postgres import Postgres
from tests.server import eventually
from tests.team import (
    ADA,
    AUTH,
    BOB,
    PASSWORD,
    another,
    assigned,
    browser,
    invited,
    join,
    set_up,
    sign_in,
    team_app,
    token,
)

ERASE = {"everything": True, "password": PASSWORD}
PLANTED = {
    "answer": "answered-zanzibar",
    "earlier draft": "scribbled-madagascar",
    "draft": "drafted-mauritius",
    "dispute": "objected-reunion",
    "transcript": "heard-comoros",
    "sound": "OggS-sounds-mayotte",
    "e-mail": BOB,
    "name": "Bob-Seychelles",
    "token": "script-maldives",
}
"""Nobody else here writes any of these."""


@pytest.fixture
def ada(tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    with browser(team_app(tmp_path, clock)) as client:
        set_up(client)
        yield client


def services(client: TestClient) -> Services:
    found: Services = client.app.state.services  # type: ignore[attr-defined]
    return found


def plant(ada: TestClient) -> tuple[TestClient, str]:
    """Bob, with something of every kind; and his id."""
    bob = another(ada)
    wish = {"code": invited(ada, email=BOB), "email": BOB, "name": PLANTED["name"], "password": PASSWORD}
    person = bob.post(f"{AUTH}/invites/accept", json=wish).json()["id"]
    session = begin(bob, question_ids=["kv-cache", "rope", "bpe"])
    attempt = answer(bob, session, f"{GOOD} {PLANTED['answer']}")["id"]
    disputed = bob.post(f"/api/v1/attempts/{attempt}/disputes", json={"point": "M1", "text": PLANTED["dispute"]})
    assert disputed.status_code == 201
    assert bob.post(f"{at(session, 2)}/open").status_code == 200
    save(bob, session, PLANTED["earlier draft"], 0, 2)
    save(bob, session, PLANTED["draft"], 1, 2)
    bob.post(f"{AUTH}/tokens", json={"name": PLANTED["token"], "scopes": ["read"]})
    _, assignment = assigned(ada, services(ada).clock(), person)
    assert bob.post(f"/api/v1/assignments/{assignment}/sessions").status_code == 201
    _speak(services(ada), Person(id=person, organisation="local"), session)
    return bob, person


def _speak(services: Services, person: Person, session: str) -> None:
    """A recording that was heard: nothing listens to it any more."""
    owned: dict[str, Any] = {"owner": person.id, "organisation": person.organisation}
    now = services.clock()
    heard = json.dumps({"text": PLANTED["transcript"]})
    with services.store.write() as tx:
        made = RecordingRow(
            id=uuid4(),
            session_id=UUID(session),
            position=3,
            question_id="bpe",
            state="transcribed",
            chunks=2,
            size=2,
            heard=2,
            transcript=heard,
            progress=heard,
            tries=0,
            lost=0,
            created_at=now,
            run_after=now,
            **owned,
        )
        tx.add(made)
        tx.flush()
        tx.add(ChunkRow(recording_id=made.id, number=0, body=PLANTED["sound"].encode(), **owned))
        tx.add(ChunkRow(recording_id=made.id, number=1, body=b", and on", **owned))


def unzipped(response: httpx2.Response) -> dict[str, bytes]:
    assert response.status_code == 200, response.text
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def in_files(folder: Path, words: dict[str, str]) -> dict[str, list[str]]:
    """By file below `folder`, which of `words` its bytes have."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and (has := [name for name, word in words.items() if word.encode() in path.read_bytes()]):
            found[path.name] = sorted(has)
    return found


def test_every_table_is_exported_and_erased_or_it_is_said_why_not() -> None:
    tables = SQLModel.metadata.tables
    assert set(personal.KINDS) | {personal.SOUND} | set(personal.NOBODYS) == set(tables)
    for name, table in tables.items():
        assert "owner" in table.columns or name in personal.NOBODYS, name
        assert "owner" not in table.columns or "organisation" in table.columns, name
    for name, kind in personal.KINDS.items():
        assert {*kind.without, *kind.json} <= set(tables[name].columns.keys())
    assert personal.STAYS.keys() <= set(personal.KINDS)


def test_an_export_has_all_that_there_is_of_somebody_and_nothing_of_others(ada: TestClient) -> None:
    bob, person = plant(ada)
    answer(ada, begin(ada), "Ada says tasmania.")
    files = unzipped(bob.get("/api/v1/me/export"))
    everything = b"".join(files.values()).decode()
    assert [name for name, word in PLANTED.items() if word not in everything and name != "earlier draft"] == []
    assert "tasmania" not in everything
    assert ADA not in everything
    tables = {kind.file: json.loads(files[f"{kind.file}.json"]) for kind in personal.KINDS.values()}
    assert [row["id"] for row in tables["account"]] == [person]
    assert tables["grades"][0]["body"]["verdicts"][0]["point"] == "M1"
    assert [len(tables[name]) for name in ("cohorts", "assigned")] == [1, 1]
    assert tables["recordings"][0]["transcript"] == {"text": PLANTED["transcript"]}
    assert {row["owner"] for rows in tables.values() for row in rows} == {person}
    (sound,) = (content for name, content in files.items() if name.startswith("recordings/") and name.endswith(".ogg"))
    assert sound == PLANTED["sound"].encode() + b", and on"
    readme = files["README.txt"].decode()
    assert all(name in readme for name in files if name.endswith(".json"))
    assert unzipped(ada.get(f"/api/v1/people/{person}/export")).keys() == files.keys()
    log = ada.get("/api/v1/audit").json()["items"]
    assert [entry["about"] for entry in log if entry["action"] == "export"] == [person, person]


def test_an_export_has_nothing_to_sign_in_with(ada: TestClient) -> None:
    secret = token(ada, "read")["secret"]
    invited(ada, email="cy@example.org")
    with services(ada).store.read() as tx:
        hashed = tx.exec(select(AccountRow.password)).one()
    everything = b"".join(unzipped(ada.get("/api/v1/me/export")).values()).decode()
    assert hashed
    for kept in (hashed, secret, ada.cookies["viva"], 'digest":', "cy@example.org"):
        assert kept not in everything


def test_an_export_does_not_name_what_a_strict_session_still_hides(client: TestClient) -> None:
    session = begin(client, question_ids=["kv-cache", "rope"], mode="strict")
    client.post(f"{at(session)}/open")
    named = [row["question_id"] for row in json.loads(unzipped(client.get("/api/v1/me/export"))["questions.json"])]
    assert named == ["kv-cache", None]


def test_memory_does_not_grow_with_the_recordings(client: TestClient) -> None:
    session, megabyte = begin(client), bytes(1_000_000)
    owned = {"owner": LOCAL.id, "organisation": LOCAL.organisation}
    _speak(services(client), LOCAL, session)
    with services(client).store.write() as tx:
        (recording,) = tx.exec(select(RecordingRow.id))
        tx.add_all(ChunkRow(recording_id=recording, number=number, body=megabyte, **owned) for number in range(2, 42))
    pieces = asyncio.run(services(client).privacy.export(LOCAL, LOCAL, services(client).clock()))
    tracemalloc.start()
    size = sum(len(piece) for piece in pieces)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 40_000_000
    assert most < 8_000_000


def test_an_erasure_leaves_no_trace_in_any_file(ada: TestClient, tmp_path: Path) -> None:
    bob, person = plant(ada)
    with services(ada).store.read() as reading:  # the connections of a server that goes on
        reading.exec(select(AttemptRow)).all()
    before = in_files(tmp_path / "data", PLANTED)
    assert set().union(*before.values()) == set(PLANTED)
    erased = ada.delete(f"/api/v1/people/{person}")
    assert (erased.status_code, erased.json()) == (200, {"clean": True})
    assert in_files(tmp_path / "data", PLANTED) == {}
    assert in_files(tmp_path / "data", {"Ada": ADA}) == {"viva.db": ["Ada"]}
    for path in (f"{AUTH}/me", "attempts"):
        assert bob.get(path if path.startswith("/") else f"/api/v1/{path}").status_code == 401
    assert sign_in(bob, BOB).status_code == 401
    assert ada.get(f"/api/v1/people/{person}/export").status_code == 404
    newest = ada.get("/api/v1/audit").json()["items"][0]
    assert (newest["action"], newest["about"], newest["detail"]) == ("erase", person, None)
    assert join(bob, invited(ada), BOB).status_code == 201  # the address is free


def test_on_postgres_no_row_and_no_job_is_left(
    postgres: Postgres, postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    app = team_app(tmp_path, clock, database_url=postgres_url)
    with browser(app) as ada:
        set_up(ada)
        _, person = plant(ada)
        assert _held(postgres, postgres_url, PLANTED) == set(PLANTED) - {"earlier draft", "sound"}
        assert ada.delete(f"/api/v1/people/{person}").json() == {"clean": True}
        assert _held(postgres, postgres_url, PLANTED | {"sound": PLANTED["sound"].encode().hex()}) == set()
        assert _tables_with(postgres, postgres_url, person) == {"audit"}


def test_what_waits_in_procrastinate_goes_as_well(
    postgres: Postgres, postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=postgres_url, jobs="procrastinate")
    migrate(settings).close()
    with TestClient(create_app(settings, clock=clock, banks=banks()), base_url="http://127.0.0.1") as client:
        attempt = answer(client, begin(client), wait=0)["id"]
        assert _tables_with(postgres, postgres_url, attempt) >= {"attempt", "job", "procrastinate_jobs"}
        assert client.post("/api/v1/me/erase", json={"everything": True}).json() == {"clean": True}
        assert _tables_with(postgres, postgres_url, attempt) <= {"procrastinate_events"}
        assert client.get("/api/v1/sessions").json()["items"] == []


def _tables(postgres: Postgres, url: str) -> list[str]:
    found = postgres.rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [name for (name,) in found]


def _held(postgres: Postgres, url: str, words: dict[str, str]) -> set[str]:
    """Which of `words` stand in any row of any table."""
    rows = "".join(
        str(row) for table in _tables(postgres, url) for row in postgres.rows(url, f"SELECT t::text FROM {table} t")
    )
    return {name for name, word in words.items() if word in rows}


def _tables_with(postgres: Postgres, url: str, word: str) -> set[str]:
    return {
        table
        for table in _tables(postgres, url)
        if postgres.rows(url, f"SELECT 1 FROM {table} t WHERE t::text LIKE '%{word}%' LIMIT 1")
    }


class Slow(KeywordGrader):
    """It asks a model, as far as anybody can see, and answers when it is let."""

    begun, go = threading.Event(), threading.Event()

    def estimate(self, item: Item, answer: Answer) -> Use:
        return Use(sent=10)

    async def mark(self, item: Item, answer: Answer) -> Marking:
        self.begun.set()
        await asyncio.to_thread(self.go.wait)
        return await super().mark(item, answer)


def test_a_grade_that_is_being_made_comes_to_nothing(tmp_path: Path, clock: Clock) -> None:
    settings = Settings(data_dir=fresh(tmp_path / "data"), grader=f"{__name__}:Slow", budget_person=1000)
    with TestClient(create_app(settings, clock=clock, banks=banks()), base_url="http://127.0.0.1") as client:
        answer(client, begin(client), wait=0)
        assert Slow.begun.wait(60)
        try:
            assert client.post("/api/v1/me/erase", json={"everything": True}).status_code == 200
        finally:
            Slow.go.set()
        done = services(client).metrics.jobs.labels("grade", "done")
        eventually(lambda: done._value.get() == 1)
        with services(client).store.read() as tx:
            assert tx.exec(select(GradeRow)).all() == []
            assert [row.owner for row in tx.exec(select(SpendingRow))] == [""]


def test_somebody_erases_themselves_with_their_password(ada: TestClient) -> None:
    bob, person = plant(ada)
    path = "/api/v1/me/erase"
    assert bob.post(path, json={"everything": False, "password": PASSWORD}).status_code == 422
    assert bob.post(path, json={"everything": True}).status_code == 401
    assert bob.post(path, json=ERASE | {"password": "six kettles sing"}).status_code == 401
    secret = token(bob, "practice")["secret"]
    assert ada.post(path, json=ERASE, headers={"Authorization": f"Bearer {secret}"}).status_code == 403
    assert bob.get(f"{AUTH}/me").status_code == 200
    erased = bob.post(path, json=ERASE)
    assert erased.status_code == 200, erased.text
    assert "viva" not in bob.cookies
    assert erased.headers["clear-site-data"] == '"cache", "storage"'
    assert person not in ada.get("/api/v1/people").text


def test_without_a_password_the_sign_in_has_to_be_fresh(ada: TestClient, clock: Clock) -> None:
    bob, person = plant(ada)
    with services(ada).store.write() as tx:
        tx.get_one(AccountRow, UUID(person)).password = None
    clock.now += timedelta(minutes=11)
    stale = bob.post("/api/v1/me/erase", json={"everything": True})
    assert (stale.status_code, "Sign in anew" in stale.text) == (403, True)
    clock.now -= timedelta(minutes=2)
    assert bob.post("/api/v1/me/erase", json={"everything": True}).status_code == 200


def test_an_admin_is_left_and_somebody_is_the_first_one(ada: TestClient) -> None:
    bob, person = plant(ada)
    mine = ada.get(f"{AUTH}/me").json()["id"]
    assert ada.delete(f"/api/v1/people/{mine}").status_code == 409
    refused = ada.post("/api/v1/me/erase", json=ERASE)
    assert (refused.status_code, "only admin" in refused.text) == (409, True)
    ada.put(f"/api/v1/people/{person}", json={"role": "admin"})
    assert ada.post("/api/v1/me/erase", json=ERASE).status_code == 200
    with services(ada).store.read() as tx:
        assert [str(row.account_id) for row in tx.exec(select(FirstAdminRow))] == [person]
    late = {"code": "a code of the operator's", "email": "eve@example.org", "name": "Eve", "password": PASSWORD}
    assert another(ada).post(f"{AUTH}/setup", json=late).status_code == 409
    assert bob.post("/api/v1/me/erase", json=ERASE).status_code == 200  # who is alone may go


def test_what_a_reviewer_said_of_others_stays_under_their_id(ada: TestClient) -> None:
    bob, person = plant(ada)
    ada.put(f"/api/v1/people/{person}", json={"role": "reviewer"})
    attempt = answer(ada, begin(ada))["id"]
    wish = {"based_on": 1, "note": "I see it otherwise.", "verdicts": [{"point": "M1", "label": "met"}]}
    assert bob.post(f"/api/v1/review/attempts/{attempt}/grades", json=wish).status_code == 201
    assert ada.delete(f"/api/v1/people/{person}").status_code == 200
    with services(ada).store.read() as tx:
        assert [row.person for row in tx.exec(select(GradeRow).order_by(col(GradeRow.number)))] == [None, person]
