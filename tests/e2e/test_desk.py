"""The review desk in real browsers: the queue, one answer, two reviewers at once."""

import math
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import ANSWER, get, post, running, submit
from tests.e2e.test_accessible import checker
from tests.server import Server


def disputed(server: Server, point: str = "M1", text: str = "My second sentence says so.") -> str:
    """A new attempt whose candidate disagrees about `point`."""
    attempt = submit(server, running(server, "kv-cache"), ANSWER)
    post(server, f"/attempts/{attempt}/disputes", {"point": point, "text": text})
    return attempt


def grades(server: Server, attempt: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(server, f"/review/attempts/{attempt}/grades")["grades"]
    return found


def labels(record: dict[str, Any]) -> dict[str, str]:
    return {verdict["point"]: verdict["label"] for verdict in record["verdicts"]}


def group(page: Page, entry: str) -> Locator:
    """The fields of a key point or mistake."""
    return page.locator(f"fieldset[data-entry='{entry}']")


def choose(page: Page, entry: str, label: str) -> None:
    group(page, entry).get_by_text(label, exact=True).click()


def note(page: Page) -> Locator:
    return page.get_by_label("Note to the candidate")


def test_a_reviewer_goes_through_the_queue_by_keyboard(open_page: OpenPage, server: Server) -> None:
    first, second = disputed(server, text="<b>It is there</b>."), disputed(server, "W1")
    page = open_page("/review?show=dispute")
    rows = page.get_by_role("list", name="Reviews").get_by_role("link")
    expect(rows.filter(has_text="<b>It is there</b>.")).to_have_count(1)
    rows.filter(has_text="<b>It is there</b>.").focus()
    page.keyboard.press("j")
    expect(rows.filter(has_text="Disputes W1").last).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(first))
    row = group(page, "M1")
    expect(row).to_contain_text("The candidate disagrees: <b>It is there</b>.")
    row.get_by_role("radio", checked=True).focus()
    assert page.locator("mark.lit").all_inner_texts() != []
    choose(page, "M1", "Left out")
    choose(page, "X1", "Asserted")
    row.get_by_label("Reply to the candidate").fill("I cannot find it.")
    page.get_by_role("button", name="Save the grade").click()
    expect(note(page)).to_be_focused()  # without a note nothing is saved
    note(page).fill("Read twice.")
    page.keyboard.press("Alt+n")
    page.get_by_role("button", name="Cancel").click()  # something would be lost
    page.get_by_role("button", name="Save the grade").click()
    expect(page.get_by_text("Saved as grade 2.")).to_be_focused()
    machine, person = grades(server, first)
    assert (machine["person"], person["note"]) == (None, "Read twice.")
    assert labels(person) == labels(machine) | {"M1": "missed"}
    assert [mistake["id"] for mistake in person["grade"]["mistakes"]] == ["X1"]
    (told,) = get(server, f"/attempts/{first}")["disputes"]
    assert told["reply"] == "I cannot find it."
    page.keyboard.press("Alt+n")
    expect(group(page, "W1")).to_contain_text("The candidate disagrees: ")
    expect(page).to_have_url(re.compile(second))
    note(page).fill("It says something else.")
    before = group(page, "T2").get_by_role("radio", checked=True).get_attribute("value")
    choose(page, "T2", "In part")
    page.get_by_role("button", name="Let it stand").click()
    expect(page.get_by_text("You have changed verdicts")).to_be_visible()
    group(page, "T2").locator(f"[value={before}]").check(force=True)
    page.get_by_role("button", name="Let it stand").click()
    expect(page.get_by_text("Closed: the grade stands.")).to_be_focused()
    assert len(grades(server, second)) == 1
    assert get(server, f"/attempts/{second}")["disputes"][0]["reply"] == "It says something else."


