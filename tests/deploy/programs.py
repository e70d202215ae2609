"""The real programs, out of wheels: docker-compose, caddy and hadolint. None of them needs a Docker engine for this."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from service.settings import ROOT


def program(name: str) -> Path:
    """Where a wheel of the development dependencies has put it."""
    return Path(sys.executable).with_name(name)


def run(name: str, *arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run it without what this machine's environment says of Docker and of Viva."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(ROOT), **(variables or {})}
    command = [str(program(name)), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def composed(*files: str, **variables: str) -> dict[str, Any]:
    """docker-compose.yml (or `files`) as Compose understands it: with every profile, merged, filled in, checked by its
    schema."""
    named = [argument for file in files for argument in ("--file", file)]
    arguments = [*named, "--env-file", os.devnull, "--profile", "*", "config", "--format", "json"]
    done = run("docker-compose", *arguments, variables={"SECRETS_DIR": "./deploy/secrets", **variables})
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    model: dict[str, Any] = json.loads(done.stdout)
    return model
