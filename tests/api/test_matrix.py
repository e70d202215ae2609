"""Every route × role × credential: who gets in, and that what is another's is not there.

A route that nobody has classified in `NEEDS` fails, and so does one that names a record and is not in `FOREIGN`.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, get_args
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount

from service.domain.attempt import Person
from service.domain.identity import OF_ROLE, Role, Scope
from service.wiring import Services
from tests.api.walk import answer, at, begin
from tests.conftest import START, Clock
from tests.team import AUTH, another, assigned, assignment, bearer, browser, invited, join, set_up, team_app, token

HEADER = "X-Forwarded-User"
PROXY, OUTSIDER = "10.1.2.3", "192.0.2.1"
CANARY = "The KV cache keeps keys and values; my canary is zanzibar-4711."

SESSION = "/api/v1/sessions/{session_id}"
QUESTION = SESSION + "/questions/{position}"
RECORDING = QUESTION + "/recording"
COHORTS = "/api/v1/cohorts"
COHORT = COHORTS + "/{cohort_id}"
ASSIGNMENT = "/api/v1/assignments/{assignment_id}"
WEBHOOK = "/api/v1/webhooks/{webhook_id}"
NEEDS: dict[str, set[str]] = {
    "nothing": {
        "GET /healthz", "GET /readyz", "GET /api/v1/openapi.json", "GET /{path:client}",
        *(f"{one[0]} {AUTH}/{one[1]}" for one in (
            ("GET", "ways"), ("POST", "setup"), ("POST", "sign-in"), ("POST", "sign-out"), ("POST", "oidc"),
            ("GET", "oidc/callback"), ("POST", "invites/look"), ("POST", "invites/accept"))),
    },
    "any": {f"GET {AUTH}/me", f"GET {AUTH}/me/limits"},
    "person": {
        f"PUT {AUTH}/password", f"GET {AUTH}/tokens", f"POST {AUTH}/tokens", f"DELETE {AUTH}/tokens/{{token_id}}",
        "GET /api/v1/me/export", "POST /api/v1/me/erase",
    },
    "read": {
        *(f"GET /api/v1/{path}" for path in (
            "topics", "topics/{topic_id}", "topics/{topic_id}/path", "questions", "questions/{question_id}", "sessions",
            "attempts", "attempts/{attempt_id}", "attempts/{attempt_id}/events", "progress", "voice",
            "questions/{question_id}/speech", "assignments")),
        f"GET {SESSION}", f"GET {SESSION}/report", f"GET {QUESTION}", f"GET {QUESTION}/review",
        f"GET {QUESTION}/review/speech", f"GET {RECORDING}", f"GET {RECORDING}/events", f"GET {RECORDING}/audio",
    },
    "practice": {
        *(f"POST /api/v1/{path}" for path in (
            "assignments/{assignment_id}/sessions",
            "sessions", "attempts/{attempt_id}/retry", "attempts/{attempt_id}/disputes", "grade", "transcribe")),
        *(f"POST {SESSION}/{step}" for step in ("start", "pause", "resume", "finish", "abandon")),
        *(f"POST {QUESTION}/{step}" for step in ("open", "submit", "skip", "reveal", "hint", "extend")),
        f"PUT {QUESTION}/draft", f"PUT {RECORDING}", f"PUT {RECORDING}/chunks/{{number}}",
        f"POST {RECORDING}/complete", f"DELETE {RECORDING}",
    },
    "review": {
        "GET /api/v1/overview", "GET /api/v1/overview/export",
        "GET /api/v1/review", "POST /api/v1/review/{review_id}/close",
        "GET /api/v1/review/attempts/{attempt_id}/grades",
        "POST /api/v1/review/attempts/{attempt_id}/grades", "POST /api/v1/review/attempts/{attempt_id}/regrade",
        f"GET {COHORTS}", f"POST {COHORTS}", f"GET {COHORT}", f"PUT {COHORT}", f"DELETE {COHORT}",
        f"GET {COHORT}/others",
        f"PUT {COHORT}/members/{{person_id}}", f"DELETE {COHORT}/members/{{person_id}}", f"POST {COHORT}/assignments",
        f"PUT {ASSIGNMENT}", f"DELETE {ASSIGNMENT}", f"GET {ASSIGNMENT}/standing",
    },
    "admin": {
        "GET /metrics", "GET /api/v1/people", "GET /api/v1/audit", "PUT /api/v1/people/{person_id}",
        "GET /api/v1/invites", "POST /api/v1/invites", "DELETE /api/v1/invites/{invite_id}",
        "POST /api/v1/people/import", "GET /api/v1/organisation", "PUT /api/v1/organisation",
        "GET /api/v1/people/{person_id}/export", "DELETE /api/v1/people/{person_id}",
        "GET /api/v1/webhooks", "POST /api/v1/webhooks", f"PUT {WEBHOOK}", f"DELETE {WEBHOOK}", f"POST {WEBHOOK}/test",
        f"GET {WEBHOOK}/deliveries", f"POST {WEBHOOK}/deliveries/{{delivery_id}}/redeliver",
    },
}  # fmt: skip
SAME_FOR_ALL = {"topic_id", "question_id", "position", "number", "path"}
"""Parameters that name nobody's record."""
BODIES: dict[str, Any] = {
    f"PUT {QUESTION}/draft": {"text": "mine now"},
    f"POST {QUESTION}/submit": {"text": "mine now"},
    f"POST {QUESTION}/extend": {"seconds": 60},
    f"POST {RECORDING}/complete": {"chunks": 1},
    f"PUT {RECORDING}": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "POST /api/v1/attempts/{attempt_id}/disputes": {"point": "M1", "text": "mine now"},
    "POST /api/v1/review/{review_id}/close": {"reply": "mine now"},
    "POST /api/v1/review/attempts/{attempt_id}/grades": {"based_on": 1, "note": "mine now"},
    "PUT /api/v1/people/{person_id}": {"role": "admin"},
    f"PUT {COHORT}": {"name": "mine now"},
    f"POST {COHORT}/assignments": assignment(START),
    f"PUT {ASSIGNMENT}": assignment(START),
    f"PUT {WEBHOOK}": {"url": "https://hooks.example.org/mine", "events": ["attempt.graded"]},
}
"""What a request about another's record has to carry, so that nothing else is wrong with it."""


