"""Blind mode: who reviews learns nothing of whom, but can tell people apart."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.walk import GOOD, answer, begin
from tests.conftest import Clock
from tests.team import BOB, another, browser, invited, join, set_up, team_app

GRADES = "/api/v1/review/attempts/{}/grades"


class Team:
    """Ada reviews; Bob and Quentin have answered, Bob twice, and dispute."""

    def __init__(self, ada: TestClient) -> None:
        self.ada = ada
        self.ids = [set_up(ada)["id"]]
        self.attempts: list[str] = []
        for email, answers in ((BOB, 2), ("quentin@example.org", 1)):
            client = another(ada)
            self.ids.append(join(client, invited(ada), email).json()["id"])
            for _ in range(answers):
                attempt = answer(client, begin(client), GOOD)["id"]
                client.post(f"/api/v1/attempts/{attempt}/disputes", json={"point": "M1", "text": "It is there."})
                self.attempts.append(attempt)

    def get(self, path: str, **query: Any) -> Any:
        found = self.ada.get(path, params=query)
        assert found.status_code == 200, found.text
        return found.json()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blind")


@pytest.fixture(scope="module")
def team(folder: Path) -> Iterator[Team]:
    with browser(team_app(folder, Clock())) as ada:
        yield Team(ada)


def test_a_reviewer_is_told_nobody_unless_they_ask(team: Team) -> None:
    first = team.attempts[0]
    changes = {"based_on": 1, "note": "Half.", "verdicts": [{"point": "M1", "label": "partial"}]}
    made = team.ada.post(GRADES.format(first), json=changes)
    second = team.get("/api/v1/review", limit=1)["items"][0]["id"]
    closed = team.ada.post(f"/api/v1/review/{second}/close", json={"reply": "It stands."})
    told = [made.json(), closed.json(), team.get(GRADES.format(first))]
    told += [team.get("/api/v1/review"), team.get("/api/v1/review", closed=True)]
    text = json.dumps(told)
    known = [*team.ids, "Ada", "Bob", "Quentin", "example.org"]
    assert [word for word in known if word in text] == []
    assert made.json()["grades"][-1]["person"] == closed.json()["closed_by"] != made.json()["candidate"]
    openly = team.get("/api/v1/review", closed=True, blind=False)
    assert {row["candidate"] for row in openly["items"]} == {team.ids[1]}
    assert {row["closed_by"] for row in openly["items"]} == {team.ids[0]}
    assert openly["names"] == {team.ids[0]: "Ada", team.ids[1]: "Bob"}
    assert team.get(GRADES.format(first), blind=False)["names"][team.ids[1]] == "Bob"


def test_pseudonyms_tell_people_apart_and_stay(team: Team, folder: Path) -> None:
    bob, bob_again, quentin = (team.get(GRADES.format(attempt))["candidate"] for attempt in team.attempts)
    assert bob == bob_again != quentin
    assert bob.startswith("candidate ")
    with browser(team_app(folder, Clock())) as later:  # another process would do the same
        later.cookies.update(team.ada.cookies)
        assert later.get(GRADES.format(team.attempts[0])).json()["candidate"] == bob


def test_pseudonyms_of_another_installation_are_others(team: Team, tmp_path: Path) -> None:
    """They follow from a secret: whoever knows an id cannot work them out."""
    services = team.ada.app.state.services  # type: ignore[attr-defined]
    with browser(team_app(tmp_path, Clock())) as elsewhere:
        theirs = elsewhere.app.state.services  # type: ignore[attr-defined]
        here = team.ada.portal.call(services.names.naming, "local", True)  # type: ignore[union-attr]
        there = elsewhere.portal.call(theirs.names.naming, "local", True)  # type: ignore[union-attr]
        neighbours = elsewhere.portal.call(theirs.names.naming, "acme", True)  # type: ignore[union-attr]
    assert len({naming.candidate(team.ids[1]) for naming in (here, there, neighbours)}) == 3


def test_the_desk_has_all_that_the_rubric_asks_for(team: Team) -> None:
    found = team.get(GRADES.format(team.attempts[0]))
    points = [p["id"] for criterion in found["grades"][0]["grade"]["criteria"] for p in criterion["points"]]
    assert [p["id"] for p in found["key_points"]] == points
    assert {"id", "says", "correction", "caps"} == set(found["mistakes"][0])
    assert found["short_answer"]
