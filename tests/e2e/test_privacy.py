"""Leaving with everything and leaving nothing, and what an organisation agrees to, in real browsers."""

import re
import zipfile
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import box
from tests.e2e.test_accessible import checker
from tests.e2e.test_team import sign_in
from tests.quick import Quick
from tests.server import Server, free_port
from tests.team import ADA, AUTH, BOB, CODE, PASSWORD, invited, join, set_up

MODEL = "elsewhere-1 at models.example.org"


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Ada is its admin; a model elsewhere is configured, which nobody has agreed to."""
    port = free_port()
    sign_in = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "PASSWORD": "true", "SETUP_CODE": CODE, "TRIES": "1000"}
    settings = {f"VIVA_SIGN_IN__{name}": value for name, value in sign_in.items()}
    settings |= {"VIVA_SIGN_IN__PASSWORD_MEMORY": "8", "VIVA_SIGN_IN__PASSWORD_PASSES": "1", "VIVA_GRADER": "llm"}
    settings |= {"VIVA_LLM__BASE_URL": "https://models.example.org/v1", "VIVA_LLM__MODEL": "elsewhere-1"}
    with Quick(tmp_path_factory.mktemp("privacy"), VIVA_PORT=port, **settings) as server:
        set_up(server.client)
        yield server


def joined(team: Server, email: str) -> None:
    with httpx2.Client(base_url=team.client.base_url) as client:
        assert join(client, invited(team.client), email).status_code == 201


def practise(page: Page) -> None:
    page.goto("/questions/kv-cache")
    page.get_by_role("button", name="Practise this").click()
    box(page).fill("The KV cache keeps keys and values.")


def test_an_admin_agrees_and_candidates_are_told_where_answers_go(open_page: OpenPage, team: Server) -> None:
    joined(team, "cy@example.org")
    theirs = open_page("/sign-in", at=team, expect=("401",))
    sign_in(theirs, "cy@example.org")
    theirs.get_by_role("link", name="Account: Cy").wait_for()
    practise(theirs)
    expect(theirs.get_by_text("your answer is sent")).to_have_count(0)
    page = open_page("/sign-in?to=/people", at=team, expect=("401",))
    sign_in(page, ADA)
    consent = page.get_by_label(re.compile(f"Answers to {MODEL}"))
    expect(consent).not_to_be_checked()
    checker(page)("people with consent")
    with page.expect_response("**/organisation"):
        consent.check()
    page.reload()
    expect(consent).to_be_checked()
    theirs.reload()
    expect(theirs.get_by_text(f"your answer is sent to {MODEL}, without your name.")).to_be_visible()


def test_somebody_takes_everything_along_and_is_erased(open_page: OpenPage, team: Server) -> None:
    joined(team, BOB)
    page = open_page("/sign-in?to=/account", at=team, expect=("401",))
    sign_in(page, BOB)
    page.get_by_role("link", name="Account: Bob").wait_for()
    practise(page)
    page.goto("/account")
    checker(page)("account with one's data")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert BOB.encode() in archive.read("account.json")
    data = page.get_by_role("region", name="Your data")
    data.get_by_label("Password").fill("not the password")
    data.get_by_role("button", name="Erase everything of mine").click()
    page.get_by_role("button", name="Erase it").click()
    expect(page.get_by_role("alert").filter(has_text="The password is wrong.")).to_be_visible()
    data.get_by_label("Password").fill(PASSWORD)
    data.get_by_role("button", name="Erase everything of mine").click()
    page.get_by_role("button", name="Erase it").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    sign_in(page, BOB)
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")


def test_an_admin_exports_and_erases_somebody(open_page: OpenPage, team: Server) -> None:
    joined(team, "dan@example.org")
    page = open_page("/sign-in?to=/people", at=team, expect=("401",))
    sign_in(page, ADA)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export Dan").click()
    assert download.value.suggested_filename == "viva-export.zip"
    page.get_by_role("button", name="Erase Dan").click()
    page.get_by_role("button", name="Erase", exact=True).click()
    expect(page.get_by_role("list", name="People")).not_to_contain_text("Dan")
    assert team.client.get(f"{AUTH}/me").status_code == 200


def test_the_local_user_finds_their_data(open_page: OpenPage) -> None:
    page = open_page("/history")
    page.get_by_role("link", name="Your data").click()
    expect(page.get_by_role("heading", name="You on this machine")).to_be_visible()
    expect(page.get_by_text("Nothing: answers are graded and heard by this server.")).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)
    checker(page)("the local user's data")
