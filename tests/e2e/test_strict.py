"""Strict mode: the clock ends a question, and what was written by then is handed in."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import box, get, running, status
from tests.server import Server

SHORTEST = 10
"""Seconds."""


def test_a_strict_session_waits_for_its_start_and_offers_no_help(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("radio", name=re.compile("^Strict")).check()
    page.get_by_text("Tokenization", exact=True).click()
    page.get_by_role("button", name="Fewer questions").click(click_count=4)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    page.get_by_role("button", name="Start the clock").click()
    box(page)
    for name in ("Pause", "+1 min", "Hint", "Show the answer"):
        assert page.get_by_role("button", name=name).count() == 0
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("region", name="Result")).to_contain_text("0 of 1 answered")


def test_when_time_is_up_the_text_is_handed_in(open_page: OpenPage, server: Server) -> None:
    """Three strict sessions side by side: one is watched, one is left with a draft, one stays empty."""
    plan = {"mode": "strict", "seconds_per_question": SHORTEST}
    watched, left = running(server, "kv-cache", "causal-mask", **plan), running(server, "flash-attention", **plan)
    empty = running(server, "self-attention", **plan)
    here, gone, idle = (open_page(f"/sessions/{session}") for session in (watched, left, empty))
    box(here).fill("The cache keeps the keys and values of every layer")
    box(gone).fill("It computes attention in tiles")
    expect(status(gone)).to_have_text("Saved")
    gone.close()

    # The page hands in by itself what is in the box, and goes on to the next question.
    here.get_by_role("heading", name="causal mask").wait_for(timeout=1000 * (SHORTEST + 10))
    first, second = get(server, f"/sessions/{watched}")["questions"]
    assert (first["state"], second["state"]) == ("submitted", "open")
    assert "every layer" in get(server, f"/attempts/{first['attempt_id']}")["answer"]

    # With nothing in the box it waits until the server has closed the question.
    expect(idle.get_by_role("region", name="Result")).to_be_visible(timeout=1000 * (SHORTEST + 10))
    assert get(server, f"/sessions/{empty}")["questions"][0]["state"] == "timed-out"

    # Where nobody looks any more, the server hands in the last draft.
    back = open_page(f"/sessions/{left}")
    back.get_by_role("link", name="1. FlashAttention").click()
    expect(back.locator(".said")).to_have_text(re.compile("in tiles"))
    expect(back.get_by_text("time ran out")).to_be_visible()
    ended = server.client.post(f"/api/v1/sessions/{watched}/finish")
    assert ended.status_code in (200, 409)  # the time of its second question may be up as well
