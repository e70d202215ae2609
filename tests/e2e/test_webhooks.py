"""An admin adds a webhook in a real browser, tries it, and removes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.test_accessible import checker
from tests.quick import Quick
from tests.server import Server
from tests.webhooks.receiver import Receiver


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Quick(tmp_path, VIVA_WEBHOOKS__ALLOW_PRIVATE="true", VIVA_RETRY_SECONDS="600") as server:
        yield server


def test_a_webhook_is_added_tried_and_removed(open_page: OpenPage, server: Server) -> None:
    with Receiver("500 Oops") as receiver:
        page = open_page("/people", at=server)
        page.get_by_role("link", name="Webhooks").click()
        page.get_by_label("Address").fill(receiver.origin)
        page.get_by_label("A verdict is disputed").check()
        page.get_by_role("button", name="Add the webhook").click()
        assert page.get_by_role("textbox", name="Secret").input_value().startswith("whsec_")
        expect(page.get_by_role("list", name="Webhooks")).to_contain_text("An answer is graded · A verdict is disputed")
        page.get_by_role("button", name="Test").click()
        receiver.wait()
        log = page.get_by_role("list", name="Deliveries")
        expect(log).to_contain_text("On its way")
        page.get_by_role("button", name="Look again").click()
        expect(log).to_contain_text("It answered 500")
        checker(page)("a webhook and its log")
        page.get_by_role("button", name="Disable").click()
        expect(page.get_by_role("list", name="Webhooks")).to_contain_text("Disabled")
        page.get_by_role("button", name="Remove").click()
        page.get_by_role("button", name="Remove", exact=True).last.click()
        expect(page.get_by_role("list", name="Webhooks").get_by_role("listitem")).to_have_count(0)
