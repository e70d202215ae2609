"""Speaking in a real browser, with a fake microphone and a real model."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, Route, expect

from tests.e2e.conftest import FLAGS, OpenPage, chromium
from tests.e2e.speech import LONG, MICROPHONE, SAID, microphone, record, recorded, says, stop, written
from tests.e2e.steps import box, get, post, running
from tests.e2e.test_accessible import checker
from tests.quick import Quick
from tests.server import Server

VOICE = """() => {
    window.spoken = [];
    const voices = [
        { lang: "en-US", localService: false, default: true, name: "elsewhere" },
        { lang: "en-GB", localService: true, name: "here" },
    ];
    const speak = (said) => { spoken.push([said.voice.name, said.text]); setTimeout(() => said.onend()); };
    const getVoices = () => voices;
    Object.defineProperty(window, "speechSynthesis", { value: { getVoices, speak, cancel() {} } });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
}"""
"""A headless browser has no voices."""


@pytest.fixture
def browser(browsers: BrowserType, tmp_path: Path) -> Iterator[Browser]:
    """One of its own for each test: what its microphone hears begins with it."""
    flags = (*FLAGS, *microphone(tmp_path))
    with browsers.launch(executable_path=chromium(), args=flags) as browser:
        yield browser


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that keeps sound, and gives strict time the usual grace."""
    with Quick(tmp_path_factory.mktemp("keeping"), VIVA_VOICE__KEEP="true") as server:
        yield server


def doubting(route: Route) -> None:
    """The model is as sure of this clip as it happens to be; here it doubts two words of what it heard."""
    response = route.fetch()
    found: Any = response.json()
    if transcript := found["transcript"]:
        places = [(word, transcript["text"].index(word)) for word in ("model", "values")]
        transcript["doubts"] = [
            {"start": at, "end": at + len(word), "quote": word, "probability": 0.2, "suggestions": ["prefill"]}
            for word, at in places
        ]
    route.fulfill(response=response, json=found)


def test_a_spoken_answer_is_read_corrected_and_graded(open_page: OpenPage, keeping: Server) -> None:
    session = running(keeping, "kv-cache")
    page = open_page("/", at=keeping, **MICROPHONE)
    check = checker(page)
    page.route(re.compile(r"/recording\?wait"), doubting)
    page.goto(f"/sessions/{session}")
    record(page)
    expect(page.locator(".so-far")).to_contain_text("During decoding", timeout=LONG)
    page.get_by_role("button", name="Pause recording").click()
    says(page, "Paused")
    check("recording")
    page.get_by_role("button", name="Go on").click()
    page.keyboard.press("Alt+r")
    heard = written(page)
    assert SAID in heard
    expect(box(page)).to_be_focused()
    expect(page.get_by_text("words a minute")).to_be_visible()
    check("written down")
    doubts = page.get_by_role("group", name="Words to check")
    expect(page.locator(".copy .doubt")).to_have_text(["model", "values"])
    doubts.get_by_role("button", name="It is right for values").click()
    doubts.get_by_role("button", name="Use “prefill” for model").click()
    expect(doubts).to_have_count(0)
    expect(box(page)).to_be_focused()
    corrected = heard.replace("model", "prefill", 1)
    expect(box(page)).to_have_value(corrected)

    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Score")).to_be_visible()
    expect(page.get_by_label("Your recording")).to_be_visible()
    page.get_by_text("As it was heard").click()
    expect(page.locator(".raw")).to_have_text(heard)
    page.evaluate("() => document.querySelector('audio').play()")
    check("result of a spoken answer")
    attempt = get(keeping, f"/attempts/{page.url.rsplit('/', 1)[1]}")
    assert (attempt["source"], attempt["answer"]) == ("spoken", corrected)


def test_strict_time_that_is_up_hands_in_what_was_said(open_page: OpenPage, keeping: Server) -> None:
    session = running(keeping, "kv-cache", mode="strict", seconds_per_question=10)
    page = open_page(f"/sessions/{session}", at=keeping, **MICROPHONE)
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("region", name="Result")).to_contain_text("1 of 1 answered", timeout=LONG)
    attempt = get(keeping, f"/attempts/{get(keeping, f'/sessions/{session}')['questions'][0]['attempt_id']}")
    assert attempt["source"] == "spoken"
    assert SAID in attempt["answer"]


