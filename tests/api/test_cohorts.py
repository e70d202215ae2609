"""Cohorts and assignments through the API: a reviewer assigns, candidates begin, and both see how it went."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.walk import GOOD, answer, at, save
from tests.conftest import Clock
from tests.team import another, assigned, assignment, browser, invited, join, set_up, team_app

COHORTS, ASSIGNMENTS = "/api/v1/cohorts", "/api/v1/assignments"
HOUR = 3600


@dataclass
class Team:
    """Ada is the admin, Rita a reviewer, Bob and Carol practise."""

    clock: Clock
    ada: TestClient
    rita: TestClient
    bob: TestClient
    carol: TestClient
    ids: dict[str, str]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    clock = Clock()
    with browser(team_app(tmp_path_factory.mktemp("team"), clock)) as ada:
        set_up(ada)
        clients, ids = {}, {}
        for name, role in (("rita", "reviewer"), ("bob", "candidate"), ("carol", "candidate")):
            clients[name] = another(ada)
            ids[name] = join(clients[name], invited(ada, role), f"{name}@example.org").json()["id"]
        yield Team(clock, ada, ids=ids, **clients)


def assign(team: Team, **more: Any) -> tuple[str, str]:
    """Ids of a new cohort of Bob and Carol, and of an assignment to it, when all earlier ones are closed."""
    team.clock.forward(3 * HOUR)
    return assigned(team.rita, team.clock(), team.ids["bob"], team.ids["carol"], **more)


def seen(client: TestClient, assignment_id: str) -> dict[str, Any]:
    """It, as somebody sees it whom it is assigned to."""
    found: list[dict[str, Any]] = client.get(ASSIGNMENTS, params={"limit": 100}).json()["items"]
    return next(one for one in found if one["id"] == assignment_id)


def begin(client: TestClient, assignment_id: str, *, start: bool = True) -> str:
    """The id of a session, which runs with `start`."""
    begun = client.post(f"{ASSIGNMENTS}/{assignment_id}/sessions")
    assert begun.status_code == 201, begun.text
    session: str = begun.json()["id"]
    if start:
        assert client.post(f"/api/v1/sessions/{session}/start").status_code == 200
    return session


def standing(team: Team, assignment_id: str) -> dict[str, dict[str, Any]]:
    """By name, where people stand."""
    found = team.rita.get(f"{ASSIGNMENTS}/{assignment_id}/standing").json()["people"]
    return {stand["name"]: stand for stand in found}


def log(team: Team, about: str) -> list[tuple[str, str | None]]:
    """What was done to something, the newest first."""
    entries = team.ada.get("/api/v1/audit", params={"limit": 100}).json()["items"]
    return [(entry["action"], entry["detail"]) for entry in entries if entry["about"] == about]


def test_an_assignment_is_begun_in_its_window_and_as_often_as_is_allowed(team: Team) -> None:
    cohort, _ = assign(team)
    opens = team.clock() + timedelta(hours=0.5)
    wish = assignment(team.clock(), opens_at=opens.astimezone(timezone(timedelta(hours=5.5))).isoformat(), attempts=2)
    made = team.rita.post(f"{COHORTS}/{cohort}/assignments", json=wish).json()["id"]
    assert (seen(team.bob, made)["window"], seen(team.bob, made)["opens_at"]) == ("upcoming", f"{opens:%FT%TZ}")
    early = team.bob.post(f"{ASSIGNMENTS}/{made}/sessions")
    assert (early.status_code, early.json()["detail"]) == (409, "The assignment is not open yet.")
    team.clock.forward(HOUR / 2)
    sessions = [begin(team.bob, made, start=False) for _ in range(2)]
    third = team.bob.post(f"{ASSIGNMENTS}/{made}/sessions")
    assert (third.status_code, third.json()["detail"]) == (409, "You have no attempt left.")
    found = seen(team.bob, made)
    assert (found["window"], found["attempts_left"]) == ("open", 0)
    assert [session["id"] for session in found["sessions"]] == sessions
    assert seen(team.carol, made)["attempts_left"] == 2
    team.clock.forward(HOUR / 2)
    for late in (f"{ASSIGNMENTS}/{made}/sessions", f"/api/v1/sessions/{sessions[0]}/start"):
        refused = (team.carol if "assignments" in late else team.bob).post(late)
        assert (refused.status_code, refused.json()["detail"]) == (409, "The assignment is closed.")
    assert seen(team.carol, made)["window"] == "closed"


def test_everybody_is_asked_the_same_questions_in_the_same_order(team: Team) -> None:
    _, made = assign(team, plan={"count": 4}, attempts=2)
    begun = [(client, begin(client, made)) for client in (team.bob, team.carol, team.bob)]
    drawn = [client.get(f"/api/v1/sessions/{session}").json() for client, session in begun]
    asked = [[question["question_id"] for question in session["questions"]] for session in drawn]
    assert asked[0] == asked[1] == asked[2]
    assert len(asked[0]) == 4
    listed = team.rita.get(f"{ASSIGNMENTS}/{made}/standing").json()["assignment"]
    assert listed["questions"] == asked[0]
    assert listed["plan"]["seed"] not in [session["seed"] for session in drawn]


def test_a_strict_session_ends_with_its_assignment_and_the_standing_tells_the_score(team: Team) -> None:
    cohort, made = assign(team, plan={"question_ids": ["kv-cache", "rope"], "mode": "strict"})
    session = begin(team.bob, made)
    grade = answer(team.bob, session, GOOD)["grade"]["overall"]
    team.clock.forward(HOUR - 30)
    team.bob.post(f"{at(session, 2)}/open")
    save(team.bob, session, "It rotates queries and keys.", 0, 2)
    assert team.bob.get(f"/api/v1/sessions/{session}").json()["remaining_seconds"] == 30
    assert [stand["begun"] for stand in standing(team, made).values()] == [1, 0]
    team.clock.forward(HOUR)
    stand = standing(team, made)["Bob"]  # nobody else has looked since
    (result,) = stand["sessions"]
    assert (result["state"], result["answered"]) == ("finished", 2)
    assert result["finished_at"] == team.rita.get(f"{COHORTS}/{cohort}").json()["assignments"][0]["closes_at"]
    team.bob.get("/api/v1/attempts?limit=2")
    report = team.bob.get(f"/api/v1/sessions/{session}/report").json()
    (result,) = seen(team.bob, made)["sessions"]
    assert result["score"] == report["strict_mean"] >= grade / 2


def test_more_time_is_for_whom_an_admin_gives_it_to_and_only_they_and_reviewers_see_it(team: Team) -> None:
    wish = {"role": "candidate", "time_factor": 1.5}
    changed = team.ada.put(f"/api/v1/people/{team.ids['bob']}", json=wish)
    assert changed.json()["time_factor"] == 1.5
    assert team.ada.put(f"/api/v1/people/{team.ids['bob']}", json={"role": "candidate"}).json()["time_factor"] == 1.5
    plan = {"question_ids": ["kv-cache"], "mode": "strict", "seconds_per_question": 100, "total_seconds": 200}
    _, relaxed = assign(team, plan=plan | {"mode": "practice"})
    cohort, made = assign(team, plan=plan)
    fields = ("seconds_per_question", "total_seconds", "time_factor")
    assert [seen(team.bob, made)[field] for field in fields] == [150, 300, 1.5]
    assert [seen(team.carol, made)[field] for field in fields] == [100, 200, 1]
    assert [seen(team.bob, relaxed)[field] for field in fields] == [100, 200, 1]
    session = begin(team.bob, made)
    opened = team.bob.post(f"{at(session)}/open").json()
    assert opened["slot"]["limit_seconds"] == 150
    members = team.rita.get(f"{COHORTS}/{cohort}").json()["members"]
    assert [(member["name"], member["time_factor"]) for member in members] == [("Bob", 1.5), ("Carol", 1)]
    assert ("time-factor", None) in log(team, team.ids["bob"])
    for factor in (0.4, 4.1):
        assert team.ada.put(f"/api/v1/people/{team.ids['bob']}", json=wish | {"time_factor": factor}).status_code == 422
    assert team.ada.put(f"/api/v1/people/{team.ids['bob']}", json=wish | {"time_factor": 1}).status_code == 200


def test_before_anybody_begins_all_of_it_changes_and_then_only_title_end_and_attempts(team: Team) -> None:
    _, made = assign(team)
    path, wish = f"{ASSIGNMENTS}/{made}", assignment(team.clock())
    other = wish | {"plan": {"question_ids": ["rope"], "mode": "strict"}}
    assert team.rita.put(path, json=other).json()["questions"] == ["rope"]
    session = begin(team.bob, made)
    refused = team.rita.put(path, json=wish)
    assert refused.status_code == 409
    assert "Somebody has begun" in refused.json()["detail"]
    closes = f"{team.clock() + timedelta(hours=2):%FT%TZ}"
    later = other | {"title": "Week 2", "attempts": 2, "closes_at": closes}
    changed = team.rita.put(path, json=later)
    assert (changed.json()["title"], changed.json()["attempts"]) == ("Week 2", 2)
    assert team.bob.get(f"/api/v1/sessions/{session}").json()["deadline"] == closes
    assert seen(team.bob, made)["attempts_left"] == 1
    assert log(team, made) == [("assignment", "changed"), ("assignment", "changed"), ("assignment", "made")]


def test_who_leaves_a_cohort_keeps_their_sessions_and_the_reviewer_sees_them(team: Team) -> None:
    cohort, made = assign(team, attempts=2)
    session = begin(team.bob, made)
    path = f"{COHORTS}/{cohort}/members/{team.ids['bob']}"
    assert team.rita.delete(path).status_code == 204
    assert team.rita.delete(path).status_code == 404
    others = team.rita.get(f"{COHORTS}/{cohort}/others").json()["items"]
    assert [person["name"] for person in others] == ["Ada", "Rita", "Bob"]
    assert made not in team.bob.get(ASSIGNMENTS, params={"limit": 100}).text
    assert team.bob.post(f"{ASSIGNMENTS}/{made}/sessions").status_code == 404
    assert team.bob.get(f"/api/v1/sessions/{session}").json()["state"] == "running"
    assert {name: (stand["member"], stand["begun"]) for name, stand in standing(team, made).items()} == {
        "Carol": (True, 0),
        "Bob": (False, 1),
    }


def test_deleting_a_cohort_deletes_its_assignments_and_no_session(team: Team) -> None:
    cohort, made = assign(team)
    assert team.rita.put(f"{COHORTS}/{cohort}", json={"name": "  Spring  2027 "}).json()["name"] == "Spring 2027"
    session = begin(team.bob, made)
    assert team.rita.delete(f"{COHORTS}/{cohort}").status_code == 204
    for path in (f"{COHORTS}/{cohort}", f"{ASSIGNMENTS}/{made}/standing"):
        assert team.rita.get(path).status_code == 404
    assert made not in team.bob.get(ASSIGNMENTS, params={"limit": 100}).text
    assert team.bob.get(f"/api/v1/sessions/{session}").json()["state"] == "running"
    assert [action for action, detail in log(team, cohort) if detail == "deleted"] == ["cohort"]
    assert log(team, made)[0] == ("assignment", "deleted")


def test_an_assignment_is_deleted_by_itself(team: Team) -> None:
    cohort, made = assign(team)
    session = begin(team.bob, made)
    assert team.rita.delete(f"{ASSIGNMENTS}/{made}").status_code == 204
    assert team.rita.delete(f"{ASSIGNMENTS}/{made}").status_code == 404
    assert team.rita.get(f"{COHORTS}/{cohort}").json()["assignments"] == []
    assert team.bob.get(f"/api/v1/sessions/{session}").json()["state"] == "running"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"opens_at": "2026-11-02T09:00:00"}, "body.opens_at"),
        ({"opens_at": "2026-11-02"}, "body.opens_at"),
        ({"opens_at": 1793610000}, "body.opens_at"),
        ({"closes_at": "9999-12-31T23:59:59Z"}, "body.closes_at"),
        ({"opens_at": "0001-01-01T00:00:00+23:00"}, "body.opens_at"),
        ({"closes_at": "2026-11-02T08:00:00Z"}, "closes after it opens"),
        ({"title": " \t "}, "1 to 100 characters"),
        ({"attempts": 0}, "body.attempts"),
        ({"plan": {"question_ids": ["nothing"]}}, "There is no question nothing."),
        ({"plan": {"mode": "strict", "untimed": True}}, "untimed"),
    ],
)
def test_what_cannot_be_assigned_is_refused(team: Team, wrong: dict[str, Any], field: str) -> None:
    cohort, _ = assign(team)
    refused = team.rita.post(f"{COHORTS}/{cohort}/assignments", json=assignment(team.clock()) | wrong)
    assert refused.status_code == 422
    assert field in refused.json()["detail"]


def test_without_accounts_a_cohort_has_nobody_and_all_else_works(client: TestClient, clock: Clock) -> None:
    cohort, made = assigned(client, clock())
    assert client.get(f"{COHORTS}/{cohort}/others").json() == {"items": [], "next_cursor": None}
    assert client.put(f"{COHORTS}/{cohort}/members/{made}").status_code == 404
    assert client.get(f"{ASSIGNMENTS}/{made}/standing").json()["people"] == []
    assert client.get(ASSIGNMENTS).json()["items"] == []
    assert [one["name"] for one in client.get(COHORTS).json()["items"]] == ["Autumn"]
    assert client.delete(f"{COHORTS}/{cohort}").status_code == 204
