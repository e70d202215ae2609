"""Loaded by schemathesis: points every third request at a session or an attempt that exists, as random ids never do."""

import itertools
import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import schemathesis
from schemathesis.core import NOT_SET

from tests.api.walk import answer, at, begin
from tests.team import assigned, assignment
from tests.voice.sounds import AUDIO

AUTHORIZATION = {"Authorization": f"Bearer {os.environ['VIVA_SECRET']}"}
client = httpx2.Client(base_url=os.environ["VIVA_URL"], headers=AUTHORIZATION, timeout=120)
turns = itertools.count()
RECORDING = (AUDIO / "nm2.webm").read_bytes()


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case[Any], kwargs: dict[str, Any]) -> None:
    in_person = case.operation.path.endswith(("/password", "/tokens", "/tokens/{token_id}", "/me/export", "/me/erase"))
    case.headers.update({"Cookie": f"viva={os.environ['VIVA_COOKIE']}"} if in_person else AUTHORIZATION)
    if case.operation.path.endswith("/me/erase") and isinstance(case.body, dict):
        case.body = {**case.body, "password": "not the password"}  # who asks for all of this has to stay
    if case.path_parameters.get("token_id") == os.environ["VIVA_TOKEN"]:
        case.path_parameters["token_id"] = str(uuid4())  # and so has what they ask with
    if next(turns) % 3:
        return
    path, ids = case.operation.path, case.path_parameters
    if is_uuid(ids.get("session_id")):
        ids["session_id"] = session_for(path)
        if str(ids.get("position")).isdigit():
            ids["position"] = 1
    if is_uuid(ids.get("attempt_id")):
        ids["attempt_id"] = answer(client, begin(client))["id"]
    if "review_id" in ids:
        ids["review_id"] = dispute(answer(client, begin(client))["id"])
    if is_uuid(ids.get("cohort_id", ids.get("assignment_id"))):
        assign(case)
    if path.endswith("/disputes"):
        case.body = {"point": "M1", "text": "It is there."}
    if path.endswith("/grades") and isinstance(case.body, dict):
        case.body = {"based_on": 1, "note": "I see it otherwise.", "verdicts": [{"point": "M1", "label": "met"}]}
    if path.endswith("/draft") and "If-Match" in case.headers:
        case.headers["If-Match"] = '"0"'
    if "/recording" in path:
        speak(case, ids["session_id"], path)
    if path.endswith("/transcribe"):
        case.body, case.media_type, case.query = RECORDING, "application/octet-stream", {}
    if path == "/api/v1/sessions" and isinstance(case.body, dict):
        case.body = {
            field: value for field, value in case.body.items() if field not in ("question_ids", "topics", "tags")
        }


def speak(case: schemathesis.Case[Any], session: str, path: str) -> None:
    """Begin a recording, which cannot be heard and so costs nothing; one that is followed has to end."""
    which = {"recording": str(uuid4())}
    wanted = is_uuid((case.query or {}).get("recording"))
    if path.endswith("/recording") and case.method == "PUT":
        if wanted and case.body is not NOT_SET and case.media_type == "application/octet-stream":
            case.body, case.query = RECORDING[:40], which
        return
    if "/chunks" not in path:
        client.put(f"{at(session)}/recording/chunks/0", params=which, content=RECORDING[:40])
    if not path.endswith(("/complete", "/chunks/{number}")):
        client.post(f"{at(session)}/recording/complete", params=which, json={"chunks": 1})
    elif wanted:
        case.query = {**case.query, **which}


def assign(case: schemathesis.Case[Any]) -> None:
    """Point at a new cohort, which the caller is in, and at an assignment to it."""
    me = client.get("/api/v1/auth/me").json()["id"]
    cohort, made = assigned(client, datetime.now(UTC), me)
    known = {"cohort_id": cohort, "assignment_id": made, "person_id": me}
    case.path_parameters.update({name: known[name] for name in set(known) & set(case.path_parameters)})
    if case.operation.path.endswith(("/assignments", "/{assignment_id}")) and isinstance(case.body, dict):
        case.body = assignment(datetime.now(UTC))


def dispute(attempt: str) -> str:
    """The id of a new dispute."""
    made = client.post(f"/api/v1/attempts/{attempt}/disputes", json={"point": "M1", "text": "It is there."})
    review: str = made.json()["id"]
    return review


def is_uuid(text: object) -> bool:
    try:
        return bool(UUID(str(text)))
    except ValueError:
        return False


def session_for(path: str) -> str:
    """A session in the state that the operation at `path` asks for."""
    if path.endswith("/start"):
        planned: str = client.post("/api/v1/sessions", json={"count": 1}).json()["id"]
        return planned
    session = begin(client)
    if path.endswith("/resume"):
        client.post(f"/api/v1/sessions/{session}/pause")
    elif "/review" in path:
        answer(client, session)
    elif not path.endswith("/open"):
        client.post(f"{at(session)}/open")
    return session
