"""What was typed is never lost: a reload, a second device, no network, a dead server."""

import re

from playwright.sync_api import Route, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import ANSWER, box, get, running, seconds_left, status
from tests.server import Server


def test_a_reload_keeps_text_and_clock(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"/sessions/{running(server, 'kv-cache')}")
    box(page).fill("Saved text")
    expect(status(page)).to_have_text("Saved")
    # Gone before the pause after typing is over: only this device has it, or the last request of the old page.
    box(page).fill("Saved text and a bit more")
    before = seconds_left(page)
    page.reload()
    expect(box(page)).to_have_value("Saved text and a bit more")
    assert before - 5 <= seconds_left(page) <= before
    expect(status(page)).to_have_text("Saved")


def test_a_second_device_shows_the_same_clock_and_its_older_draft_asks(open_page: OpenPage, server: Server) -> None:
    session = running(server, "kv-cache")
    here = open_page(f"/sessions/{session}", expect=("412",))
    there = open_page(f"/sessions/{session}", expect=("412",))
    box(here)
    box(there)
    assert abs(seconds_left(here) - seconds_left(there)) <= 2

    box(here).fill("written here")
    expect(status(here)).to_have_text("Saved")
    box(there).fill("written there")
    dialog = there.get_by_role("dialog", name="A newer draft was saved elsewhere")
    expect(dialog).to_contain_text("written here")
    expect(dialog).to_contain_text("written there")
    dialog.get_by_role("button", name="Use theirs").click()
    expect(box(there)).to_have_value("written here")

    box(there).fill("written there again")
    expect(status(there)).to_have_text("Saved")
    box(here).fill("written here again")
    here.get_by_role("dialog").get_by_role("button", name="Use mine").click()
    expect(status(here)).to_have_text("Saved")
    assert get(server, f"/sessions/{session}/questions/1")["draft"] == "written here again"


def test_a_device_follows_where_another_has_gone(open_page: OpenPage, server: Server) -> None:
    session = running(server, "kv-cache")
    here = open_page(f"/sessions/{session}")
    there = open_page(f"/sessions/{session}")
    box(here)
    box(there).fill(ANSWER)
    there.get_by_role("button", name="Submit").click()
    expect(there.get_by_role("region", name="Score")).to_be_visible()
    here.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(here.get_by_role("region", name="Result")).to_contain_text("1 of 1 answered")


def test_offline_keeps_the_text_and_online_saves_and_submits_it(open_page: OpenPage, server: Server) -> None:
    session = running(server, "kv-cache")
    page = open_page(f"/sessions/{session}", expect=("ERR_INTERNET_DISCONNECTED",))
    box(page)
    page.context.set_offline(True)
    box(page).fill("typed without a network")
    expect(status(page)).to_have_text(re.compile("Not saved yet: the server cannot be reached. Your text is kept"))
    page.context.set_offline(False)
    expect(status(page)).to_have_text("Saved")
    assert get(server, f"/sessions/{session}/questions/1")["draft"] == "typed without a network"

    page.context.set_offline(True)
    box(page).fill(ANSWER)
    page.get_by_role("button", name="Submit").click()
    expect(status(page)).to_have_text(re.compile("Not submitted yet"))
    page.context.set_offline(False)
    expect(page.get_by_role("region", name="Score")).to_be_visible()
    assert get(server, f"/sessions/{session}")["questions"][0]["attempt_id"]


def test_a_lost_acknowledgement_is_no_clash_and_no_second_attempt(open_page: OpenPage, server: Server) -> None:
    session = running(server, "kv-cache")
    page = open_page(f"/sessions/{session}", expect=("ERR_FAILED", "412"))
    box(page)
    lost: list[str] = []

    def lose(route: Route) -> None:
        """The first request of each kind reaches the server; its answer does not reach the browser."""
        kind = route.request.url.rsplit("/", 1)[-1]
        if kind in lost:
            route.continue_()
            return
        lost.append(kind)
        route.fetch()
        route.abort()

    page.route("**/draft", lose)
    page.route("**/submit", lose)
    box(page).fill("first words")
    expect(status(page)).to_have_text(re.compile("Not saved yet"))
    box(page).press_sequentially(", and more")
    expect(status(page)).to_have_text("Saved")
    box(page).fill(ANSWER)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("region", name="Score")).to_be_visible()
    tries = get(server, "/attempts?question_id=kv-cache")["items"]
    assert lost == ["draft", "submit"]
    assert [attempt["session_id"] for attempt in tries].count(session) == 1


def test_an_answer_over_the_limit_is_not_sent(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"/sessions/{running(server, 'kv-cache')}")
    box(page).fill("a" * 19_500)
    expect(page.locator(".count")).to_have_text("19,500 of 20,000 characters")
    box(page).fill("a" * 20_001)
    expect(page.locator(".count")).to_have_text(re.compile("20,001 of 20,000 characters, too long"))
    expect(page.get_by_role("button", name="Submit")).to_be_disabled()
    box(page).fill("😀" * 20_000)
    expect(page.get_by_role("button", name="Submit")).to_be_enabled()
    expect(status(page)).to_have_text("Saved")
