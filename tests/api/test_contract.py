"""The API keeps what its description promises, whatever is sent to it: schemathesis against a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2

from service.settings import ROOT
from tests.quick import Quick
from tests.server import eventually
from tests.team import AUTH, BOB, EVE, PASSWORD, SIGN_IN, bearer, invited, join, set_up, sign_in, token

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
HERE = Path(__file__).parent
PREFIX = "/api/v1"
METHODS = {"delete", "get", "post", "put"}
COUNTED = re.compile(r'viva_http_requests_total\{method="(\w+)",route="([^"]+)",status="2\d\d"\}')


def test_every_answer_is_as_described_and_every_operation_succeeds_at_times(tmp_path: Path) -> None:
    inwards = {"VIVA_WEBHOOKS__ALLOW_PRIVATE": "true"}
    with Quick(tmp_path, VIVA_LOG_LEVEL="warning", **inwards, **SIGN_IN) as server:
        address = str(server.client.base_url)
        ours, cookie = _come_in(server.client)
        options = ["--config-file", str(HERE / "contract.toml"), "--no-color"]
        hooks = {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.api.contract_hooks", "VIVA_URL": address}
        hooks |= {"VIVA_SECRET": ours["secret"], "VIVA_TOKEN": ours["id"], "VIVA_COOKIE": cookie}
        ended = subprocess.run(
            [SCHEMATHESIS, *options, "run", f"{address}{PREFIX}/openapi.json"],
            env=os.environ | hooks,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        paths = server.client.get(f"{PREFIX}/openapi.json").json()["paths"]
        counted = COUNTED.findall(server.client.get("/metrics").text)
    operations = {
        (method.upper(), path.removeprefix(PREFIX)) for path in paths for method in METHODS & set(paths[path])
    }
    assert operations - {(method, route.removeprefix(PREFIX)) for method, route in counted} == set()


def _leave(admin: httpx2.Client) -> None:
    """Somebody takes all that is theirs, and is erased; somebody else erases themselves."""
    for erase in (False, True):
        with httpx2.Client(base_url=admin.base_url) as cy:
            account = join(cy, invited(admin), "cy@example.org").json()["id"]
            assert cy.get(f"{PREFIX}/me/export").status_code == 200
            assert admin.get(f"{PREFIX}/people/{account}/export").status_code == 200
            if erase:
                assert admin.delete(f"{PREFIX}/people/{account}").status_code == 200
            else:
                wish = {"everything": True, "password": PASSWORD}
                assert cy.post(f"{PREFIX}/me/erase", json=wish).status_code == 200


def _tell(admin: httpx2.Client) -> None:
    """A webhook that leads to this server itself, which says 204 to whatever signs out."""
    hook = {"url": f"{str(admin.base_url).rstrip('/')}{AUTH}/sign-out", "events": ["dispute.opened"]}
    made = f"{PREFIX}/webhooks/{admin.post(f'{PREFIX}/webhooks', json=hook).json()['id']}"
    assert admin.put(made, json=hook).status_code == 200
    told = admin.post(f"{made}/test").json()["id"]
    eventually(lambda: admin.get(f"{made}/deliveries").json()["items"][0]["state"] == "delivered" or None)
    assert admin.post(f"{made}/deliveries/{told}/redeliver").status_code == 202
    assert admin.delete(made).status_code == 204


def _come_in(client: httpx2.Client) -> tuple[dict[str, Any], str]:
    """Do once what nobody can do by chance; an admin's token, which `client` then sends as well, and their cookie."""
    set_up(client)
    assert client.put(f"{AUTH}/password", json={"old": PASSWORD, "new": PASSWORD}).status_code == 204
    code = invited(client)
    with httpx2.Client(base_url=client.base_url) as bob:
        assert bob.post(f"{AUTH}/invites/look", json={"code": code}).status_code == 200
        account = join(bob, code, BOB).json()["id"]
        assert sign_in(bob, BOB).status_code == 200
    assert client.put(f"{PREFIX}/people/{account}", json={"role": "reviewer"}).status_code == 200
    _leave(client)
    _tell(client)
    assert client.post(f"{PREFIX}/people", json={"people": [{"email": EVE}]}).status_code == 200
    assert client.get(f"{AUTH}/tokens").status_code == 200
    ours = token(client, "practice", "review", "admin")
    client.headers.update(bearer(ours["secret"]))
    return ours, client.cookies["viva"]
