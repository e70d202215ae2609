"""Spoken answers in a real browser, with a fake microphone and a real model."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import box, get, running
from tests.server import Server

MICROPHONE = {"permissions": ["microphone"]}
LONG = 60_000
"""Milliseconds in which an answer is written down, on a machine that has other things to do."""


def record(page: Page) -> None:
    box(page)
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".spoken .status")).to_have_text("Recording. What you say is kept and sent as you speak.")


def written(page: Page) -> str:
    """The transcript, once it is in the box."""
    expect(page.locator(".spoken .status")).to_contain_text("Written down", timeout=LONG)
    return box(page).input_value()


def test_a_spoken_answer_is_read_corrected_and_graded(open_page: OpenPage, server: Server) -> None:
    session = running(server, "kv-cache")
    page = open_page(f"/sessions/{session}", **MICROPHONE)
    record(page)
    expect(page.locator(".so-far")).to_contain_text("During decoding", timeout=LONG)
    page.keyboard.press("Alt+r")
    heard = written(page)
    assert "keys and values" in heard
    expect(box(page)).to_be_focused()
    expect(page.locator(".delivery")).to_contain_text("words a minute")
    box(page).fill(heard + " So nothing is computed twice.")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("region", name="Score")).to_be_visible()
    attempt = get(server, f"/attempts/{page.url.rsplit('/', 1)[1]}")
    assert attempt["source"] == "spoken"
    assert attempt["answer"].endswith("nothing is computed twice.")
    assert get(server, f"/sessions/{session}/questions/1/recording")["transcript"]["text"] == heard
