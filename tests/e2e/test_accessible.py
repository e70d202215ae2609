"""Every page and state, at three widths and in both colour schemes: no violation of WCAG 2.2 AA, nothing too wide."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.grader import UNDECIDABLE
from tests.e2e.steps import ANSWER, box, post, running, status, submit
from tests.quick import Quick
from tests.server import Server

WIDTHS = (1280, 390, 320)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WRONG = "The KV cache stores the generated text. For Llama 3 8B in FP16 that is about 1 MB per token."

RUN_AXE = """async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
    return violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
}"""
TOO_WIDE = """() => {
    const over = (element) => element.getBoundingClientRect().right > innerWidth + 1;
    const wide = document.documentElement.scrollWidth > innerWidth;
    return wide ? [...document.querySelectorAll("body *")].filter(over).map((element) => element.outerHTML) : [];
}"""

Check = Callable[[str], None]


def checker(page: Page) -> Check:
    """`check(state)` looks at the page as it is, in every width and scheme."""
    page.emulate_media(reduced_motion="reduce")

    def check(state: str) -> None:
        page.evaluate(AXE_SCRIPT)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(TOO_WIDE) == [], f"{state} at {width}"
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate(RUN_AXE) == [], f"{state} at {width} in {scheme}"

    return check


def test_pages_before_and_around_practice_are_accessible(open_page: OpenPage, tmp_path: Path) -> None:
    with Quick(tmp_path) as fresh:
        page = open_page("/history", at=fresh, expect=("404", "ERR_CONNECTION_REFUSED"))
        check = checker(page)
        expect(page.get_by_text("Your scores appear here")).to_be_visible()
        check("progress without answers")
        page.goto("/")
        page.get_by_text("Inference", exact=True).click()
        check("start")
        page.goto("/questions?q=nothing-like-this")
        expect(page.get_by_text("No question fits")).to_be_visible()
        check("nothing found")
        page.goto("/questions?tag=attention&level=mid&explanation=mechanism")
        expect(page.locator(".question-row").first).to_be_visible()
        check("questions")
        page.goto("/topics/attention")
        expect(page.get_by_role("heading", name="Key concepts")).to_be_visible()
        page.get_by_role("region", name="Check yourself").get_by_role("checkbox").first.check()
        check("topic")
        page.goto("/nowhere")
        expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
        check("no such page")
        fresh.kill()
        page.get_by_role("link", name="Progress").click()
        expect(page.get_by_role("heading", name="The server cannot be reached")).to_be_visible()
        check("server away")


def test_a_question_is_accessible_in_all_its_states(open_page: OpenPage, server: Server) -> None:
    session = running(server, "kv-cache", "flash-attention", total_seconds=600)
    page = open_page(f"/sessions/{session}", expect=("409", "412"))
    check = checker(page)
    box(page)
    check("question")
    page.get_by_role("button", name="Hint").click()
    box(page).fill("a" * 20_001)
    check("hint and too long an answer")
    box(page).fill("mine")
    expect(status(page)).to_have_text("Saved")
    page.get_by_role("button", name="Skip").click()
    check("confirmation")
    page.keyboard.press("Escape")
    other = open_page(f"/sessions/{session}", expect=("412",))
    box(other).fill("theirs")
    expect(status(other)).to_have_text("Saved")
    other.close()
    box(page).fill("mine again")
    expect(page.get_by_role("dialog")).to_contain_text("theirs")
    check("two drafts")
    page.get_by_role("button", name="Use mine").click()
    expect(status(page)).to_have_text("Saved")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", name=re.compile("^Paused"))).to_be_visible()
    check("paused")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Show the answer").click()
    page.get_by_role("button", name="Show it").click()
    unfold(page)
    check("answer shown")

    strict = post(server, "/sessions", {"question_ids": ["flash-attention"], "mode": "strict"})["id"]
    page.goto(f"/sessions/{strict}")
    expect(page.get_by_role("heading", name="Ready when you are")).to_be_visible()
    check("ready")
    page.get_by_role("button", name="Start the clock").click()
    box(page)
    check("strict question")
    page.goto(f"/sessions/{session}")
    expect(page.get_by_role("heading", name="This question has to wait")).to_be_visible()
    check("question that has to wait")
    post(server, f"/sessions/{strict}/finish")


def test_results_are_accessible(open_page: OpenPage, server: Server) -> None:
    submit(server, running(server, "kv-cache"), ANSWER)
    session = running(server, "kv-cache", "causal-mask")
    attempt = submit(server, session, f"{ANSWER} {WRONG}")
    page = open_page(f"/attempts/{attempt}")
    check = checker(page)
    expect(page.get_by_role("heading", name="What to correct")).to_be_visible()
    expect(page.get_by_role("heading", name="Numbers", exact=True)).to_be_visible()
    unfold(page)
    check("graded")
    post(server, f"/sessions/{session}/finish")
    page.goto(f"/sessions/{session}/report")
    expect(page.get_by_role("region", name="Result")).to_be_visible()
    check("report")
    long = submit(server, running(server, "attention-one-sentence"), f"{ANSWER} {WRONG}")
    page.goto(f"/attempts/{long}")
    expect(page.get_by_text("Too long.")).to_be_visible()
    check("graded, with too many words")
    page.goto("/topics/inference")
    expect(page.get_by_role("link", name="Last: ").first).to_be_visible()
    check("topic with tries")
    undecided = submit(server, running(server, "kv-cache"), UNDECIDABLE)
    page.goto(f"/attempts/{undecided}")
    expect(page.get_by_text("The grader could not decide. Your answer is kept.")).to_be_visible()
    check("without a grade")
    page.goto("/history")
    expect(page.get_by_role("img", name=re.compile("Line chart"))).to_be_visible()
    unfold(page)
    check("progress")
    page.goto("/questions/kv-cache")
    expect(page.get_by_role("heading", name="Your tries")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Colours")).click(click_count=2)
    check("question with tries, colours chosen")


def unfold(page: Page) -> None:
    """Open everything that is folded."""
    expect(page.locator("summary").first).to_be_visible()
    page.evaluate("() => document.querySelectorAll('details').forEach((details) => (details.open = true))")
