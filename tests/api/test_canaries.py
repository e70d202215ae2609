"""Words that nobody else may see, planted in a real server, and looked for wherever they could come out."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx2
import pytest

from service.bank.banks import load_bank
from service.settings import ROOT
from tests.api.test_matrix import NEEDS
from tests.api.walk import GOOD, answer, at, begin, save
from tests.llm_server import LlmServer, quoting
from tests.quick import Quick
from tests.server import Server, eventually
from tests.team import AUTH, SIGN_IN, bearer, invited, set_up, token

PASSWORD = "curlew-password-9041"
PLANTED = {
    "answer": "avocet-answer-1177",
    "draft": "bittern-draft-2288",
    "dispute": "corncrake-dispute-3399",
    "e-mail": "dunlin@egret.example.org",
    "name": "Fulmar Gannet",
    "password": PASSWORD,
    "key": "sk-heron-key-5511",
}
MODEL_ANSWER = max(load_bank(ROOT, anchors=False).items["kv-cache"].question.model_answer.split(". "), key=len)
"""Its longest sentence."""


@dataclass
class World:
    server: Server
    llm: LlmServer
    bob: httpx2.Client
    eve: httpx2.Client
    ids: dict[str, str]
    secrets: dict[str, str]
    before: str
    """All that Bob was told before he handed in."""


@pytest.fixture(scope="module", params=["json", "text"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with LlmServer(quoting) as llm:
        asks = {"VIVA_GRADER": "llm", "VIVA_LLM__BASE_URL": llm.url, "VIVA_LLM__MODEL": "asked-for"}
        asks |= {"VIVA_LLM__API_KEY": PLANTED["key"], "VIVA_RETRY_SECONDS": "0.1"}
        logged = {"VIVA_LOG_LEVEL": "debug", "VIVA_LOG_FORMAT": request.param}
        with Quick(tmp_path_factory.mktemp("canaries"), **SIGN_IN, **asks, **logged) as server:
            set_up(server.client)
            bob, eve = _joined(server, PLANTED["e-mail"], PLANTED["name"]), _joined(server, "eve@ex.org", "Eve")
            with closing(bob), closing(eve):
                yield _practised(World(server, llm, bob, eve, {}, {}, ""))


def _joined(server: Server, email: str, name: str) -> httpx2.Client:
    client = httpx2.Client(base_url=server.client.base_url, timeout=60)
    wish = {"code": invited(server.client), "email": email, "name": name, "password": PASSWORD}
    assert client.post(f"{AUTH}/invites/accept", json=wish).status_code == 201
    return client


def _practised(world: World) -> World:
    """Bob answers, disputes, writes a draft, makes a token, and errs; Eve does a little of it."""
    bob = world.bob
    session = begin(bob, question_ids=["kv-cache", "rope"])
    opened = bob.post(f"{at(session)}/open")
    shown = (opened, bob.get(at(session)), bob.get("/api/v1/questions/kv-cache"), bob.get("/api/v1/me/export"))
    world.before = "".join(map(_text, shown))
    world.llm.fail("500", times=3)
    attempt = answer(bob, session, f"{GOOD} {PLANTED['answer']}", wait=0)["id"]
    path = f"/api/v1/attempts/{attempt}"
    eventually(lambda: None if bob.get(path).json()["provisional"] else True)
    disputed = bob.post(f"{path}/disputes", json={"point": "M1", "text": PLANTED["dispute"]})
    bob.post(f"{at(session, 2)}/open")
    save(bob, session, PLANTED["draft"], 0, 2)
    for wrong in ({"text": [PLANTED["draft"]]}, {"txt": PLANTED["draft"]}):
        assert bob.post(f"{at(session, 2)}/submit", json=wrong).status_code == 422
    assert bob.post(f"{at(session, 2)}/submit", content=f"{{{PLANTED['draft']}").status_code == 422
    answer(world.eve, begin(world.eve), GOOD)
    made = token(bob, "read")
    assert httpx2.get(f"{bob.base_url}/api/v1/attempts", headers=bearer(made["secret"])).status_code == 200
    world.secrets = {"token": made["secret"], "cookie": bob.cookies["viva"]}
    world.ids = {
        "session_id": session, "position": "1", "attempt_id": attempt, "topic_id": "inference",
        "question_id": "kv-cache", "review_id": disputed.json()["id"],
        "person_id": bob.get(f"{AUTH}/me").json()["id"], "path": "history", "number": "0", "token_id": made["id"],
    }  # fmt: skip
    return world


def _text(response: httpx2.Response) -> str:
    """What it says; of a zip file, what is in it."""
    if response.headers.get("content-type") != "application/zip":
        return response.text
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def found(text: str) -> list[str]:
    """Which canaries are in it."""
    return [name for name, word in PLANTED.items() if word in text]


def test_nobody_else_is_told_any_of_it(world: World) -> None:
    """Every page that can be read, with Bob's ids: lists, problems, the report as a file, Eve's own export."""
    told = {}
    for route in sorted({route for need in NEEDS.values() for route in need if route.startswith("GET ")}):
        if route.endswith("/events"):
            continue
        url = re.sub(r"{(\w+)[^}]*}", lambda parameter: world.ids.get(parameter[1], "none"), route[4:])
        told[route] = _text(world.eve.get(url)) + _text(world.eve.get(url, params={"cursor": "not one", "limit": -1}))
    assert len(told) > 30
    assert {route: found(text) for route, text in told.items() if found(text)} == {}
    assert "Eve" in told[f"GET {AUTH}/me"]


def test_what_is_counted_for_the_operator_has_nobody_s_words(world: World) -> None:
    secret = token(world.server.client, "admin")["secret"]
    counted = httpx2.get(f"{world.server.client.base_url}/metrics", headers=bearer(secret))
    assert "viva_llm_tokens_total" in counted.text
    assert found(counted.text) == []


def test_the_log_has_none_of_it_even_for_who_looks_for_faults(world: World) -> None:
    log = world.server.log()
    assert '"level": "debug"' in log or " DEBUG " in log
    assert "job postponed" in log
    assert "openai._base_client" in log
    assert found(log) == []
    assert [name for name, secret in world.secrets.items() if secret in log] == []
    assert GOOD[:60] not in log


def test_a_language_model_is_told_the_answer_and_not_whose_it_is(world: World) -> None:
    sent = "".join(json.dumps([asked.path, asked.body]) for asked in world.llm.asked)
    headers = "".join(json.dumps(asked.headers) for asked in world.llm.asked)
    assert found(sent) == ["answer"]
    assert found(headers) == ["key"]
    assert not any(word in sent for word in (world.ids["person_id"], world.ids["attempt_id"], *world.secrets.values()))


def test_the_model_answer_is_not_told_before_one_s_own(world: World) -> None:
    assert "KV cache" in world.before
    assert MODEL_ANSWER not in world.before
    assert json.dumps(MODEL_ANSWER)[1:-1] not in world.before
    after = world.bob.get(f"/api/v1/attempts/{world.ids['attempt_id']}").json()
    assert MODEL_ANSWER in after["review"]["model_answer"]["markdown"]


def test_one_s_own_export_has_it_and_an_admin_s_own_has_not(world: World) -> None:
    export = "/api/v1/me/export"
    assert found(_text(world.bob.get(export))) == ["answer", "draft", "dispute", "e-mail", "name"]
    assert found(_text(world.server.client.get(export))) == []
