"""A grade that takes its time: it comes into the page that somebody looks at, whatever happens meanwhile."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import ANSWER, box, get, post, running, submit
from tests.e2e.test_accessible import checker, unfold
from tests.llm import URL, FakeLlm
from tests.quick import Quick
from tests.server import VIVA, Server, environment, eventually, free_port

AWAY = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET")
"""What the browser logs while there is no server."""

LONG = 30_000
"""Milliseconds in which a grade comes, whatever was in its way."""


@pytest.fixture(scope="module")
def model() -> Iterator[FakeLlm]:
    with FakeLlm(0) as llm:
        yield llm


@pytest.fixture
def llm(model: FakeLlm) -> FakeLlm:
    """It refuses everything until `llm.error = 0`."""
    model.error = 1
    return model


def graded_by(llm: FakeLlm, folder: Path, **settings: str) -> Server:
    patient = {"VIVA_RETRY_SECONDS": "0.1", "VIVA_LEASE_SECONDS": "4"}
    return Quick(folder, VIVA_GRADER="tests.llm:RemoteGrader", **patient, **settings, **{URL: llm.origin})


@pytest.fixture(scope="module")
def patient(model: FakeLlm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is graded by `llm`."""
    with graded_by(model, tmp_path_factory.mktemp("patient")) as server:
        yield server


def answered(page: Page) -> None:
    """Hand in an answer to the question that is open."""
    box(page).fill(ANSWER)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("region", name="Grading")).to_contain_text("Your answer is saved")


def arrived(page: Page) -> None:
    expect(page.get_by_role("region", name="Score")).to_contain_text("Graded by remote", timeout=LONG)


