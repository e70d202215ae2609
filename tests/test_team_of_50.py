"""docs/hosting.md, "A team of 50 in 15 minutes": each command as it stands there, and then the fifty come."""

import re
import subprocess
from pathlib import Path

import httpx2

from service.settings import ROOT
from tests.quick import Quick
from tests.server import VIVA, Server, environment, free_port
from tests.team import join

PAGE = (ROOT / "docs" / "hosting.md").read_text()
HOME = "https://viva.example.org"
QUICK = {"VIVA_SIGN_IN__PASSWORD_MEMORY": "8", "VIVA_SIGN_IN__PASSWORD_PASSES": "1"}


def test_a_team_of_fifty_is_set_up_as_it_is_written(tmp_path: Path) -> None:
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    section = PAGE.partition("## A team of 50 in 15 minutes\n")[2].partition("\n## ")[0]
    server_block, *blocks = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 6
    run(server_block.replace(HOME, here), tmp_path)
    with Quick(tmp_path, VIVA_PORT=str(port), **QUICK) as server:
        run("\n".join(blocks).replace(HOME, here), tmp_path)
        assert (tmp_path / "first.db").exists()
        links = dict(line.split() for line in (tmp_path / "links.txt").read_text().splitlines())
        assert len(links) == 50
        people = {email: come(server, email, link) for email, link in links.items()}
        assigned = {email: mine(person, "/assignments") for email, person in people.items()}
        assert {len(found) for email, found in assigned.items() if int(email[1:].partition("@")[0]) <= 47} == {1}
        somebody = people["p1@example.org"]
        (given,) = assigned["p1@example.org"]
        begun = somebody.post(f"/api/v1/assignments/{given['id']}/sessions")
        assert (begun.status_code, len(begun.json()["questions"])) == (201, 3)
        assert somebody.post(f"/api/v1/assignments/{given['id']}/sessions").status_code == 409
        assert somebody.get("/api/v1/overview").status_code == 403
        assert people["p50@example.org"].get("/api/v1/overview").status_code == 200
        for person in people.values():
            person.close()


def run(script: str, folder: Path) -> str:
    """What a script says; it ends with the first command that fails."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(".venv/bin/viva", str(VIVA))],
        env={name: value for name, value in environment(folder).items() if not name.startswith("VIVA_")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def come(server: Server, email: str, link: str) -> httpx2.Client:
    """Somebody who has followed their link."""
    client = httpx2.Client(base_url=server.client.base_url, timeout=60)
    assert join(client, link.partition("/invite#")[2], email).status_code == 201
    return client


def mine(client: httpx2.Client, path: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = client.get(f"/api/v1{path}").json()["items"]
    return found
