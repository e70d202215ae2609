"""A topic's page, the kinds of explanation, and questions that ask for few words."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import ANSWER, box, get, running, submit
from tests.server import Server

KINDS = {"concept": "What it is", "mechanism": "How it works", "comparison": "How they differ", "system": "How it fits"}


def test_what_was_ticked_stays_on_the_device_until_it_is_cleared(open_page: OpenPage, server: Server) -> None:
    asked = get(server, "/topics/kernels")["self_check"]
    page = open_page("/topics/kernels")
    checks = page.get_by_role("region", name="Check yourself")
    expect(checks.get_by_role("checkbox")).to_have_count(len(asked))
    checks.get_by_label(asked[0]).check()
    checks.get_by_label(asked[2]).check()
    page.reload()
    expect(checks.get_by_text(f"2 of {len(asked)} ticked")).to_be_visible()
    expect(checks.get_by_label(asked[2])).to_be_checked()
    expect(checks.get_by_label(asked[1])).not_to_be_checked()
    page.goto("/topics/position")
    expect(checks.get_by_text("0 of ")).to_be_visible()
    page.goto("/topics/kernels")
    checks.get_by_role("button", name="Clear all").click()
    expect(checks.get_by_label(asked[0])).not_to_be_checked()
    page.reload()
    expect(checks.get_by_text(f"0 of {len(asked)} ticked")).to_be_visible()
    expect(checks.get_by_role("button", name="Clear all")).to_be_hidden()


def test_a_learning_path_goes_on_where_its_reader_is(open_page: OpenPage, server: Server) -> None:
    steps = get(server, "/topics/position/path")["steps"]
    attempt = submit(server, running(server, steps[0]["question"]["id"]), ANSWER)
    overall = get(server, f"/attempts/{attempt}")["grade"]["overall"]
    page = open_page("/topics/position")
    path = page.get_by_role("region", name="Learning path")
    rows = path.locator("ol > li")
    expect(rows).to_have_count(len(steps))
    for row, step in zip(rows.all(), steps, strict=True):
        expect(row.get_by_role("heading")).to_contain_text(step["question"]["title"])
    expect(rows.first.get_by_role("link", name="Last: ")).to_have_text(f"Last: Score {round(overall)}")
    expect(rows.first).to_contain_text("1 try")
    expect(rows.nth(1)).to_contain_text("Not tried yet")
    expect(rows.nth(1).get_by_role("heading")).to_contain_text("Next")
    rows.first.get_by_role("link", name="Last: ").click()
    expect(page).to_have_url(re.compile(f"/attempts/{attempt}$"))
    page.go_back()
    rows.nth(1).get_by_role("button", name="Practise this").click()
    box(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(steps[1]["question"]["prompt"])


def test_a_topic_shows_how_an_answer_is_built_and_prints_without_buttons(open_page: OpenPage, server: Server) -> None:
    template = get(server, "/topics/inference")["answer_template"]
    page = open_page("/topics/inference")
    shown = page.get_by_role("region", name="A strong answer, with blanks")
    expect(shown.get_by_role("paragraph")).to_have_text(template)
    assert shown.locator(".blank").count() == template.count("[")
    page.evaluate("() => { window.printed = 0; window.print = () => window.printed++; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("() => window.printed") == 1
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Practise this topic")).to_be_hidden()
    expect(page.get_by_role("region", name="Check yourself").get_by_role("checkbox").first).to_be_visible()
    expect(page.get_by_role("region", name="Learning path")).to_be_visible()
    assert page.locator(".button:visible, .top:visible").count() == 0


def counts(page: Page) -> dict[str, int]:
    switches = page.get_by_role("group", name="What has to be explained").get_by_role("button").all_inner_texts()
    found = [re.search(r"(\d+) questions?$", " ".join(text.split())) for text in switches]
    return dict(zip(KINDS, (int(match[1]) for match in found if match), strict=True))


def test_kinds_of_explanation_are_counted_chosen_and_taken_back(open_page: OpenPage, server: Server) -> None:
    everything = get(server, "/questions?topic=inference")
    page = open_page("/questions?topic=inference")
    count = page.locator(".count")
    expect(count).to_have_text(f"{everything['total']} questions")
    assert counts(page) == everything["explanations"]
    switch = page.get_by_role("button", name=KINDS["mechanism"])
    switch.click()
    expect(page).to_have_url(re.compile("topic=inference&explanation=mechanism$"))
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(count).to_have_text(re.compile(f"^{everything['explanations']['mechanism']} question"))
    assert counts(page) == everything["explanations"]
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    expect(page).to_have_url(re.compile(r"\?topic=inference$"))
    expect(count).to_have_text(f"{everything['total']} questions")


def test_a_question_says_what_it_wants_and_when_it_was_checked(open_page: OpenPage, server: Server) -> None:
    question = get(server, "/questions/kv-cache")
    page = open_page("/questions/kv-cache")
    about = page.get_by_role("list", name="About this question")
    expect(about).to_contain_text(KINDS[question["explanation"]])
    expect(page.get_by_text("Checked in November 2026.")).to_be_visible()


def test_a_question_that_wants_few_words_counts_them_and_an_answer_that_is_longer_loses(
    open_page: OpenPage, server: Server
) -> None:
    limit = get(server, "/questions/attention-one-sentence")["max_words"]
    page = open_page(f"/sessions/{running(server, 'attention-one-sentence')}")
    area = box(page)
    expect(page.get_by_text(f"At most {limit} words", exact=True)).to_be_visible()
    count = page.locator(".dock .count")
    area.fill("Attention - it mixes values.")
    expect(count).to_have_text(f"4 of {limit} words")
    area.fill("Attention takes a weighted sum of values, with weights from comparing queries and keys. " * 6)
    expect(count).to_have_text(re.compile(f"^84 of {limit} words: too long$"))
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("region", name="Score")).to_contain_text(f"84 words, where at most {limit} were asked for")
