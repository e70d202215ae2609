"""Practising from the start page to the report, by mouse and by keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import ANSWER, box, get, running, status
from tests.server import Server

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script> &amp; <b>bold</b>"


def test_typed_practice_goes_from_the_start_page_to_the_report(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_text("Inference", exact=True).click()
    page.get_by_role("button", name="Fewer questions").click(click_count=3)
    expect(page.get_by_text("2 questions from Inference")).to_be_visible()
    page.get_by_role("button", name="Start").click()
    box(page).fill(ANSWER)
    expect(page).to_have_title(re.compile("^1 of 2"))
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("region", name="Score")).to_contain_text("Graded by keyword")
    expect(page.get_by_role("img", name=re.compile(r"Score \d+ of 100"))).to_be_visible()
    page.get_by_role("link", name="Next question").click()
    expect(page).to_have_title(re.compile("^2 of 2"))
    box(page).fill(ANSWER)
    expect(status(page)).to_have_text("Saved")
    page.get_by_role("button", name="End session").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("region", name="Result")).to_contain_text("2 of 2 answered")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    page.get_by_role("link", name="1. ").click()
    expect(page.get_by_role("heading", name="Your answer")).to_be_visible()


def test_evidence_stands_where_the_grader_found_it_and_markup_stays_text(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"/sessions/{running(server, 'kv-cache')}")
    # An emoji is two UTF-16 units and one character: offsets that ignore this would slip.
    said = f"😀😀 {MARKUP} {ANSWER}"
    box(page).fill(said)
    page.get_by_role("button", name="Submit").click()
    answer = page.locator(".said")
    expect(answer).to_contain_text(MARKUP)
    assert answer.locator("img, script, b").count() == 0
    page.get_by_role("link", name="M1", exact=True).click()
    shown = page.locator(":target").evaluate("mark => mark.firstChild.data")
    attempt = get(server, f"/attempts/{page.url.split('/')[-1].split('#')[0]}")
    point = attempt["grade"]["criteria"][0]["points"][0]
    assert (point["id"], point["evidence"][0]["quote"]) == ("M1", shown)


def test_the_whole_flow_works_by_keyboard(open_page: OpenPage) -> None:
    page = open_page("/questions/kv-cache")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    press_until(page, "Tab", "Practise this")
    page.keyboard.press("Enter")
    box(page)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    press_until(page, "Tab", "Hint")
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    page.keyboard.type("The cache keeps the keys and values of every past token in each layer.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Score")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    press_until(page, "Tab", "See the report")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Result")).to_contain_text("1 of 1 answered")


def press_until(page: Page, key: str, name: str) -> None:
    """Press `key` until what has the focus is called `name`."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate("() => document.activeElement.textContent.trim()").startswith(name):
            return
    raise AssertionError(f"{name} cannot be reached by {key}.")


def test_pause_more_time_hint_and_reveal(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"/sessions/{running(server, 'flash-attention', 'self-attention', seconds_per_question=60)}")
    box(page).fill("half a thought")
    page.get_by_role("button", name="+1 min").click()
    expect(page.locator(".time")).to_have_text(re.compile(r"^1:5\d"))
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paused at 1:5")
    page.get_by_role("button", name="Resume").click()
    expect(box(page)).to_have_value("half a thought")
    page.get_by_role("button", name="Hint").click()
    expect(page.locator(".hint")).to_be_visible()
    page.get_by_role("button", name="Show the answer").click()
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
    page.get_by_role("link", name="Next question").click()
    expect(page).to_have_title(re.compile("^2 of 2"))


def test_a_double_click_submits_once(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"/sessions/{running(server, 'kv-cache')}")
    box(page).fill(ANSWER)
    submits: list[str] = []
    page.on("request", lambda request: submits.append(request.url) if request.url.endswith("/submit") else None)
    page.get_by_role("button", name="Submit").dblclick()
    expect(page.get_by_role("region", name="Score")).to_be_visible()
    assert len(submits) == 1


def test_a_timer_speaks_at_its_marks_and_never_locks(open_page: OpenPage, server: Server) -> None:
    page = open_page("/history", expect=("ERR_FAILED",), again=False)
    page.clock.install()
    page.goto(f"/sessions/{running(server, 'causal-mask', seconds_per_question=180)}")
    box(page)
    page.evaluate(
        """() => {
            window.heard = [];
            const live = document.getElementById("live");
            const listen = () => live.textContent && heard.push(live.textContent);
            new MutationObserver(listen).observe(live, {childList: true});
        }"""
    )
    # The server's clock stands still beside this one: every reading of the session would set the countdown back.
    page.route("**/api/v1/sessions/*", lambda route: route.abort())
    page.clock.run_for(185_000)
    heard = page.evaluate("() => heard")
    assert [words.split()[0] for words in heard] == ["1.5", "1", "30", "10", "Time"]
    assert page.locator(".time").inner_text().startswith("+0:")
    expect(page.get_by_role("button", name="Submit")).to_be_enabled()
