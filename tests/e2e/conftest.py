"""One server and one browser for all tests here; a page that fails on every error which the test did not announce."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, ConsoleMessage, Page, Request, sync_playwright

from tests.quick import Quick
from tests.server import Server

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SETTINGS = {"VIVA_GRACE_SECONDS": "1", "VIVA_GRADER": "tests.e2e.grader:Hesitant"}

OpenPage = Callable[..., Page]


# Both end with this package: while Playwright runs, no other test could run an event loop in this thread.
@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Quick(tmp_path_factory.mktemp("server"), **SETTINGS) as server:
        yield server


@pytest.fixture(scope="package")
def browsers() -> Iterator[BrowserType]:
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="package")
def browser(browsers: BrowserType) -> Iterator[Browser]:
    with browsers.launch(executable_path=chromium(), args=FLAGS) as browser:
        yield browser


def chromium() -> str:
    """The browser's path; its absence fails the tests."""
    path = os.environ.get("VIVA_CHROMIUM") or shutil.which("chromium", path=f"{os.environ['PATH']}:/usr/bin")
    assert path, "The browser tests need Chromium: apt-get install chromium, or set VIVA_CHROMIUM to its path."
    return path


class Watch:
    """What went wrong in the pages of a test: errors, policy breaches, requests to other places."""

    def __init__(self, expected: tuple[str, ...]) -> None:
        self.expected = expected
        self.found: list[str] = []

    def over(self, context: BrowserContext, home: str) -> None:
        context.on("weberror", lambda error: self.found.append(str(error.error)))
        context.on("console", self._console)
        context.on("request", lambda request: self._request(request, home))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(re.search(e, message.text) for e in self.expected):
            self.found.append(f"{message.text} at {message.page.url if message.page else '?'}")

    def _request(self, request: Request, home: str) -> None:
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(home):
            self.found.append(f"request to {request.url}")


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[OpenPage]:
    """`open_page(path, expect=("412",), **options of the context)`: a page in a profile of its own.

    `expect` has patterns of console errors that belong to the test; the browser logs every refused request.
    """
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def make(path: str = "/", *, expect: tuple[str, ...] = (), at: Server = server, **options: Any) -> Page:
        home = str(at.client.base_url).rstrip("/")
        context = browser.new_context(base_url=home, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        watches.append(Watch(expect))
        watches[-1].over(context, home)
        page = context.new_page()
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [found for watch in watches for found in watch.found] == []