def test_a_blocked_or_missing_microphone_is_explained_and_typing_goes_on(
    open_page: OpenPage, browser: Browser, keeping: Server
) -> None:
    session = running(keeping, "kv-cache")
    page = open_page(f"/sessions/{session}", at=keeping)
    box(page)
    page.get_by_role("button", name="Record").click()
    says(page, "The microphone is blocked for this page.")
    checker(page)("microphone blocked")
    box(page).fill("typed all the same")

    with browser.browser_type.launch(executable_path=chromium(), args=FLAGS) as bare:
        other = bare.new_page(base_url=str(keeping.client.base_url), **MICROPHONE)
        other.goto(f"/sessions/{session}")
        box(other)
        other.keyboard.press("Alt+r")
        says(other, "No microphone was found.")
        expect(other.get_by_role("button", name="Submit")).to_be_enabled()


def test_who_cannot_be_heard_is_told_so(open_page: OpenPage, keeping: Server) -> None:
    page = open_page("/", at=keeping, **MICROPHONE, again=False)
    page.clock.install()
    page.add_init_script(
        """const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wish) => {
            const stream = await real(wish);
            stream.getAudioTracks()[0].enabled = false;
            return stream;
        };"""
    )
    page.goto(f"/sessions/{running(keeping, 'kv-cache')}")
    box(page)
    page.get_by_role("button", name="Record").click()
    says(page, "Recording")
    page.clock.run_for(5000)
    says(page, "We cannot hear you.")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Discard it").click()
    says(page, "The recording is gone.")


def test_without_a_model_the_page_names_the_command(open_page: OpenPage, keeping: Server) -> None:
    problem = "The speech model base is not installed. Run: viva voice install base"
    page = open_page("/", at=keeping)
    page.route(
        "**/api/v1/voice", lambda route: route.fulfill(json={"problem": problem, "max_seconds": 300, "speaks": False})
    )
    page.goto(f"/sessions/{running(keeping, 'kv-cache')}")
    box(page).fill("typed")
    expect(page.get_by_text("Speaking is off, typing works. The speech model base is not installed.")).to_be_visible()
    expect(page.get_by_text("viva voice install base", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Record")).to_have_count(0)
    checker(page)("speaking is off")


def test_the_microphone_can_be_tried_before_it_counts(open_page: OpenPage, keeping: Server) -> None:
    page = open_page("/", at=keeping, **MICROPHONE)
    page.get_by_role("link", name="Check your microphone").click()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("region", name="Check")).to_contain_text("Your microphone hears something.", timeout=LONG)
    recorded(page, 2)
    stop(page)
    expect(page.get_by_role("heading", name="You are heard")).to_be_visible(timeout=LONG)
    checker(page)("microphone check")
    page.get_by_role("button", name="Listen").click()


def test_cards_are_heard_answered_aloud_revealed_and_rated(open_page: OpenPage, keeping: Server) -> None:
    page = open_page("/", at=keeping, **MICROPHONE)
    page.add_init_script(f"({VOICE})()")
    session = post(keeping, "/sessions", {"question_ids": ["kv-cache", "causal-mask"], "untimed": True})["id"]
    post(keeping, f"/sessions/{session}/start")
    page.goto(f"/sessions/{session}/cards")
    expect(page.get_by_role("button", name="Show the short answer")).to_be_visible()
    first = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Hear the question").click()
    assert page.evaluate("spoken") == [["here", first]]
    page.get_by_label("Read each card aloud").check()
    page.get_by_role("button", name="Record").click()
    recorded(page, 2)
    stop(page)
    expect(page.get_by_role("heading", name="You said")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Show the short answer").click()
    expect(page.get_by_role("heading", name="Short answer")).to_be_focused()
    checker(page)("card")
    page.get_by_role("button", name="Again", exact=True).click()
    rate(page, "Good")
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    page.reload()
    rate(page, "Hard")
    expect(page.get_by_text("You rated 1 good and 1 hard.")).to_be_visible()


def test_a_question_is_read_by_the_server_where_the_browser_has_no_voice(open_page: OpenPage, keeping: Server) -> None:
    page = open_page(f"/sessions/{running(keeping, 'kv-cache')}", at=keeping)
    with page.expect_response("**/questions/kv-cache/speech", timeout=LONG) as sound:
        page.get_by_role("button", name="Read aloud").click()
    assert sound.value.headers["content-type"] == "audio/webm"
    page.get_by_role("button", name="Stop reading").click()
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()


def rate(page: Page, rating: str) -> None:
    page.get_by_role("button", name="Show the short answer").click()
    page.get_by_role("button", name=rating).click()