def routes(router: Any, prefix: str = "") -> Iterator[str]:
    """`METHOD path` of every route, those too that the API's document leaves out."""
    for route in router.routes:
        if hasattr(route, "original_router"):
            yield from routes(route.original_router, prefix + route.include_context.prefix)
        elif not isinstance(route, Mount):  # static files
            yield from (f"{method} {prefix}{route.path}" for method in route.methods - {"HEAD"})


@dataclass(frozen=True)
class World:
    app: FastAPI
    clients: dict[str, TestClient]
    """By the address that they send from."""
    credentials: dict[str, tuple[frozenset[Scope] | None, str, dict[str, str]]]
    """By name: what it may do (None: it is worth nothing), from which address it is sent, in which headers."""
    ids: dict[str, str]
    """Of Bob's records, and Ada's."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    proxies: dict[str, Any] = {"header": HEADER, "proxies": ["10.1.0.0/16"]}
    app = team_app(tmp_path_factory.mktemp("matrix"), Clock(), tries=1000, **proxies)
    with browser(app) as ada:
        set_up(ada)
        credentials = _credentials(ada)
        clients = {address: another(ada, address) for address in (PROXY, OUTSIDER)}
        yield World(app, clients, credentials, _records(ada))


def _credentials(ada: TestClient) -> dict[str, tuple[frozenset[Scope] | None, str, dict[str, str]]]:
    """Each role by cookie, by a token of each scope, and by header; and what is worth nothing."""
    found: dict[str, tuple[frozenset[Scope] | None, str, dict[str, str]]] = {
        "nothing": (None, OUTSIDER, {}),
        "a wrong cookie": (None, OUTSIDER, {"Cookie": "viva=nobody"}),
        "a wrong token": (None, OUTSIDER, bearer("viva_nobody")),
    }
    services: Services = ada.app.state.services  # type: ignore[attr-defined]
    for organisation, role in product(("local", "elsewhere"), get_args(Role)):
        email = f"{role}@{organisation}.example.org"
        inviter = Person(id="test", organisation=organisation)
        invite = asyncio.run(services.people.invite(inviter, role, None, 1, services.clock()))
        somebody = another(ada)
        assert join(somebody, invite[1], email).status_code == 201
        who = f"{role}, {organisation}"
        cookie = {"Cookie": f"viva={somebody.cookies['viva']}"}
        found[f"cookie of {who}"] = (OF_ROLE[role], OUTSIDER, cookie)
        named = asyncio.run(services.people.invite(inviter, role, f"h-{email}", 1, services.clock()))
        assert named[0].role == role
        found[f"header of {who}"] = (OF_ROLE[role], PROXY, {HEADER: f"h-{email}"})
        found[f"header of {who}, not by the proxy"] = (None, OUTSIDER, {HEADER: f"h-{email}"})
        for scope in sorted(OF_ROLE[role]) if organisation == "local" else ():
            may: frozenset[Scope] = frozenset({"practice", "read"}) if scope == "practice" else frozenset({scope})
            found[f"token of {who} to {scope}"] = (may, OUTSIDER, bearer(token(somebody, scope)["secret"]))
    return found


def _records(ada: TestClient) -> dict[str, str]:
    """A running session of Bob's with an answer, a dispute, a token; and an invite of Ada's."""
    bob = another(ada)
    account = join(bob, invited(ada), "bob@example.org").json()["id"]
    session = begin(bob, question_ids=["kv-cache", "rope"])
    attempt = answer(bob, session, CANARY)["id"]
    assert bob.post(f"{at(session, 2)}/open").status_code == 200
    dispute = bob.post(f"/api/v1/attempts/{attempt}/disputes", json={"point": "M1", "text": CANARY})
    invited(ada)
    cohort_id, assignment_id = assigned(ada, START, account)
    hook = {"url": "https://hooks.invalid/zanzibar", "events": ["dispute.opened"]}
    webhook = ada.post("/api/v1/webhooks", json=hook).json()["id"]
    return {
        "cohort_id": cohort_id,
        "assignment_id": assignment_id,
        "session_id": session,
        "position": "2",
        "number": "0",
        "attempt_id": attempt,
        "review_id": dispute.json()["id"],
        "token_id": token(bob, "read")["id"],
        "person_id": account,
        "webhook_id": webhook,
        "delivery_id": _delivery(ada, webhook),
        "invite_id": ada.get("/api/v1/invites").json()["items"][0]["id"],
    }


def _delivery(ada: TestClient, webhook: str) -> str:
    """Written, and not sent: nobody works here."""
    made: str = ada.post(f"/api/v1/webhooks/{webhook}/test").json()["id"]
    return made


def send(world: World, credential: str, route: str, ids: dict[str, str], body: Any = None) -> httpx2.Response:
    _, address, headers = world.credentials[credential]
    method, _, path = route.partition(" ")
    client = world.clients[address]
    client.cookies.clear()
    url = re.sub(r"{(\w+)[^}]*}", lambda parameter: ids[parameter[1]], path)
    query = {"recording": str(uuid4())} if "/recording" in url else None
    carried = {"content": body} if isinstance(body, bytes) else {"json": body}
    return client.request(method, url, params=query, headers=headers | {"If-Match": '"0"'}, **carried)


def test_every_route_is_classified(world: World) -> None:
    found, classified = list(routes(world.app)), [route for each in NEEDS.values() for route in each]
    assert sorted(found) == sorted(classified)
    documented = {
        f"{method.upper()} {path}" for path, operations in world.app.openapi()["paths"].items() for method in operations
    }
    assert documented < set(found)


@pytest.mark.parametrize("need", [need for need in NEEDS if need != "nothing"])
def test_who_gets_in(world: World, need: str) -> None:
    nobodys = {name: str(uuid4()) for name in world.ids}
    nobodys |= {"position": "1", "number": "0", "topic_id": "inference", "question_id": "rope"}
    ours = {name: made for name, made in world.credentials.items() if "elsewhere" not in name}
    wrong = []
    for route, (name, (may, _, _)) in product(sorted(NEEDS[need]), ours.items()):
        status = send(world, name, route, nobodys).status_code
        if may is None:
            right = status == 401
        elif need == "any" or need in may or (need == "person" and not name.startswith("token")):
            right = status not in (401, 403) and status < 500
        else:
            right = status == 403
        if not right:
            wrong.append(f"{route} with {name}: {status}")
    assert wrong == []


def test_without_a_credential_nothing_of_anybody_is_told(world: World) -> None:
    for route in sorted(NEEDS["nothing"]):
        answered = send(world, "nothing", route, {"path": "history"})
        assert answered.status_code in (200, 204, 409, 422), route
        assert not any(word in answered.text for word in ("zanzibar", "bob@example.org", "candidate@local"))


def test_what_is_anothers_is_not_there(world: World) -> None:
    """For each route that names a record: people of the same organisation, and everybody of another one."""
    named = [route for need in NEEDS.values() for route in need if set(re.findall(r"{(\w+)", route)) - SAME_FOR_ALL]
    assert len(named) > 25
    wrong = []
    for route, (name, (may, _, _)) in product(sorted(named), world.credentials.items()):
        need = next(need for need, each in NEEDS.items() if route in each)
        if not may or (need != "person" and need not in may) or (need == "person" and name.startswith("token")):
            continue
        if need in ("review", "admin") and "local" in name:
            continue  # theirs to review, theirs to manage
        answered = send(world, name, route, world.ids, BODIES.get(route))
        if answered.status_code != 404 or "zanzibar" in answered.text:
            wrong.append(f"{route} with {name}: {answered.status_code} {answered.text[:100]}")
    assert wrong == []


def test_lists_have_what_is_ours(world: World) -> None:
    managed = ("review", "review?closed=true", "overview", "overview/export", "people", "invites", "audit", "cohorts")
    lists = ("sessions", "attempts", "progress", "assignments", "webhooks", *managed)
    known = [*world.ids.values(), "zanzibar", "bob@example.org"]
    known = [word for word in known if word not in (world.ids["position"], world.ids["number"])]
    for name, (may, _, _) in world.credentials.items():
        for path in (*lists, "auth/tokens") if may else ():
            text = send(world, name, f"GET /api/v1/{path}", {}).text
            found = {word for word in known if word in text}
            ours = "local" in name and path in (*managed, "webhooks")
            assert ours or not found, f"{path} with {name}: {found}"
    reviewer = send(world, "cookie of reviewer, local", "GET /api/v1/review/attempts/{attempt_id}/grades", world.ids)
    assert "zanzibar" in reviewer.text  # or nothing was looked for
