"""Nothing goes to models elsewhere before an organisation has agreed, and nothing any more once it withdraws that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.domain.consent import stays
from service.operations.jobs import enqueue_regrades, foreseen
from service.settings import Settings
from service.voice.settings import VoiceSettings
from tests.api.llm import configured, final, numbers, services, serving
from tests.api.speaking import NEAR, Speaker
from tests.api.walk import GOOD, answer, begin
from tests.conftest import Clock, banks
from tests.fresh import fresh
from tests.llm_server import LlmServer, quoting
from tests.server import eventually
from tests.team import AUTH, BOB, browser, invited, join, set_up, sign_in_settings

WHERE = "/api/v1/organisation"
ELSEWHERE = "0.0.0.0"
"""Leads to this machine, and is not its loopback: as far as anybody can tell it is elsewhere."""
OFF, ON = {"llm": False, "speech": False}, {"llm": True, "speech": True}


class Elsewhere(LlmServer):
    @property
    def url(self) -> str:
        return super().url.replace("127.0.0.1", ELSEWHERE)


@pytest.fixture
def llm() -> Iterator[LlmServer]:
    with Elsewhere(quoting) as server:
        yield server


def of_a_team(settings: Settings, **more: Any) -> Settings:
    return settings.model_copy(update={"sign_in": sign_in_settings()} | more)


@contextmanager
def team(settings: Settings, clock: Clock) -> Iterator[TestClient]:
    """Ada's browser."""
    with browser(create_app(settings, clock=clock, banks=banks())) as ada:
        set_up(ada)
        yield ada


def graders(client: TestClient, attempt: str) -> list[str]:
    return [name for _, name, _ in numbers(client, attempt)]


def test_an_organisation_says_yes_and_no(llm: LlmServer, tmp_path: Path, clock: Clock) -> None:
    with team(of_a_team(configured(llm, tmp_path)), clock) as ada:
        there = {"host": ELSEWHERE, "model": "asked-for"}
        asked = ada.get(WHERE).json()
        assert asked == OFF | {"organisation": "local", "models": [there], "hearer": None}
        first = answer(ada, begin(ada))
        assert (first["status"], first["grade"]["grader"]["name"]) == ("graded", "keyword")
        assert first["grade"]["provisional"] is None
        assert ada.post("/api/v1/grade", json={"question_id": "kv-cache", "answer": GOOD}).status_code == 200
        assert ada.get(f"{AUTH}/me").json()["answers_go_to"] == []
        assert llm.asked == []
        assert ada.put(WHERE, json=OFF | {"llm": True}).json()["llm"] is True
        assert ada.get(f"{AUTH}/me").json()["answers_go_to"] == [there]
        second = final(ada, answer(ada, begin(ada))["id"])
        assert second["grade"]["grader"]["name"] == "llm"
        told = len(llm.asked)
        assert told > 0
        ada.put(WHERE, json=OFF)
        ada.post(f"/api/v1/review/attempts/{second['id']}/regrade")
        eventually(lambda: graders(ada, second["id"])[-1] == "keyword")
        assert len(llm.asked) == told
        details = [e["detail"] for e in ada.get("/api/v1/audit").json()["items"] if e["action"] == "consent"]
        assert details == ["llm off, speech off", "llm on, speech off"]


def test_only_an_admin_agrees_and_for_their_own_organisation(llm: LlmServer, tmp_path: Path, clock: Clock) -> None:
    with team(of_a_team(configured(llm, tmp_path)), clock) as ada:
        consents = services(ada).consents
        ada.put(WHERE, json=ON)
        code = invited(ada, "reviewer")
        join(ada, code, BOB)
        assert ada.put(WHERE, json=OFF).status_code == 403
        with services(ada).store.read() as tx:
            found = [consents.read(tx, organisation).llm for organisation in ("local", "acme")]
        assert found == [True, False]


def test_what_the_grader_of_an_organisation_has_graded_is_not_graded_again(
    llm: LlmServer, tmp_path: Path, clock: Clock
) -> None:
    with team(of_a_team(configured(llm, tmp_path)), clock) as ada:
        answer(ada, begin(ada))
        assert list(foreseen(services(ada), None, None))[-1:] in ([], [0])
        assert list(enqueue_regrades(services(ada), None))[-1:] == [0]
        ada.put(WHERE, json=ON)
        assert list(foreseen(services(ada), None, None))[-1:] == [1]


def test_hosts_of_the_operator_are_not_elsewhere(llm: LlmServer, tmp_path: Path, clock: Clock) -> None:
    with team(of_a_team(configured(llm, tmp_path), own_hosts=("0.0.0.0/32",)), clock) as ada:
        assert ada.get(WHERE).json()["models"] == []
        attempt = answer(ada, begin(ada))["id"]
        assert final(ada, attempt)["grade"]["grader"]["name"] == "llm"


def test_who_has_no_sign_in_has_agreed_by_their_settings_and_can_withdraw_it(
    llm: LlmServer, tmp_path: Path, clock: Clock
) -> None:
    with serving(configured(llm, tmp_path), clock) as client:
        assert client.get(WHERE).json()["llm"] is True
        assert final(client, answer(client, begin(client))["id"])["grade"]["grader"]["name"] == "llm"
        told = len(llm.asked)
        client.put(WHERE, json=OFF)
        assert answer(client, begin(client))["grade"]["grader"]["name"] == "keyword"
        assert len(llm.asked) == told


def test_speech_is_not_heard_elsewhere_without_consent(tmp_path: Path, clock: Clock) -> None:
    voice = VoiceSettings.model_validate(
        {"transcriber": "remote", "model": "w", "base_url": f"http://{ELSEWHERE}:9/v1"}
    )
    settings = of_a_team(Settings(data_dir=fresh(tmp_path), voice=voice, job_concurrency=0))
    with team(settings, clock) as ada:
        speaker = Speaker(ada)
        for refused in (speaker.put(0, NEAR), speaker.upload(NEAR), ada.post("/api/v1/transcribe", content=NEAR)):
            assert (refused.status_code, refused.json()["type"]) == (403, "urn:viva:problem:not-agreed")
        assert "has not agreed" in ada.get("/api/v1/voice").json()["problem"]
        ada.put(WHERE, json=ON)
        assert ada.get("/api/v1/voice").json()["problem"] is None
        assert ada.get(f"{AUTH}/me").json()["speech_goes_to"] == {"host": ELSEWHERE, "model": "w"}
        assert speaker.put(0, NEAR).status_code == 200
        assert speaker.complete(1).status_code == 202
        ada.put(WHERE, json=OFF)
        cookie = ada.cookies["viva"]
    with browser(create_app(settings.model_copy(update={"job_concurrency": 1}), clock=clock, banks=banks())) as ada:
        ada.cookies.set("viva", cookie)
        found = ada.get(speaker.path, params={"wait": 25}).json()
        assert (found["state"], found["problem"]["type"]) == ("failed", "urn:viva:problem:not-agreed")


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("llm.internal", True),
        ("10.2.0.1", False),
        ("api.example.org", False),
        ("localhost.example.org", False),
        ("0.0.0.0", False),
    ],
)
def test_where_elsewhere_begins(host: str, here: bool) -> None:
    assert stays(host, ("10.1.0.0/16", "llm.internal")) is here
