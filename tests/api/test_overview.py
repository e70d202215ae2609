"""The overview of an organisation's answers, and the verdicts as a file."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from statistics import fmean
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from service.domain.attempt import Person
from service.wiring import Services
from tests.api.walk import GOOD, answer, begin
from tests.conftest import START, Clock
from tests.team import ADA, BOB, another, browser, invited, join, set_up, team_app

WRONG = "The KV cache stores the generated text, so that nothing is computed twice."
FORMULA = "=HYPERLINK(1)"
OVERVIEW, EXPORT = "/api/v1/overview", "/api/v1/overview/export"


class Team:
    """Ada reviews. Bob, whose name is a formula, has answered twice, and Cy once, a day later and about another topic.

    Somebody of another organisation has answered as well.
    """

    def __init__(self, ada: TestClient, clock: Clock) -> None:
        self.ada = ada
        self.ids = [set_up(ada)["id"]]
        self.services: Services = ada.app.state.services  # type: ignore[attr-defined]
        self.answers: list[dict[str, Any]] = []
        wish = {"email": BOB, "name": FORMULA, "password": "seven kettles sing", "code": invited(ada)}
        bob = another(ada)
        made = bob.post("/api/v1/auth/invites/accept", json=wish)
        self.ids.append(made.json()["id"])
        self.answers += [answer(bob, begin(bob), text) for text in (GOOD, WRONG)]
        clock.forward(86_400)
        cy = another(ada)
        self.ids.append(join(cy, invited(ada), "cy@example.org").json()["id"])
        self.answers.append(answer(cy, begin(cy, question_ids=["rope"]), "It rotates queries and keys by position."))
        inviter = Person(id="test", organisation="elsewhere")
        invite = asyncio.run(self.services.people.invite(inviter, "reviewer", None, 1, clock()))
        self.stranger = another(ada)
        join(self.stranger, invite[1], "di@example.org")
        self.foreign = answer(self.stranger, begin(self.stranger), WRONG)["id"]

    def get(self, path: str = OVERVIEW, **query: Any) -> Any:
        found = self.ada.get(path, params=query)
        assert found.status_code == 200, found.text
        return found.json()


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    clock = Clock()
    with browser(team_app(tmp_path_factory.mktemp("overview"), clock)) as ada:
        yield Team(ada, clock)


def rounded(values: list[float]) -> float:
    return round(fmean(values), 1)


def criteria(attempt: dict[str, Any]) -> dict[str, float]:
    return {c["name"]: c["score"] for c in attempt["grade"]["criteria"]}


def test_the_overview_adds_up_what_the_grades_say(team: Team) -> None:
    found = team.get()
    good, wrong, rope = team.answers
    assert (found["answers"], found["people"]) == (3, 2)
    assert found["overall"] == {"mean": rounded([a["overall"] for a in team.answers]), "answers": 3}
    cache, rotary = sorted(found["questions"], key=lambda row: row["question_id"])
    assert cache["overall"] == {"mean": rounded([good["overall"], wrong["overall"]]), "answers": 2}
    for dimension in cache["dimensions"]:
        both = [criteria(attempt)[dimension["name"]] for attempt in (good, wrong)]
        assert (dimension["mean"], dimension["answers"]) == (rounded(both), 2)
    assert rotary["overall"] == {"mean": rope["overall"], "answers": 1}
    (mistake,) = found["mistakes"]
    (asserted,) = wrong["grade"]["mistakes"]
    assert (mistake["id"], mistake["says"], mistake["criterion"]) == ("X1", asserted["says"], asserted["caps"])
    assert (mistake["count"], mistake["of"], mistake["attempts"]) == (1, 2, [wrong["id"]])
    missed = found["missed"][0]
    assert (missed["count"], missed["of"], len(missed["attempts"])) == (2, 2, 2)
    assert missed["says"] in str(wrong["grade"])
    agreement = found["agreement"]
    assert (agreement["answers"], agreement["enough"], agreement["bands"]) == (0, False, None)


def test_an_overview_names_nobody_and_knows_one_organisation(team: Team) -> None:
    text = team.ada.get(OVERVIEW).text + team.ada.get(EXPORT).text
    assert [word for word in (*team.ids, FORMULA, BOB, ADA, team.foreign) if word in text] == []
    theirs = team.stranger.get(OVERVIEW).json()
    assert (theirs["answers"], theirs["mistakes"][0]["attempts"]) == (1, [team.foreign])


def test_an_overview_is_over_what_was_asked_for(team: Team) -> None:
    later = START.replace(day=3, hour=0).isoformat().replace("+00:00", "Z")
    assert team.get(question_id="rope")["answers"] == 1
    topic = team.get(question_id="rope")["questions"][0]["topic"]
    assert [row["question_id"] for row in team.get(topic=topic)["questions"]] == ["rope"]
    assert team.get(topic=topic, question_id="kv-cache")["answers"] == 0
    assert (team.get(since=later)["answers"], team.get(until=later)["answers"]) == (1, 2)
    ours, theirs = (c.post("/api/v1/cohorts", json={"name": "Autumn"}).json()["id"] for c in (team.ada, team.stranger))
    team.ada.put(f"/api/v1/cohorts/{ours}/members/{team.ids[2]}")
    assert [row["question_id"] for row in team.get(cohort=ours)["questions"]] == ["rope"]
    for query, status in (
        ({"cohort": theirs}, 404),
        ({"assignment": ours}, 404),
        ({"topic": "nothing"}, 404),
        ({"since": "yesterday"}, 422),
        ({"until": "9999-12-31T23:59:59-12:00"}, 422),
    ):
        assert team.ada.get(OVERVIEW, params=query).status_code == status, query


def rows_of(response: httpx2.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.text)))


def test_an_export_has_every_verdict_in_three_forms(team: Team) -> None:
    found = {form: team.ada.get(EXPORT, params={"format": form}) for form in ("csv", "json", "ndjson")}
    rows = found["json"].json()
    assert [json.loads(line) for line in found["ndjson"].text.splitlines()] == rows
    assert rows_of(found["csv"]) == [{name: str(value) for name, value in row.items()} for row in rows]
    points = [
        (attempt["id"], criterion["name"], str(criterion["score"]), point["id"], point["label"])
        for attempt in team.answers
        for criterion in attempt["grade"]["criteria"]
        for point in criterion["points"]
    ]
    assert [
        (row["attempt_id"], row["criterion"], row["criterion_score"], row["point"], row["label"])
        for row in rows_of(found["csv"])
    ] == points
    assert {row["mistakes"] for row in rows if row["attempt_id"] == team.answers[1]["id"]} == {"X1"}
    assert len({row["candidate"] for row in rows}) == 2
    assert {form: answered.headers["content-type"] for form, answered in found.items()} == {
        "csv": "text/csv; charset=utf-8",
        "json": "application/json",
        "ndjson": "application/x-ndjson",
    }
    disposition = found["csv"].headers["content-disposition"]
    assert disposition == 'attachment; filename="viva-verdicts.csv"'
    empty = {
        form: team.ada.get(EXPORT, params={"format": form, "since": "2030-01-01T00:00:00Z"}).text for form in found
    }
    assert (empty["json"], empty["ndjson"], empty["csv"].count("\n")) == ("[]\n", "", 1)


def test_an_export_with_names_runs_nothing_in_a_spreadsheet_and_is_written_down(team: Team) -> None:
    before = len(team.get("/api/v1/audit")["items"])
    openly = rows_of(team.ada.get(EXPORT, params={"blind": False}))
    assert {row["candidate"] for row in openly} == set(team.ids[1:])
    assert {row["name"] for row in openly} == {f"'{FORMULA}", "Cy"}
    team.get(EXPORT, format="json")
    blind, named, *_ = team.get("/api/v1/audit")["items"]
    assert len(team.get("/api/v1/audit")["items"]) == before + 2
    assert (named["action"], named["who"], named["detail"]) == ("export", team.ids[0], "verdicts as csv")
    assert (blind["action"], blind["detail"]) == ("export", "verdicts as json, blind")
