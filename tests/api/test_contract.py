"""The API keeps what its description promises, whatever is sent to it: schemathesis against a real server."""

import os
import re
import subprocess
import sys
from pathlib import Path

from service.settings import ROOT
from tests.server import Server

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
HERE = Path(__file__).parent
PREFIX = "/api/v1"
METHODS = {"delete", "get", "post", "put"}
COUNTED = re.compile(r'viva_http_requests_total\{method="(\w+)",route="([^"]+)",status="2\d\d"\}')


def test_every_answer_is_as_described_and_every_operation_succeeds_at_times(tmp_path: Path) -> None:
    with Server(tmp_path, VIVA_LOG_LEVEL="warning") as server:
        address = str(server.client.base_url)
        options = ["--config-file", str(HERE / "contract.toml"), "--no-color"]
        hooks = {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.api.contract_hooks", "VIVA_URL": address}
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
