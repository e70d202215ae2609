"""A provisional grade, what the model says meanwhile, and its grade in the same place."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import ANSWER, box, post, running, submit
from tests.e2e.test_accessible import checker
from tests.llm_server import LlmServer, quoting
from tests.quick import Quick
from tests.server import Server

LONG = 30_000
"""Milliseconds in which a grade comes."""


def sparing(body: dict[str, Any]) -> str:
    """A judge that meets the first key point only, and goes on writing after its feedback."""
    reply = json.loads(quoting(body))
    for number, point in enumerate(reply["points"].values()):
        point.update({"verdict": "missed", "quote": ""} if number else {})
    return json.dumps(reply | {"feedback": "You name the cost.", "follow_up": "Why? " * 40})


@pytest.fixture(scope="module")
def model() -> Iterator[LlmServer]:
    with LlmServer(sparing) as server:
        yield server


@pytest.fixture(scope="module")
def graded(model: LlmServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that is graded by `model`, whose ways it knows."""
    settings = {"VIVA_GRADER": "llm", "VIVA_LLM__BASE_URL": model.url, "VIVA_LLM__MODEL": "m"}
    with Quick(tmp_path_factory.mktemp("graded"), **settings, VIVA_RETRY_SECONDS="1") as server:
        post(server, "/grade", {"question_id": "kv-cache", "answer": ANSWER})
        yield server


def fits(page: Page) -> bool:
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("width", [390, 1280])
def test_a_provisional_grade_gives_way_to_the_models_without_moving_what_is_read(
    open_page: OpenPage, model: LlmServer, graded: Server, width: int
) -> None:
    model.pause = 0.03
    session = running(graded, "kv-cache")
    page = open_page(f"/sessions/{session}", at=graded, viewport={"width": width, "height": 800})
    box(page).fill(f"{ANSWER} {width}")  # each another answer: equal ones are graded from the store
    page.get_by_role("button", name="Submit").click()
    score = page.get_by_role("region", name="Score")
    expect(score.get_by_text("Provisional", exact=True)).to_be_visible()
    expect(score).to_contain_text("The language model has not graded this yet.")
    expect(score).to_contain_text("Graded by keyword")
    notes = page.get_by_text("Deeper notes")
    notes.click()
    notes.focus()
    page.evaluate("() => scrollTo({ top: document.body.scrollHeight / 2, behavior: 'instant' })")
    verdicts = page.get_by_role("list", name="Verdicts so far")
    expect(verdicts.get_by_role("listitem").nth(1)).to_be_attached()
    assert fits(page)
    before = notes.bounding_box()
    assert before
    expect(page.get_by_role("button", name=re.compile("^Graded: "))).to_be_visible(timeout=LONG)
    after = notes.bounding_box()
    assert after
    assert abs(after["y"] - before["y"]) < 2
    expect(notes).to_be_focused()
    expect(score).to_contain_text("Graded by llm")
    expect(score.get_by_text("Provisional", exact=True)).to_have_count(0)
    expect(page.get_by_role("region", name="Feedback")).to_contain_text("You name the cost.")
    assert fits(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_model_that_is_away_is_no_error_and_its_grade_comes_in_the_end(
    open_page: OpenPage, model: LlmServer, graded: Server, width: int
) -> None:
    model.pause = 0
    model.fail("refusal")
    session = running(graded, "kv-cache")
    attempt = submit(graded, session, f"{ANSWER} Away at {width}.")
    page = open_page(f"/attempts/{attempt}", at=graded, viewport={"width": width, "height": 800})
    score = page.get_by_role("region", name="Score")
    expect(score).to_contain_text("The language model refused to reply.")
    expect(score).to_contain_text("will replace this one by itself")
    checker(page)("a provisional grade")
    assert fits(page)
    report = open_page(f"/sessions/{session}/report", at=graded, viewport={"width": width, "height": 800})
    expect(report.get_by_role("link", name="1. The KV cache")).to_contain_text("provisional")
    model.fail(None)
    expect(score).to_contain_text("Graded by llm", timeout=LONG)
    expect(report.get_by_role("link", name="1. The KV cache")).not_to_contain_text("provisional", timeout=LONG)


def test_a_grade_that_was_given_up_says_so(open_page: OpenPage, tmp_path: Path) -> None:
    gone = {"VIVA_GRADER": "llm", "VIVA_LLM__BASE_URL": "http://127.0.0.1:9/v1", "VIVA_LLM__MODEL": "m"}
    with Quick(tmp_path, **gone, VIVA_JOB_TRIES="1") as server:
        page = open_page(f"/attempts/{submit(server, running(server, 'kv-cache'), ANSWER)}", at=server)
        score = page.get_by_role("region", name="Score")
        expect(score).to_contain_text("This grade stands until the answer is graded again.", timeout=LONG)
        expect(score).to_contain_text("The language model cannot be reached")
