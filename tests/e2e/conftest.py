"""One server and one browser for all tests here; a page that fails on every error which the test did not announce."""

import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserType, ConsoleMessage, Page, Request, sync_playwright

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


class Profile:
    """Of a browser, with what went wrong in its pages: errors, policy breaches, requests to other places."""

    def __init__(self, browser: Browser, home: str, options: dict[str, Any]) -> None:
        self.home = home
        self.expected: tuple[str, ...] = ()
        self.found: list[str] = []
        self.used = False
        self.context = browser.new_context(base_url=home, **options)
        self.context.set_default_timeout(10_000)
        self.context.on("weberror", lambda error: self.found.append(str(error.error)))
        self.context.on("console", self._console)
        self.context.on("request", self._request)

    def open(self) -> Page:
        """An empty page, and nothing in the profile but the client's files, which took half of a test to fetch."""
        page = self.context.new_page()
        if self.used:
            everything = {"origin": self.home, "storageTypes": "all"}
            self.context.new_cdp_session(page).send("Storage.clearDataForOrigin", everything)
            self.context.clear_cookies()
            self.context.set_offline(False)
        self.used = True
        return page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(re.search(e, message.text) for e in self.expected):
            self.found.append(f"{message.text} at {message.page.url if message.page else '?'}")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).scheme not in ("data", "blob") and not request.url.startswith(self.home):
            self.found.append(f"request to {request.url}")


Profiles = defaultdict[object, list[Profile]]
"""Those that are free, by the browser, server and options that they were made with."""


@pytest.fixture(scope="package")
def profiles() -> Profiles:
    return Profiles(list)


@pytest.fixture
def open_page(browser: Browser, server: Server, profiles: Profiles) -> Iterator[OpenPage]:
    """`open_page(path, expect=("412",), **options of the context)`: a page in a profile of its own.

    `expect` has patterns of console errors that belong to the test; the browser logs every refused request.
    `again=False` where the test does to the profile what cannot be undone, such as to hold its clock.
    """
    used: list[tuple[Profile, list[Profile]]] = []

    def make(
        path: str = "/", *, expect: tuple[str, ...] = (), at: Server = server, again: bool = True, **options: Any
    ) -> Page:
        home = str(at.client.base_url).rstrip("/")
        free = profiles[browser, home, repr(options)] if again else []
        profile = free.pop() if free else Profile(browser, home, options)
        profile.expected = expect
        used.append((profile, free))
        page = profile.open()
        page.goto(path)
        return page

    yield make
    for profile, _ in used:
        for page in profile.context.pages:
            page.close()
    assert [found for profile, _ in used for found in profile.found] == []
    for profile, free in used:
        free.append(profile)
