"""Postgres's own program saves a Postgres database."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from service.errors import ConfigError, StoreUnavailable


def dump(url: str, part: Path) -> None:
    """A dump in the custom format, for `pg_restore`, and read back. Raises ConfigError, StoreUnavailable.

    The password goes by way of the environment, as everybody can read the list of processes.
    """
    parts = urlsplit(url)
    person, _, place = parts.netloc.rpartition("@")
    plain = parts._replace(scheme="postgresql", netloc=f"{person.partition(':')[0]}@{place}" if person else place)
    secret = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    _run("pg_dump", "--format=custom", "--no-password", f"--file={part}", f"--dbname={plain.geturl()}", **secret)
    _run("pg_restore", "--list", str(part))


def _run(program: str, *arguments: str, **variables: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise ConfigError(f"This needs {program}, which is not on PATH: install the client programs of Postgres.")
    command = [found, *arguments]
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise StoreUnavailable(f"{program} failed: {' '.join(done.stderr.split())}")