def test_of_two_reviewers_the_second_looks_before_anything_is_saved(open_page: OpenPage, server: Server) -> None:
    attempt = disputed(server)
    before = labels(grades(server, attempt)[0])
    assert (before["M1"], before["W1"]) != ("missed", "partial")
    one, two = open_page(f"/review/{attempt}"), open_page(f"/review/{attempt}", expect=("412",))
    choose(two, "M1", "In part")
    note(two).fill("Half of it.")
    choose(one, "W1", "In part")
    note(one).fill("Not quite.")
    one.get_by_role("button", name="Save the grade").click()
    expect(one.get_by_text("Saved as grade 2.")).to_be_visible()
    save = two.get_by_role("button", name="Save the grade")
    save.click()
    expect(two.get_by_role("heading", name="Another grade was added meanwhile")).to_be_focused()
    clash = two.locator(".clash")
    expect(clash).to_contain_text("Grade 2 is by another reviewer. Nothing was saved")
    expect(clash).to_contain_text("Its note: Not quite.")
    expect(clash.get_by_role("listitem").filter(has_text="W1")).to_contain_text("→ In part")
    expect(save).to_be_disabled()
    note(two).press("Control+Enter")
    assert len(grades(server, attempt)) == 2
    two.get_by_role("button", name="I have looked").click()
    expect(group(two, "M1").get_by_label("In part")).to_be_checked()  # theirs
    expect(group(two, "W1").get_by_label("In part")).to_be_checked()  # the other's
    expect(note(two)).to_have_value("Half of it.")
    save.click()
    expect(two.get_by_text("Saved as grade 3.")).to_be_visible()
    _, theirs, ours = grades(server, attempt)
    assert labels(theirs) == before | {"W1": "partial"}
    assert labels(ours) == before | {"W1": "partial", "M1": "partial"}


def test_the_desk_is_accessible(open_page: OpenPage, server: Server) -> None:
    attempt = disputed(server)
    submit(server, running(server, "attention-one-sentence"), "It reads the past.")  # a dimension is not in its rubric
    page = open_page("/review")
    check = checker(page)
    page.get_by_role("list", name="Reviews").wait_for()
    check("queue")
    page.goto(f"/review/{attempt}")
    note(page).wait_for()
    page.evaluate("() => document.querySelectorAll('details').forEach((details) => (details.open = true))")
    check("desk")
    page.goto("/overview")
    page.get_by_role("table").wait_for()
    check("overview")


def test_the_overview_shows_figures_that_lead_to_answers(open_page: OpenPage, server: Server) -> None:
    attempt = submit(server, running(server, "kv-cache"), f"{ANSWER} The KV cache stores the generated text.")
    found = get(server, "/overview?question_id=kv-cache")["questions"][0]
    page = open_page("/overview")
    page.get_by_label("Topic").select_option(found["topic"])
    show = page.get_by_role("button", name="Show", exact=True)
    show.click()
    expect(page).to_have_url(re.compile(f"topic={found['topic']}"))
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=found["title"], exact=True))
    for mean in (*found["dimensions"], found["overall"]):
        expect(row).to_contain_text(f"{math.floor(mean['mean'] + 0.5)} n {mean['answers']}")
    expect(page.get_by_role("region", name="Machine and reviewers")).to_contain_text("Too few to compare")
    with page.expect_download() as loading:
        page.get_by_role("link", name="Download as CSV").click()
    assert loading.value.suggested_filename == "viva-verdicts.csv"
    assert attempt in Path(loading.value.path()).read_text()
    page.get_by_label("From").fill("2100-01-01")
    show.click()
    expect(page.get_by_text("There is no graded answer like this.")).to_be_visible()
    page.get_by_label("From").fill("")
    show.click()
    mistakes = page.get_by_role("region", name="Most common mistakes")
    mistakes.get_by_role("link", name="Answer with X1: 1", exact=True).click()
    expect(page).to_have_url(re.compile(attempt))
    expect(group(page, "X1").get_by_label("Asserted", exact=True)).to_be_checked()
