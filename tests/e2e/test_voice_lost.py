"""What was said is never lost: a reload, no network, a server that stumbles, a killed browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Route, expect

from tests.e2e.conftest import FLAGS, OpenPage, chromium
from tests.e2e.speech import CHUNK, LONG, MICROPHONE, SAID, microphone, record, says, stop, written
from tests.e2e.steps import box, get, running
from tests.server import Server

KEPT = """async () => {
    const main = document.querySelector("script[type=module]").src;
    const { keptFor, chunks } = await import(new URL("voice/kept.js", main));
    const kept = await keptFor(location.pathname + "/questions/1");
    return kept ? (await chunks(kept.id)).length : 0;
}"""
"""How many chunks of the page's question are on the device."""


@pytest.fixture
def browser(browsers: BrowserType, tmp_path: Path) -> Iterator[Browser]:
    """One of its own for each test: what its microphone hears begins with it."""
    flags = (*FLAGS, *microphone(tmp_path))
    with browsers.launch(executable_path=chromium(), args=flags) as browser:
        yield browser


def test_a_reload_ends_the_recording_and_keeps_what_was_said(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"/sessions/{running(server, 'kv-cache')}", **MICROPHONE)
    page.on("dialog", lambda dialog: dialog.accept())
    record(page)
    page.reload()
    assert SAID in written(page)
    expect(page.get_by_role("button", name="Record again")).to_be_visible()
    assert page.evaluate(KEPT) == 0
    page.reload()
    assert SAID in written(page)


def test_offline_goes_on_recording_and_online_sends_it(open_page: OpenPage, server: Server) -> None:
    page = open_page("/", expect=("ERR_INTERNET_DISCONNECTED",), **MICROPHONE)
    page.add_init_script("Object.defineProperty(navigator, 'vendor', { value: 'Apple Computer, Inc.' })")
    page.goto(f"/sessions/{running(server, 'kv-cache')}")
    with page.expect_request(CHUNK) as first:
        record(page)
    assert (first.value.post_data_buffer or b"")[4:8] == b"ftyp"  # MP4, as in Safari
    page.context.set_offline(True)
    says(page, "The server cannot be reached. Go on")
    stop(page)
    says(page, "your recording is kept here")
    page.context.set_offline(False)
    assert SAID in written(page)


def test_a_chunk_that_the_server_refused_or_lost_is_sent_again(open_page: OpenPage, server: Server) -> None:
    session = running(server, "kv-cache")
    page = open_page(f"/sessions/{session}", expect=("503", "409"), **MICROPHONE)
    asked: list[str] = []

    def stumble(route: Route) -> None:
        """The first request is refused; the last chunk is acknowledged, and gone."""
        number = route.request.url.partition("/chunks/")[2][0]
        asked.append(number)
        if len(asked) == 1:
            route.fulfill(status=503, json={"title": "Store busy", "status": 503})
        elif number == "1" and asked.count("1") == 1:
            route.fulfill(status=200, json={})
        else:
            route.continue_()

    page.route(CHUNK, stumble)
    record(page)
    with page.expect_response(lambda response: response.url.find("/complete") > 0 and response.status == 409):
        stop(page)
    assert SAID in written(page)
    assert asked[:2] == ["0", "0"]
    assert asked.count("1") == 2
    heard = get(server, f"/sessions/{session}/questions/1/recording")
    assert heard["chunks"] == len(set(asked))


def test_a_killed_browser_loses_nothing(browsers: BrowserType, server: Server, tmp_path: Path) -> None:
    session = running(server, "kv-cache")
    profile = str(tmp_path / "profile")
    flags = (*FLAGS, *microphone(tmp_path), "--use-fake-ui-for-media-stream")  # a profile on disk might ask

    def start() -> BrowserContext:
        home = str(server.client.base_url)
        launch = browsers.launch_persistent_context
        return launch(profile, executable_path=chromium(), args=flags, base_url=home, **MICROPHONE)

    page = start().new_page()
    page.goto(f"/sessions/{session}")
    box(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Record").click()
    says(page, "The server cannot be reached. Go on")
    page.wait_for_function(f"async () => (await ({KEPT})()) >= 1", timeout=LONG)
    for process in psutil.process_iter(["cmdline"]):
        if any(profile in argument for argument in process.info["cmdline"] or ()):
            process.kill()

    with start() as again:
        page = again.new_page()
        page.goto(f"/sessions/{session}")
        assert SAID in written(page)
        expect(page.get_by_role("button", name=re.compile("Submit"))).to_be_enabled()


def test_another_tab_does_not_take_the_recording_away(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"/sessions/{running(server, 'kv-cache')}", **MICROPHONE)
    record(page)
    other = page.context.new_page()
    other.goto(page.url)
    says(other, "This is being answered aloud in another tab.")
    says(page, "Recording")
    stop(page)
    assert SAID in written(page)
