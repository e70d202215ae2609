"""Strict mode: the clock ends a question, and what was written by then is handed in."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import box, get, post, running, status
from tests.server import Server

SHORTEST = 10
"""Seconds."""


def test_a_strict_session_waits_for_its_start_and_offers_no_help(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("radio", name=re.compile("^Strict")).check()
    page.get_by_text("Tokenization", exact=True).click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    page.get_by_role("button", name="Start the clock").click()
    box(page)
    for name in ("Pause", "+1 min", "Hint", "Show the answer"):
        assert page.get_by_role("button", name=name).count() == 0
    page.get_by_role("button", name="Skip").click()
    expect(page.get_by_role("region", name="Result")).to_contain_text("0 of 1 answered")


def test_when_time_is_up_the_text_is_handed_in_here_and_the_draft_on_the_server(
    open_page: OpenPage, server: Server
) -> None:
    plan = {"mode": "strict", "seconds_per_question": SHORTEST}
    watched = running(server, "kv-cache", "causal-mask", **plan)
    left = running(server, "flash-attention", **plan)
    post(server, f"/sessions/{left}/questions/1/open")
    page = open_page(f"/sessions/{watched}")
    gone = open_page(f"/sessions/{left}")
    box(page).fill("The cache keeps the keys and values of every layer")
    box(gone).fill("It computes attention in tiles")
    expect(status(gone)).to_have_text("Saved")
    gone.context.close()

    page.get_by_role("heading", name="causal mask").wait_for(timeout=1000 * (SHORTEST + 8))
    first, second = get(server, f"/sessions/{watched}")["questions"]
    assert (first["state"], second["state"]) == ("submitted", "open")
    assert "every layer" in get(server, f"/attempts/{first['attempt_id']}")["answer"]

    # The other page was closed with its draft saved: the server hands that in after the grace.
    back = open_page(f"/sessions/{left}")
    expect(back.get_by_role("region", name="Result")).to_be_visible()
    back.get_by_role("link", name="1. FlashAttention").click()
    expect(back.locator(".said")).to_have_text(re.compile("in tiles"))
    expect(back.get_by_text("time ran out")).to_be_visible()

    # And with nothing written, the page goes on by itself when the server has closed the question.
    expect(page.get_by_role("region", name="Result")).to_be_visible(timeout=1000 * (SHORTEST + 8))
    assert get(server, f"/sessions/{watched}")["questions"][1]["state"] == "timed-out"