def show(page: Page, *, hidden: bool) -> None:
    """What a browser does when another tab is chosen."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def streams(server: Server) -> int:
    """Open event streams, as the server counts them."""
    found = re.search(r"^viva_sse_clients (\d+)", server.client.get("/metrics").text, re.M)
    assert found
    return int(found[1])


def test_a_slow_grade_comes_into_the_page_and_moves_nothing(open_page: OpenPage, llm: FakeLlm, patient: Server) -> None:
    page = open_page(f"/sessions/{running(patient, 'kv-cache')}", at=patient)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    answered(page)
    expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
    expect(page.locator(".said")).to_contain_text("K and V activations")
    notes = page.get_by_text("Deeper notes")
    notes.click()
    page.evaluate("() => scrollTo({ top: document.body.scrollHeight / 2, behavior: 'instant' })")
    notes.focus()
    before = notes.bounding_box()
    assert before
    llm.error = 0
    button = page.get_by_role("button", name=re.compile("^Graded: 33 of 100"))
    expect(button).to_be_visible(timeout=LONG)
    expect(page.locator("#live")).to_have_text("Graded: 33 of 100, Partial.")
    after = notes.bounding_box()
    assert after
    assert abs(after["y"] - before["y"]) < 2
    expect(notes).to_be_focused()
    expect(page.locator("details[open]", has=notes)).to_have_count(1)
    button.click()
    arrived(page)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(button).to_have_count(0)
    about = [url.split("/attempts/")[1].partition("/")[2] for url in asked if "/api/v1/attempts/" in url]
    assert about[:2] == ["", "events"]
    assert len(about) <= 3


def test_a_page_that_is_left_or_hidden_holds_no_stream(open_page: OpenPage, llm: FakeLlm, patient: Server) -> None:
    page = open_page(f"/sessions/{running(patient, 'kv-cache', 'causal-mask')}", at=patient)
    with page.expect_response(re.compile("/events$")):
        answered(page)
    assert streams(patient) == 1
    show(page, hidden=True)
    assert eventually(lambda: streams(patient) == 0 or None)
    with page.expect_response(re.compile("/events$")):
        show(page, hidden=False)
    page.get_by_role("link", name="Next question").click()
    box(page)
    assert eventually(lambda: streams(patient) == 0 or None)


@pytest.mark.parametrize("fault", ["refused", "held back"])
def test_where_streams_do_not_get_through_the_grade_does(
    open_page: OpenPage, llm: FakeLlm, patient: Server, fault: str
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = open_page("/", at=patient, expect=("502",))
    if fault == "refused":
        page.route("**/events", lambda route: route.fulfill(status=502, body="no streams here"))
    else:
        page.route("**/events", hold)
    attempt = submit(patient, running(patient, "kv-cache"), ANSWER)
    with page.expect_request(re.compile(r"\?wait=25")):
        page.goto(f"/attempts/{attempt}")
    llm.error = 0
    arrived(page)
    assert len(held) == (fault == "held back")
    for route in held:
        route.abort()


def test_a_server_that_died_is_found_again(open_page: OpenPage, llm: FakeLlm, tmp_path: Path) -> None:
    with graded_by(llm, tmp_path, VIVA_PORT=free_port()) as server:
        page = open_page(f"/sessions/{running(server, 'kv-cache')}", at=server, expect=AWAY)
        answered(page)
        server.kill()
        waiting = page.get_by_role("region", name="Grading")
        expect(waiting).to_contain_text("The server cannot be reached")
        llm.error = 0
        server.restart()
        arrived(page)


def test_a_device_that_was_offline_gets_its_grade(open_page: OpenPage, llm: FakeLlm, patient: Server) -> None:
    page = open_page("/", at=patient, expect=("ERR_INTERNET_DISCONNECTED",))
    with page.expect_response(re.compile("/events$")):
        page.goto(f"/attempts/{submit(patient, running(patient, 'kv-cache'), ANSWER)}")
    page.context.set_offline(True)
    expect(page.get_by_role("region", name="Grading")).to_contain_text("The server cannot be reached")
    llm.error = 0
    page.context.set_offline(False)
    arrived(page)


def test_no_grade_says_why_and_another_chance_is_noticed(open_page: OpenPage, llm: FakeLlm, tmp_path: Path) -> None:
    with graded_by(llm, tmp_path, VIVA_JOB_TRIES="1") as server:
        session = running(server, "kv-cache")
        attempt = submit(server, session, ANSWER)
        page = open_page(f"/attempts/{attempt}", at=server)
        expect(page.get_by_role("heading", name="No grade")).to_be_visible()
        expect(page.get_by_text("The model answers 500. Your answer is kept.")).to_be_visible()
        expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
        report = open_page(f"/sessions/{session}/report", at=server)
        expect(report.get_by_role("link", name="1. The KV cache")).to_contain_text("No grade")
        llm.error = 0
        settings = environment(tmp_path, **server.settings)
        subprocess.run([VIVA, "jobs", "retry", attempt], env=settings, cwd=tmp_path, check=True, capture_output=True)
        show(page, hidden=False)
        arrived(page)


def test_a_report_fills_while_one_looks(open_page: OpenPage, llm: FakeLlm, patient: Server) -> None:
    page = open_page(f"/sessions/{running(patient, 'kv-cache', 'causal-mask', mode='strict')}", at=patient)
    for title in ("^1 of 2", "^2 of 2"):
        expect(page).to_have_title(re.compile(title))
        box(page).fill(ANSWER)
        page.get_by_role("button", name="Submit").click()
    result = page.get_by_role("region", name="Result")
    expect(result).to_contain_text("2 of 2 answered")
    expect(result).to_contain_text("2 answers being graded")
    expect(result).not_to_contain_text("No grade counts 0")
    rows = page.get_by_role("listitem").filter(has=page.get_by_role("link"))
    expect(rows.get_by_text("Being graded")).to_have_count(2)
    rows.nth(1).get_by_role("link").focus()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    llm.error = 0
    expect(rows.get_by_text("Being graded")).to_have_count(0, timeout=LONG)
    expect(result).to_contain_text("Mean of all questions: 3")
    expect(result).not_to_contain_text("so far")
    expect(rows.nth(1).get_by_role("link")).to_be_focused()
    assert len(asked) <= 12


def test_the_history_fills_while_one_looks(open_page: OpenPage, llm: FakeLlm, tmp_path: Path) -> None:
    with graded_by(llm, tmp_path) as server:
        attempt = submit(server, running(server, "kv-cache"), ANSWER)
        page = open_page("/history", at=server)
        expect(page.get_by_text("Your first score appears here")).to_be_visible()
        tries = open_page("/questions/kv-cache", at=server)
        expect(tries.get_by_text("Being graded")).to_be_visible()
        llm.error = 0
        expect(page.get_by_role("heading", name="Your first score: 33")).to_be_visible(timeout=LONG)
        expect(page.get_by_role("list", name="Answers").get_by_role("link")).to_contain_text("Score 33")
        expect(tries.get_by_role("list", name="Your tries").get_by_role("link")).to_contain_text("Score 33")
        assert get(server, f"/attempts/{attempt}")["overall"] == 33.3


def test_waiting_is_accessible(open_page: OpenPage, llm: FakeLlm, patient: Server) -> None:
    session = running(patient, "kv-cache", "causal-mask")
    page = open_page(f"/attempts/{submit(patient, session, ANSWER)}", at=patient)
    check = checker(page)
    expect(page.get_by_role("region", name="Grading")).to_be_visible()
    unfold(page)
    check("being graded")
    post(patient, f"/sessions/{session}/questions/2/open")
    post(patient, f"/sessions/{session}/pause")
    page.goto(f"/sessions/{session}")
    expect(page.get_by_text("1 answer being graded")).to_be_visible()
    check("paused while one is graded")
    page.goto(f"/sessions/{session}/report")
    expect(page.get_by_role("region", name="Result")).to_contain_text("1 answer being graded")
    check("report with a grade to come")
    page.goto("/history")
    expect(page.get_by_text(re.compile(r"^So far: \d answers? being graded"))).to_be_visible()
    check("history with a grade to come")
