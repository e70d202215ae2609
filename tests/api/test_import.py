"""Many people at once: each line by itself, again without harm, and nobody is invited unseen."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.domain.roster import MAX_LINES
from tests.api.test_limits import problem
from tests.conftest import Clock
from tests.team import ADA, BOB, EVE, another, browser, join, set_up, team_app

IMPORT = "/api/v1/people/import"
CSV = {"Content-Type": "text/csv"}
LIST = f"""\ufeffEmail;Name;Role;Cohort
{BOB};Bob;candidate;Autumn
"{EVE}";"Eve; of the team";Reviewer;
{ADA};Ada;candidate;Autumn
nobody;Nobody;;
{EVE.upper()};Again;;
zoe@example.org;Zoe;emperor;
"""


@pytest.fixture
def ada(tmp_path: Path, clock: Clock) -> Iterator[TestClient]:
    with browser(team_app(tmp_path, clock)) as client:
        set_up(client)
        yield client


def sent(client: TestClient, text: str, **query: Any) -> list[dict[str, Any]]:
    done = client.post(IMPORT, content=text.encode(), headers=CSV, params=query)
    assert done.status_code == 200, done.text
    assert done.headers["cache-control"] == "no-store"
    items: list[dict[str, Any]] = done.json()["items"]
    return items


def told(items: list[dict[str, Any]]) -> list[tuple[int, str, str | None]]:
    return [(item["line"], item["what"], item["email"] or item["problem"]) for item in items]


AT_FIRST = [
    (2, "invited", BOB),
    (3, "invited", EVE),
    (4, "there", ADA),
    (5, "refused", "That is no e-mail address."),
    (6, "refused", "The same address as in line 3."),
    (7, "refused", "The role is none of candidate, reviewer, admin."),
]


def test_each_line_is_told_of_and_a_dry_run_does_nothing(ada: TestClient) -> None:
    assert told(sent(ada, LIST, dry_run=True)) == AT_FIRST
    assert ada.get("/api/v1/invites").json()["items"] == []
    assert ada.get("/api/v1/cohorts").json()["items"] == []
    done = sent(ada, LIST)
    assert told(done) == AT_FIRST
    assert [bool(item["link"]) for item in done] == [True, True, False, False, False, False]
    invites = {item["email"]: item["role"] for item in ada.get("/api/v1/invites").json()["items"]}
    assert invites == {BOB: "candidate", EVE: "reviewer"}


def test_again_nothing_is_new(ada: TestClient) -> None:
    first = sent(ada, LIST)
    before = ada.get("/api/v1/invites").json()
    again = sent(ada, LIST)
    assert [item["what"] for item in again[:3]] == ["waiting", "waiting", "there"]
    assert not any(item["link"] for item in again)
    assert ada.get("/api/v1/invites").json() == before
    assert len(ada.get("/api/v1/cohorts").json()["items"]) == 1
    assert join(another(ada), first[0]["link"].partition("#")[2], BOB).status_code == 201
    assert [item["what"] for item in sent(ada, LIST)[:3]] == ["there", "waiting", "there"]


def test_who_comes_is_greeted_by_name_and_is_in_the_cohort(ada: TestClient) -> None:
    code = sent(ada, LIST)[0]["link"].partition("#")[2]
    bob = another(ada)
    assert bob.post("/api/v1/auth/invites/look", json={"code": code}).json()["name"] == "Bob"
    assert join(bob, code, BOB).json()["role"] == "candidate"
    (cohort,) = ada.get("/api/v1/cohorts").json()["items"]
    people = ada.get(f"/api/v1/cohorts/{cohort['id']}").json()["members"]
    assert (cohort["name"], {person["name"] for person in people}) == ("Autumn", {"Ada", "Bob"})


def test_json_does_the_same_and_a_wrong_one_stops_no_other(ada: TestClient) -> None:
    people: list[Any] = [
        {"email": BOB},
        7,
        {"email": 7},
        {"email": EVE, "surname": "E."},
        {"email": "a\0b@example.org"},
    ]
    done = ada.post(IMPORT, json={"people": people}).json()["items"]
    assert [item["what"] for item in done] == ["invited", *["refused"] * 4]


@pytest.mark.parametrize(
    "text", ["", "name\nBob\n", "email,shoe size\na@b.c,43\n", "email\n" + "a@b.c\n" * (MAX_LINES + 1)]
)
def test_what_is_no_list_is_refused_whole(ada: TestClient, text: str) -> None:
    problem(ada.post(IMPORT, content=text.encode(), headers=CSV), 422, "invalid")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"[]", b'{"people": {}}', b"[" * 100_000])
def test_what_cannot_be_read_is_refused_whole(ada: TestClient, body: bytes) -> None:
    for headers in (CSV, {"Content-Type": "application/json"}):
        problem(ada.post(IMPORT, content=body, headers=headers), 422, "invalid")


def test_a_quote_that_never_ends_names_its_line(ada: TestClient) -> None:
    refused = ada.post(IMPORT, content=b'email,name\na@b.c,"Bob\n', headers=CSV)
    assert "Line" in problem(refused, 422, "invalid")


def test_a_list_of_more_than_a_megabyte_is_refused_unread(ada: TestClient) -> None:
    problem(ada.post(IMPORT, content=b"email\n" + b"a" * 1_100_000, headers=CSV), 413, "too-large")


def test_a_long_list_is_taken_whole(ada: TestClient) -> None:
    people = [{"email": f"p{number}@example.org", "cohort": "All"} for number in range(250)]
    done = ada.post(IMPORT, content=json.dumps({"people": people}), headers={"Content-Type": "application/json"})
    assert {item["what"] for item in done.json()["items"]} == {"invited"}
    assert len(ada.get("/api/v1/invites").json()["items"]) == 250
