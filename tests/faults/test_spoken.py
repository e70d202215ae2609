"""Whoever listens may die at any moment: the answer is heard all the same, from what was stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.speaking import KV, Speaker
from tests.api.walk import at
from tests.cluster import Cluster
from tests.faults.conftest import SETTINGS, Machine
from tests.faults.until import until
from tests.postgres import Postgres
from tests.quick import Quick, QuickWorker

LISTENED_TO = "SELECT worker FROM recording WHERE state = 'transcribing' AND worker IS NOT NULL"


def say(speaker: Speaker, chunks: int = 4) -> None:
    size = len(KV) // chunks + 1
    for number in range(chunks):
        assert speaker.put(number, KV[number * size : (number + 1) * size]).status_code == 200
    assert speaker.complete(chunks).status_code == 202


def heard(speaker: Speaker) -> str:
    until(lambda: speaker.read(5)["state"] == "transcribed")
    text: str = speaker.read()["text"]
    return text


def test_a_server_that_is_killed_while_it_listens_goes_on_when_it_is_back(machine: Machine) -> None:
    speaker = Speaker(machine.server.client)
    say(speaker)
    until(lambda: machine.rows(LISTENED_TO) != [])
    machine.server.restart()
    speaker.client = machine.server.client
    assert "KV cache" in heard(speaker)
    assert speaker.client.get(f"{speaker.path}/audio").content == KV


@pytest.fixture
def cluster(own_postgres: Postgres, tmp_path: Path) -> Iterator[tuple[Cluster, str]]:
    """A server that hears nothing itself, a worker for grades, and two transcribers."""
    settings = {**SETTINGS, "VIVA_GRADER": "keyword", "VIVA_LEASE_SECONDS": "6"}
    with own_postgres.database() as url:
        cluster = Cluster(
            tmp_path,
            url,
            apis=1,
            workers=1,
            transcribers=2,
            settings=settings,
            server=Quick,
            worker=QuickWorker,
        )
        with cluster:
            yield cluster, url


def test_a_transcriber_that_is_killed_is_replaced_by_another(
    cluster: tuple[Cluster, str], own_postgres: Postgres
) -> None:
    processes, url = cluster
    (api,) = processes.apis
    speaker = Speaker(api.client)
    say(speaker)
    until(lambda: own_postgres.rows(url, LISTENED_TO) != [])
    ((name,),) = own_postgres.rows(url, LISTENED_TO)
    deaf = next(process for process in processes.transcribers if str(process.pid) == name.split("-")[-2])
    deaf.kill()
    text = heard(speaker)
    assert "KV cache" in text
    submit = {"text": text, "recording": speaker.id}
    made = api.client.post(f"{at(speaker.session)}/submit", params={"wait": 25}, json=submit).json()
    assert (made["source"], made["status"]) == ("spoken", "graded")
