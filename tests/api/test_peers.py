"""Two people practise, and schemathesis asks for everything of the one's as the other."""

import json
import os
import re
import subprocess
from pathlib import Path

import httpx2
import pytest

from service.settings import ROOT
from tests.api.test_contract import PREFIX, SCHEMATHESIS
from tests.quick import Quick
from tests.team import BOB, EVE, SIGN_IN, invited, join, set_up, token

CONFIG = """
[generation]
deterministic = true
max-examples = 12

[auth.wfc]
path = "people.json"
peers = ["the one", "the other"]
"""
THEIRS = r"/(sessions|sessions/\{session_id\}(/report)?|sessions/.*/(submit|review)|attempts|attempts/\{attempt_id\})$"
FOUND = re.compile(r"Object-level authorization bypass: (\d+)")


@pytest.mark.parametrize("people", [(BOB, EVE), (BOB, BOB)], ids=["two people", "one person as two"])
def test_nobody_gets_what_is_anothers(people: tuple[str, str], tmp_path: Path) -> None:
    with Quick(tmp_path, VIVA_LOG_LEVEL="warning", **SIGN_IN) as server:
        set_up(server.client)
        secrets = {email: _token(server.client, email) for email in dict.fromkeys(people)}
        headers = [{"name": "Authorization", "value": f"Bearer {secrets[email]}"} for email in people]
        named = zip(("the one", "the other"), headers, strict=True)
        auth = [{"name": name, "fixedHeaders": [header]} for name, header in named]
        (tmp_path / "people.json").write_text(json.dumps({"auth": auth}))
        (tmp_path / "schemathesis.toml").write_text(CONFIG)
        address = str(server.client.base_url)
        hooks = {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.api.peers_hooks", "VIVA_URL": address}
        ended = subprocess.run(
            [
                *(SCHEMATHESIS, "run", "--no-color", "--phases=fuzzing", "--mode=positive"),
                *("--checks=object_level_authorization", f"--include-path-regex={THEIRS}"),
                f"{address}{PREFIX}/openapi.json",
            ],
            env=os.environ | hooks,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    found = FOUND.search(ended.stdout)
    if len(set(people)) == 1:
        assert found, "the check finds nothing even where both are one person"
    else:
        assert (ended.returncode, found) == (0, None), ended.stdout + ended.stderr


def _token(admin: httpx2.Client, email: str) -> str:
    with httpx2.Client(base_url=admin.base_url) as client:
        assert join(client, invited(admin), email).status_code == 201
        secret: str = token(client, "practice", "read")["secret"]
        return secret
