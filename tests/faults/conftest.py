"""A machine on SQLite, and clusters on a Postgres of their own that may crash: each starts once, and is hit often."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cluster import Cluster
from tests.faults.llm import Llm
from tests.faults.people import People
from tests.fresh import small_bank
from tests.llm import URL
from tests.postgres import Postgres, in_memory, running
from tests.quick import Quick, QuickWorker
from tests.server import Server, free_port

SETTINGS = {
    "VIVA_GRADER": "tests.faults.llm:Mortal",
    "VIVA_RETRY_SECONDS": "0.2",
    "VIVA_BUSY_SECONDS": "1",
    "VIVA_LOG_LEVEL": "warning",
    "VIVA_DRAIN_SECONDS": "0.5",
    "VIVA_BANK_DIR": str(small_bank()),
}
MACHINE_LEASE, CLUSTER_LEASE = 2, 4
"""Seconds: longer than the grader's patience."""
PROCRASTINATE = pytest.mark.parametrize(
    "hosted", ["procrastinate", pytest.param("embedded", marks=pytest.mark.faults)], indirect=True
)
"""The embedded engine's turn comes in the long form: on SQLite it shows the same."""


@dataclass(frozen=True)
class Machine:
    """`viva serve` on SQLite."""

    server: Server
    llm: Llm

    def rows(self, query: str) -> list[Any]:
        return self.server.rows(query)

    def write(self, statement: str) -> None:
        with self.server.database() as connection, connection:
            connection.execute(statement)

    def people(self, number: int = 5) -> People:
        return People([str(self.server.client.base_url)], number)


@dataclass(frozen=True)
class Hosted:
    """Two servers and two workers."""

    cluster: Cluster
    llm: Llm
    postgres: Postgres
    url: str
    graders: list[Server]
    """Those of its processes that do jobs."""

    def rows(self, query: str) -> list[Any]:
        return self.postgres.rows(self.url, query)

    def write(self, statement: str) -> None:
        self.rows(statement)

    def holder(self, text: str) -> Server:
        """The process that works on the answer with this text."""
        ((name,),) = self.rows(
            f"SELECT worker FROM job WHERE attempt_id = (SELECT id FROM attempt WHERE text = '{text}')"
        )
        return next(process for process in self.cluster.processes if str(process.pid) == name.split("-")[-2])

    def people(self, number: int = 5) -> People:
        return People([str(api.client.base_url) for api in self.cluster.apis], number)


@pytest.fixture(scope="package")
def llm() -> Iterator[Llm]:
    with Llm() as llm:
        yield llm


@pytest.fixture(scope="package")
def machine(llm: Llm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    settings = {**SETTINGS, URL: llm.origin, "VIVA_PORT": free_port(), "VIVA_LEASE_SECONDS": str(MACHINE_LEASE)}
    with Quick(tmp_path_factory.mktemp("machine"), **settings) as server:
        yield Machine(server, llm)


@pytest.fixture(scope="package")
def own_postgres() -> Iterator[Postgres]:
    with running(in_memory()) as server:
        yield server


@pytest.fixture(scope="package", params=["procrastinate", "embedded"])
def hosted(
    request: pytest.FixtureRequest, llm: Llm, own_postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosted]:
    settings = {**SETTINGS, URL: llm.origin, "VIVA_LEASE_SECONDS": str(CLUSTER_LEASE)}
    folder = tmp_path_factory.mktemp(request.param)
    with (
        own_postgres.database() as url,
        Cluster(
            folder,
            url,
            jobs=request.param,
            transcribers=0,
            settings=settings,
            server=Quick,
            worker=QuickWorker,
        ) as cluster,
    ):
        graders = cluster.workers if request.param == "procrastinate" else cluster.processes
        yield Hosted(cluster, llm, own_postgres, url, graders)
