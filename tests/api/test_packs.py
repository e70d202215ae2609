"""An organisation's own questions: its people practise on them, and nobody else learns of them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.domain.attempt import Person
from service.settings import Settings
from service.wiring import Services
from tests.api.walk import answer, begin
from tests.bank.conftest import BankFiles, own_pack
from tests.conftest import Clock
from tests.fresh import fresh
from tests.team import another, browser, join, sign_in_settings

OWN = "acme-search"


@pytest.fixture
def files(tmp_path: Path) -> BankFiles:
    return BankFiles(tmp_path / "bank")


def somebody(first: TestClient, organisation: str) -> TestClient:
    services: Services = first.app.state.services  # type: ignore[attr-defined]
    inviter = Person(id="test", organisation=organisation)
    _, secret = asyncio.run(services.people.invite(inviter, "candidate", None, 1, services.clock()))
    client = another(first)
    assert join(client, secret, f"somebody@{organisation}.example.org").status_code == 201
    return client


def everything(client: TestClient) -> dict[str, Any]:
    reads = ("topics", "topics/searching", "questions", "questions?q=acme", f"questions/{OWN}", "topics/searching/path")
    return {path: client.get(f"/api/v1/{path}") for path in reads}


def test_a_pack_is_practised_on_by_its_organisation_and_hidden_from_others(files: BankFiles, tmp_path: Path) -> None:
    pack = own_pack(tmp_path / "pack")
    settings = Settings(
        data_dir=fresh(tmp_path / "data"),
        bank_dir=files.root,
        packs={"acme": (pack.root,)},
        sign_in=sign_in_settings(),
    )
    with browser(create_app(settings, clock=Clock())) as first:
        insider, outsider = somebody(first, "acme"), somebody(first, "elsewhere")
        seen, hidden = everything(insider), everything(outsider)
        assert seen[f"questions/{OWN}"].json()["title"] == "How Acme looks things up"
        assert [one["id"] for one in seen["questions?q=acme"].json()["items"]] == [OWN]
        assert hidden[f"questions/{OWN}"].status_code == 404
        assert not any("acme" in response.text.lower() for path, response in hidden.items() if OWN not in path)
        tag = seen["questions"].headers["etag"]
        assert insider.get("/api/v1/questions", headers={"If-None-Match": tag}).status_code == 304
        assert outsider.get("/api/v1/questions", headers={"If-None-Match": tag}).status_code == 200

        plan = {"question_ids": [OWN]}
        graded = answer(insider, begin(insider, **plan), "It compares the target with the middle element.")
        assert graded["title"] == "How Acme looks things up"
        assert graded["grade"]["overall"] > 0
        assert outsider.post("/api/v1/sessions", json=plan).status_code == 422
        assert outsider.post("/api/v1/grade", json={"question_id": OWN, "answer": "middle"}).status_code == 404
        assert outsider.get(f"/api/v1/attempts/{graded['id']}").status_code == 404
