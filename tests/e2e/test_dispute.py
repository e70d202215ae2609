"""Disagreeing with a verdict on the result's page, and what a person answers."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import ANSWER, get, post, running, submit
from tests.e2e.test_accessible import checker
from tests.server import Server


def verdict(page: Page, point: str) -> Locator:
    """The row of a key point in the rubric."""
    return page.get_by_role("region", name="Rubric").locator("li.point").filter(has_text=f"{point}")


def test_a_candidate_disputes_a_verdict_and_reads_what_a_person_answers(open_page: OpenPage, server: Server) -> None:
    attempt = submit(server, running(server, "kv-cache"), ANSWER)
    page = open_page(f"/attempts/{attempt}")
    row = verdict(page, "M1")
    row.locator("summary").press("Enter")
    row.get_by_role("button", name="Send").click()  # nothing was said yet
    area = row.get_by_label("What was overlooked about M1?")
    expect(area).to_be_focused()
    area.fill("My second sentence <b>says so</b>.")
    row.get_by_role("button", name="Send").click()
    waits = row.get_by_text("A person will look at it.")
    expect(waits).to_be_focused()
    expect(row.locator("summary")).to_have_count(0)
    page.reload()
    expect(row).to_contain_text("You disagree: My second sentence <b>says so</b>. A person will look at it.")
    (dispute,) = get(server, f"/attempts/{attempt}")["disputes"]
    post(server, f"/review/{dispute['id']}/close", {"reply": "It says something else."})
    page.reload()
    expect(row).to_contain_text("Reply: It says something else.")
    expect(row.locator("summary")).to_have_count(1)


def test_a_person_s_grade_is_told_as_such_and_is_accessible(open_page: OpenPage, server: Server) -> None:
    attempt = submit(server, running(server, "kv-cache"), ANSWER)
    post(server, f"/attempts/{attempt}/disputes", {"point": "W1", "text": "It is there."})
    changes = {
        "based_on": 1,
        "note": "I read it twice.",
        "verdicts": [{"point": "M1", "label": "partial", "note": "Half of it."}],
        "mistakes": [{"mistake": "X1", "asserted": True, "note": "In your last words."}],
    }
    post(server, f"/review/attempts/{attempt}/grades", changes)
    page = open_page(f"/attempts/{attempt}")
    expect(page.get_by_role("region", name="Score")).to_contain_text("A person graded this: I read it twice.")
    expect(verdict(page, "M1")).to_contain_text("A person: Half of it.")
    expect(page.get_by_role("region", name="What to correct")).to_contain_text("A person: In your last words.")
    check = checker(page)
    page.locator(".objection summary").first.click()
    expect(page.get_by_role("button", name="Send").first).to_be_visible()
    check("graded by a person, with disputes")
