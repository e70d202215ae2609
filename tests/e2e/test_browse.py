"""Finding questions, seeing progress, and pages for when something is missing."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import ANSWER, box, get, post, running, submit
from tests.server import Server


def test_questions_are_searched_and_filtered_and_the_address_keeps_it(open_page: OpenPage, server: Server) -> None:
    total = get(server, "/questions")["total"]
    page = open_page("/questions")
    count = page.locator(".count")
    expect(count).to_have_text(f"{total} questions")
    page.get_by_role("searchbox", name="Search").fill("cache")
    expect(page).to_have_url(re.compile(r"\?q=cache$"))
    expect(count).not_to_have_text(f"{total} questions")
    page.get_by_role("searchbox", name="Search").fill("")
    page.get_by_label("Topic").select_option("attention")
    page.get_by_label("Level").select_option("mid")
    expect(page).to_have_url(re.compile(r"topic=attention&level=mid$"))
    found = get(server, "/questions?topic=attention&level=mid")["total"]
    expect(count).to_have_text(re.compile(f"^{found} question"))
    page.reload()
    expect(count).to_have_text(re.compile(f"^{found} question"))
    page.get_by_role("link", name="attention", exact=True).first.click()
    expect(page.get_by_role("button", name="Remove the tag attention")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Remove the tag attention")).to_have_count(0)
    page.get_by_role("searchbox", name="Search").fill("no such words anywhere")
    expect(page.get_by_text("No question fits")).to_be_visible()


def test_a_topic_leads_to_practice_on_it(open_page: OpenPage) -> None:
    page = open_page("/questions?topic=attention")
    page.get_by_role("link", name="What to know about Attention").click()
    expect(page.get_by_role("heading", name="Key concepts")).to_be_visible()
    page.get_by_role("button", name="Practise this topic").click()
    box(page)
    expect(page.get_by_text("· Attention")).to_be_visible()


def test_a_second_try_shows_the_change_and_progress_has_both(open_page: OpenPage, server: Server) -> None:
    session = running(server, "kv-cache")
    submit(server, session, "It depends on many things.")
    attempt = get(server, f"/sessions/{session}")["questions"][0]["attempt_id"]
    page = open_page(f"/attempts/{attempt}")
    page.get_by_role("button", name="Try again").click()
    box(page).fill(ANSWER)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text(re.compile("on your last try|Same as your last try"))).to_be_visible()
    page.get_by_role("link", name="Progress").click()
    expect(page.get_by_role("img", name=re.compile("Line chart of"))).to_be_visible()
    page.get_by_text("Show as a table").click()
    progress = get(server, "/progress")
    expect(page.get_by_role("group", name="Scores as a table").get_by_role("row")).to_have_count(
        progress["answers"] + 1
    )
    sessions = page.get_by_role("list", name="Sessions").get_by_role("listitem")
    for _ in range(11):
        post(server, "/sessions", {"question_ids": ["kv-cache"]})
    page.reload()
    expect(sessions).to_have_count(10)
    page.get_by_role("button", name="Show more").last.click()
    expect(sessions.nth(10)).to_be_visible()


def test_what_is_not_there_says_so(open_page: OpenPage) -> None:
    page = open_page("/no/such/page", expect=("404",))
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.goto("/attempts/00000000-0000-0000-0000-000000000000")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Go to the start").click()
    expect(page.get_by_role("heading", name="What would you like to practise?")).to_be_visible()


def test_a_stopped_server_is_announced_and_trying_again_works(open_page: OpenPage, server: Server) -> None:
    page = open_page("/history", expect=("ERR_CONNECTION_REFUSED",))
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    port = str(server.client.base_url.port)
    server.kill()
    page.get_by_role("link", name="Questions").click()
    expect(page.get_by_role("heading", name="The server cannot be reached")).to_be_visible()
    server.settings["VIVA_PORT"] = port
    server.restart()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Questions", exact=True)).to_be_visible()
