"""`viva bench load`: simulated people on real servers, the simulated LLM, and what is made of the figures."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from service.bench.forecast import Measured, uses
from service.bench.http import request
from service.bench.llm import RETRY_AFTER, URL, Manners, SimulatedGrader, SimulatedLlm
from service.bench.load import Load, Place, run
from service.bench.people import Failed, Someone, Tally
from service.bench.report import percentile
from service.domain.attempt import Answer
from service.domain.grade import Marking, assess
from service.errors import ConfigError, GraderUnavailable
from tests.domain.builders import ITEM
from tests.postgres import Postgres
from tests.server import free_port

QUICK = Manners(seconds=0.02, error=0, busy=0, hang=0)
ANSWER = Answer(text="It halves the range at every step.")


def asked(manners: Manners, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> list[Marking | GraderUnavailable]:
    """What the grader makes of the simulated LLM's answers."""

    async def ask() -> list[Marking | GraderUnavailable]:
        llm, found = SimulatedLlm(manners), list[Marking | GraderUnavailable]()
        async with llm.serving() as url:
            monkeypatch.setenv(URL, url)
            for _ in range(times):
                try:
                    found.append(await SimulatedGrader().mark(ITEM, ANSWER))
                except GraderUnavailable as error:
                    found.append(error)
        assert llm.replies.total() == times
        return found

    return asyncio.run(ask())


def test_the_simulated_llm_gives_grades_that_can_be_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    (marking,) = asked(QUICK, monkeypatch)
    assert isinstance(marking, Marking)
    grade = assess(marking, ITEM.rubric, ANSWER, SimulatedGrader.identity)
    assert grade.overall > 0
    assert grade.verdicts[0].evidence[0].stands_in(ANSWER.text)


@pytest.mark.parametrize(
    ("manners", "says", "after"),
    [
        (Manners(error=1, busy=0), "The model answers 500.", None),
        (Manners(busy=1), "The model answers 429.", RETRY_AFTER),
    ],
)
def test_it_fails_as_it_is_told_to(
    manners: Manners, says: str, after: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (failure,) = asked(manners, monkeypatch)
    assert isinstance(failure, GraderUnavailable)
    assert (str(failure), failure.retry_after) == (says, after)


def test_it_takes_only_so_many_requests_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    limited = Manners(seconds=0, error=0, busy=0, hang=0, per_minute=1)
    first, *others = asked(limited, monkeypatch, 3)
    assert isinstance(first, Marking)
    assert [str(other) for other in others] == ["The model answers 429."] * 2


def test_a_model_that_is_not_there_is_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(GraderUnavailable, match="cannot be reached"):
        asyncio.run(SimulatedGrader().mark(ITEM, ANSWER))


@asynccontextmanager
async def saying(data: bytes) -> AsyncIterator[str]:
    """The URL of a server that says this to everybody, and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_half_an_answer_is_none(data: bytes) -> None:
    async def ask() -> None:
        async with saying(data) as url:
            await request("GET", url)

    with pytest.raises(ConnectionError):
        asyncio.run(ask())


def test_what_goes_wrong_is_counted_by_step_and_kind() -> None:
    problem = b'{"type": "urn:viva:problem:store-busy"}'
    busy = b"HTTP/1.1 503 Busy\r\nContent-Length: %d\r\n\r\n%b" % (len(problem), problem)
    tally = Tally()

    async def practise(url: str) -> None:
        with pytest.raises(Failed):
            await Someone("one", url, 0.01, tally).practise()

    async def everybody() -> None:
        async with saying(busy) as url:
            await practise(url)
        async with saying(b"HTTP/1.1 500 Oh\r\n\r\n") as url:
            await practise(url)
        await practise(f"http://127.0.0.1:{free_port()}")

    tally.begin()
    asyncio.run(everybody())
    assert tally.errors == {"create: 503 store-busy": 1, "create: 500": 1, "create: ConnectionRefusedError": 1}


def test_people_practise_on_servers_of_their_own() -> None:
    said: list[str] = []
    tally = run(Load(users=4, minutes=0.1, think=0.2, ramp=0.1), Place(llm=QUICK), said.append)
    assert tally.errors == {}
    assert tally.answers > 0
    assert len(tally.seconds["grade"]) > 0
    assert "SQLite, 8 grades at once" in said[0]
    assert "| submit |" in said[-2]
    assert "8 grades at once" in said[-1]


def test_workers_on_postgres_grade_what_two_servers_take_in(postgres: Postgres) -> None:
    said: list[str] = []
    with postgres.database() as url:
        place = Place(database=url, servers=2, workers=1, llm=QUICK)
        tally = run(Load(users=4, minutes=0.1, think=0.2, ramp=0.1), place, said.append)
        assert tally.errors == {}
        assert tally.answers > 0
        people = postgres.rows(url, "SELECT DISTINCT owner FROM attempt")
        assert {name for (name,) in people} <= {f"person-{n}" for n in range(4)}
        assert postgres.rows(url, "SELECT DISTINCT grader FROM grade") == [("simulated",)]
        with pytest.raises(ConfigError, match="is in use"):
            run(Load(users=1), place)


def test_several_processes_need_postgres() -> None:
    with pytest.raises(ConfigError, match="Postgres"):
        run(Load(users=1), Place(servers=2))


def test_what_is_used_most_is_full_first() -> None:
    measured = Measured(
        seconds=100, servers=2, workers=1, cores=4, server_cpu=40, worker_cpu=10, slots=10, llm_seconds=500,
        llm_requests=200, per_minute=1200,
    )  # fmt: skip
    found = uses(measured)
    assert [round(use.share, 3) for use in found] == [0.5, 0.2, 0.125, 0.1, 0.1]
    assert found[0].of == "10 grades at once"
    assert found[0].people(1000) == 1600
    assert found[1].people(1000) == 4000


def test_nothing_is_foretold_from_next_to_nothing() -> None:
    idle = Measured(seconds=100, servers=1, workers=0, cores=4, server_cpu=0.1, worker_cpu=0, slots=None)
    assert [use.people(10) for use in uses(idle)] == [None, None]
    unknown = Measured(seconds=100, servers=1, workers=0, cores=4, server_cpu=None, worker_cpu=None, slots=None)
    assert uses(unknown) == []


def test_percentiles_of_few_values() -> None:
    assert percentile([3.0], 95) == 3.0
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
