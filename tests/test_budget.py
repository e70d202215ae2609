"""A budget that many processes keep together."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.api.walk import GOOD, at, begin
from tests.fresh import small_bank
from tests.llm_server import LlmServer, quoting
from tests.quick import Quick
from tests.server import Server, eventually

CALL = 790
"""Tokens of a call to the fake."""
THREADS = 40


@contextmanager
def two_processes(folder: Path, llm: LlmServer, budget: int, database: str | None) -> Iterator[list[Server]]:
    """Both on one database: SQLite in `folder`, unless there is a Postgres."""
    settings = {
        "VIVA_GRADER": "llm",
        "VIVA_LLM__BASE_URL": llm.url,
        "VIVA_LLM__MODEL": "asked-for",
        "VIVA_LLM__MAX_TOKENS": "100",
        "VIVA_BUDGET_ORGANISATION": str(budget),
        "VIVA_LOG_LEVEL": "error",
        "VIVA_BANK_DIR": str(small_bank()),
    }
    if database:
        settings["VIVA_DATABASE_URL"] = database
    with Quick(folder, name="one", **settings) as one, Quick(folder, name="other", **settings) as other:
        yield [one, other]


def asked(llm: LlmServer) -> int:
    """Calls about an answer."""
    return sum("answer-" in each.text for each in llm.asked)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_requests_of_two_processes_exceed_a_budget_by_no_more_than_one_call(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else None
    budget = 20 * CALL + 1
    with LlmServer(quoting, seconds=0.05) as llm, two_processes(tmp_path, llm, budget, url) as servers:

        def grade(number: int) -> int:
            body = {"question_id": "kv-cache", "answer": f"{GOOD} {number}"}
            return servers[number % 2].client.post("/api/v1/grade", json=body).status_code

        with ThreadPoolExecutor(THREADS) as threads:
            statuses = Counter(threads.map(grade, range(THREADS + 20)))
            assert set(statuses) <= {200, 503}
            while statuses[200] < 21:  # what was only held back is let through once nobody is at work
                statuses.update([grade(-1)])
            assert set(threads.map(grade, range(4))) == {503}
        assert statuses[200] == asked(llm) == 21


@pytest.mark.faults
def test_of_500_submits_at_two_processes_the_budget_is_exceeded_by_no_more_than_one_call(
    tmp_path: Path, postgres_url: str
) -> None:
    budget = 100 * CALL + 1
    with LlmServer(quoting, seconds=0.05) as llm, two_processes(tmp_path, llm, budget, postgres_url) as servers:

        def submit(number: int) -> None:
            client = servers[number % 2].client
            session = begin(client)
            client.post(f"{at(session)}/open").raise_for_status()
            client.post(f"{at(session)}/submit?wait=0", json={"text": f"{GOOD} {number}"}).raise_for_status()

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(submit, range(500)))

        def settled() -> tuple[int, int] | None:
            with psycopg.connect(postgres_url) as connection:
                reserved = connection.execute("SELECT count(*) FROM reservation").fetchone()
                spent = connection.execute("SELECT spent / 1000000 FROM spending WHERE owner = ''").fetchone()
                waiting = connection.execute("SELECT count(*) FROM job WHERE error LIKE 'Today%'").fetchone()
            assert reserved
            assert spent
            assert waiting
            assert spent[0] < budget + CALL
            return (spent[0], waiting[0]) if spent[0] >= budget and not reserved[0] else None

        spent, _ = eventually(settled)
        assert (spent, asked(llm)) == (101 * CALL, 101)
        eventually(lambda: True if settled() == (spent, 399) else None)
