"""What grades cost: shown, counted, held within budgets, and saved where an equal answer was graded before."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.domain.attempt import LOCAL, Answer
from service.domain.grade import Marking, Ungraded
from service.domain.job import Priority
from service.domain.rubric import Item
from service.errors import BudgetSpent, ConfigError, GraderUnavailable, VivaError
from service.graders.llm.grader import LlmGrader
from service.llm.settings import LlmSettings
from service.metrics import Metrics
from service.settings import Settings
from service.spending import Budget, Spending
from service.store import attempts, jobs, spending
from service.store.engine import Store
from service.store.spending import Account
from service.wiring import Services
from tests.api.llm import services
from tests.api.walk import GOOD, answer, begin
from tests.conftest import START, Clock, banks
from tests.domain.builders import ITEM
from tests.fresh import fresh
from tests.llm_faults import Fault
from tests.llm_server import LlmServer, quoting
from tests.server import eventually

GRADE = {"question_id": "kv-cache", "answer": GOOD}
CALL = 790
"""Tokens of a call to the fake."""
TODAY = Account(person=LOCAL, day=f"{START:%Y-%m-%d}", unit="tokens")

Started = Callable[..., AbstractContextManager[TestClient]]


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(quoting) as server:
        yield server


@pytest.fixture
def started(server: LlmServer, tmp_path: Path, clock: Clock) -> Started:
    @contextmanager
    def start(**fields: Any) -> Iterator[TestClient]:
        prices = {"price_in": 2, "price_out": 10}
        llm = LlmSettings.model_validate({"base_url": server.url, "model": "asked-for"} | prices)
        settings = Settings(data_dir=fresh(tmp_path), grader="llm", llm=llm, **fields)
        with TestClient(create_app(settings, clock=clock, banks=banks()), base_url="http://127.0.0.1") as client:
            yield client

    return start


def graded(client: TestClient, attempt: Any) -> Any:
    """The attempt once it has its grade."""

    def found() -> Any:
        read = client.get(f"/api/v1/attempts/{attempt['id']}").json()
        return read if read["status"] == "graded" else None

    return eventually(found)


def metric(client: TestClient, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.M)
    return float(found[1]) if found else 0


def put_off(client: TestClient, clock: Clock) -> bool:
    """Whether the one job waits for a later time."""
    with services(client).store.read() as tx:
        (job,) = jobs.page(tx, failed=False)
    return job.worker is None and job.run_after > clock()


def asked(server: LlmServer) -> int:
    """How often the model was asked about an answer."""
    return sum("answer-" in each.text for each in server.asked)


def test_a_grade_shows_what_it_took(started: Started) -> None:
    with started() as client:
        usage = graded(client, answer(client, begin(client)))["grade"]["usage"]
        assert usage.pop("seconds") > 0
        assert usage == {
            "models": ["fake-1"],
            "prompt_tokens": 700,
            "cached_tokens": 600,
            "completion_tokens": 90,
            "price": pytest.approx(0.0023),
            "reused": False,
        }


def test_a_grade_for_which_nobody_was_asked_shows_no_usage(client: TestClient) -> None:
    assert client.post("/api/v1/grade", json=GRADE).json()["grade"]["usage"] is None


def test_tokens_prices_and_errors_are_counted(started: Started, server: LlmServer) -> None:
    with started() as client:
        client.post("/api/v1/grade", json=GRADE)
        assert metric(client, 'viva_llm_tokens_total{direction="sent",model="asked-for"}') == 700
        assert metric(client, 'viva_llm_tokens_total{direction="received",model="asked-for"}') == 90
        assert metric(client, 'viva_llm_price_total{model="asked-for"}') == pytest.approx(0.0023)
        server.fail("503")
        client.post("/api/v1/grade", json=GRADE)
        server.fail("invalid-json", times=1)
        client.post("/api/v1/grade", json=GRADE)
        assert metric(client, 'viva_llm_errors_total{kind="503",model="asked-for"}') == 1
        assert metric(client, 'viva_llm_tokens_total{direction="sent",model="asked-for"}') == 1400


def test_over_budget_nobody_is_asked_until_midnight(started: Started, server: LlmServer, clock: Clock) -> None:
    with started(budget_person=CALL, job_tries=1) as client:
        assert client.post("/api/v1/grade", json=GRADE).status_code == 200
        refused = client.post("/api/v1/grade", json=GRADE)
        assert (refused.status_code, asked(server)) == (503, 1)
        assert refused.json()["detail"].startswith("Today's budget for the language model is used up")
        assert refused.headers["Retry-After"] == str(15 * 3600)  # it is nine o'clock
        attempt = answer(client, begin(client), wait=0)
        assert attempt["status"] == "submitted"
        for hours in (12, 1.1, 1.1):
            eventually(lambda: put_off(client, clock) or None)  # a job in hand would outlive its lease by this clock
            clock.forward(hours * 3600)
            assert client.get(f"/api/v1/attempts/{attempt['id']}").json()["status"] == "submitted"
        eventually(lambda: put_off(client, clock) or None)
        clock.forward(3700)
        assert graded(client, attempt)["grade"]["grader"]["name"] == "llm"
        assert asked(server) == 2
        assert metric(client, "viva_llm_budget_spent_total") >= 3


def test_a_budget_can_be_money_where_every_model_has_a_price(started: Started) -> None:
    with started(budget_organisation=0.003, budget_unit="price") as client:
        statuses = [client.post("/api/v1/grade", json=GRADE).status_code for _ in range(3)]
    assert statuses == [200, 200, 503]
    free = LlmSettings.model_validate({"base_url": "http://127.0.0.1:9/v1", "model": "m"})
    with pytest.raises(ConfigError, match="price_in and price_out of VIVA_MODELS__small"):
        Settings(models={"small": free}, budget_person=1, budget_unit="price").check_prices()
    Settings(models={"small": free}, budget_unit="price").check_prices()


def test_an_equal_answer_is_graded_from_the_store(started: Started, server: LlmServer) -> None:
    with started() as client:
        first, second = (graded(client, answer(client, begin(client))) for _ in range(2))
        assert asked(server) == 1
        assert second["grade"].pop("usage") == {
            "models": ["fake-1"],
            "prompt_tokens": 0,
            "cached_tokens": 0,
            "completion_tokens": 0,
            "seconds": 0,
            "price": 0,
            "reused": True,
        }
        first["grade"].pop("usage")
        assert second["grade"] == first["grade"]
        graded(client, answer(client, begin(client), f"{GOOD} So it is."))
        assert asked(server) == 2
        assert metric(client, "viva_grades_reused_total") == 1


def test_an_equal_answer_to_another_version_of_the_question_is_graded_anew(started: Started, server: LlmServer) -> None:
    with started() as client:
        graded(client, answer(client, begin(client)))
        graded(client, answer(client, begin(client, question_ids=["rope"])))
        assert asked(server) == 2


def test_who_grades_again_asks_again(started: Started, server: LlmServer) -> None:
    with started() as client:
        attempt = graded(client, answer(client, begin(client)))
        services: Services = client.app.state.services  # type: ignore[attr-defined]
        with services.store.write() as tx:
            stored = attempts.load(tx, UUID(attempt["id"]))
            services.jobs.enqueue(tx, stored, "regrade", Priority.REGRADE, services.clock())
        eventually(lambda: True if asked(server) == 2 else None)


class Slow(LlmGrader):
    """Stays at work for long after it was asked."""

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        await super().mark(item, answer)
        await asyncio.sleep(60)
        raise AssertionError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{fresh(tmp_path)}/viva.db")
    yield store
    store.close()


def spend(
    store: Store, server: LlmServer, budget: Budget, *, fault: Fault | None = None, kind: type[LlmGrader] = LlmGrader
) -> BaseException | None:
    """One mark within `budget` on a server with `fault`, cancelled after a while: what it raised."""
    within = Spending(store=store, metrics=Metrics(), clock=lambda: START, budget=budget, lease=60)
    config = {"base_url": server.url, "model": "m", "timeout_seconds": 1, "max_tokens": 100}
    text = "Every step halves the range that is left. It compares the value with the middle one."

    async def run() -> None:
        grader = kind(LlmSettings.model_validate(config))
        try:
            await grader.endpoint.check()
            server.asked.clear()
            server.fail(fault)
            async with asyncio.timeout(3):
                await within.mark(grader, LOCAL, ITEM, Answer(text=text))
        finally:
            await grader.aclose()

    try:
        asyncio.run(run())
    except (VivaError, TimeoutError) as error:
        return error
    return None


def spent(store: Store) -> int:
    """Tokens; nothing is reserved any more."""
    with store.read() as tx:
        assert tx.connection().exec_driver_sql("SELECT count(*) FROM reservation").scalar() == 0
        own, whole = spending.totals(tx, TODAY)
    assert own == whole
    return own // 1_000_000


@pytest.mark.parametrize(
    ("fault", "tokens"),
    [(None, CALL), ("invalid-json", CALL), ("refusal", CALL), ("length", 2 * CALL), ("503", 0), ("html", 0)],
)
def test_what_a_reply_took_is_spent_whatever_it_was_worth(
    fault: Fault | None, tokens: int, server: LlmServer, store: Store
) -> None:
    spend(store, server, Budget(person=10_000), fault=fault)
    assert spent(store) == tokens


@pytest.mark.parametrize("fault", ["silence", "reset", "drip"])
def test_a_call_that_broke_off_counts_as_much_as_it_may_have_taken(
    fault: Fault, server: LlmServer, store: Store
) -> None:
    assert isinstance(spend(store, server, Budget(person=10_000), fault=fault), GraderUnavailable)
    assert 1_000 < spent(store) < 10_000


def test_who_is_cancelled_settles_first(server: LlmServer, store: Store) -> None:
    assert isinstance(spend(store, server, Budget(person=10_000), kind=Slow), TimeoutError)
    assert spent(store) == CALL


def test_without_a_budget_nothing_is_written(server: LlmServer, store: Store) -> None:
    assert spend(store, server, Budget()) is None
    assert spent(store) == 0


def test_a_budget_may_be_nothing(server: LlmServer, store: Store) -> None:
    assert isinstance(spend(store, server, Budget(person=0)), BudgetSpent)
    assert server.asked == []
