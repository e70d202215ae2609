"""A team's server in real browsers: set up, invite, sign in and out, tokens; cookies as the browser keeps them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import box
from tests.e2e.test_accessible import checker
from tests.provider import Provider, provider
from tests.quick import Quick
from tests.server import Server, free_port
from tests.team import ADA, AUTH, BOB, CODE, EVE, PASSWORD, assigned, bearer, invited, join, set_up

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # in the provider's thread


@pytest.fixture(scope="module")
def real() -> Iterator[Provider]:
    with provider() as found:
        yield found


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, real: Provider) -> Iterator[Server]:
    """Ada is its admin."""
    port = free_port()
    sign_in = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "PASSWORD": "true", "SETUP_CODE": CODE, "TRIES": "1000"}
    sign_in |= {"PASSWORD_MEMORY": "8", "PASSWORD_PASSES": "1"}
    sign_in |= {"OIDC_ISSUER": real.url, "OIDC_CLIENT_ID": "viva", "OIDC_CLIENT_SECRET": "ours"}
    settings = {f"VIVA_SIGN_IN__{name}": value for name, value in sign_in.items()}
    with Quick(tmp_path_factory.mktemp("team"), VIVA_PORT=port, **settings) as server:
        set_up(server.client)
        yield server


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def join_as(team: Server, email: str) -> str:
    """The id of a new candidate."""
    with httpx2.Client(base_url=team.client.base_url) as client:
        joined: str = join(client, invited(team.client), email).json()["id"]
    return joined


def test_who_is_not_signed_in_is_asked_to_and_then_led_on(open_page: OpenPage, team: Server) -> None:
    page = open_page("/history", at=team, expect=("401",))
    expect(page).to_have_url(re.compile(r"/sign-in\?to=%2Fhistory$"))
    sign_in(page, ADA, "not the password")
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    sign_in(page, ADA)
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == ("viva", True, "Lax", "/")
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("link", name="Account: Ada").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.context.cookies() == []
    copied = httpx2.get(f"{team.client.base_url}{AUTH}/me", cookies={cookie["name"]: cookie["value"]})
    assert copied.status_code == 401


def test_an_admin_invites_somebody_who_joins_and_is_disabled(open_page: OpenPage, team: Server) -> None:
    page = open_page("/sign-in?to=/people", at=team, expect=("401",))
    sign_in(page, ADA)
    page.get_by_label("As", exact=True).select_option("reviewer")
    page.get_by_role("button", name="Make an invite").click()
    link = page.get_by_role("textbox", name="Link").input_value()
    theirs = open_page(link, at=team, expect=("401", "404"))
    theirs.get_by_label("Name").fill("Bob")
    theirs.get_by_label("E-mail").fill(BOB)
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Join").click()
    theirs.get_by_role("link", name="Account: Bob").wait_for()
    theirs.goto("/questions/kv-cache")
    theirs.get_by_role("button", name=re.compile("Practise|Answer")).first.click()
    box(theirs)
    late = open_page(link, at=team, expect=("401", "404"))
    expect(late.get_by_role("heading", name="This invite does not work")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Reviewer", exact=False).first).to_be_visible()
    page.get_by_label("Role of Bob").select_option("candidate")
    expect(page.get_by_text(f"{BOB} · Candidate")).to_be_visible()
    page.get_by_role("button", name="Disable Bob").click()
    page.get_by_role("button", name="Disable", exact=True).click()
    expect(page.get_by_text(f"{BOB} · Candidate · disabled")).to_be_visible()
    theirs.goto("/history")
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_session_is_assigned_to_a_cohort_and_a_candidate_begins_it(open_page: OpenPage, team: Server) -> None:
    join_as(team, EVE)
    page = open_page("/sign-in?to=/cohorts", at=team, expect=("401",))
    sign_in(page, ADA)
    page.get_by_label("Name").fill("Autumn")
    page.get_by_role("button", name="Make it").click()
    page.get_by_label("Somebody of your organisation").select_option("Eve (eve@example.org)")
    page.get_by_role("button", name="Put in").click()
    expect(page.get_by_role("button", name="Take out Eve")).to_be_visible()
    page.get_by_role("link", name="Assign a session").click()
    page.get_by_label("Title").fill("Week 1")
    page.get_by_label("Questions", exact=True).fill("2")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("list", name="People")).to_have_text("EveNot begun")
    theirs = open_page("/sign-in", at=team, expect=("401",))
    sign_in(theirs, EVE)
    assigned = theirs.get_by_role("region", name="Assigned to you")
    assigned.wait_for()
    expect(assigned).to_contain_text("Autumn · Strict · 2 questions")
    expect(assigned).to_contain_text("1 of 1 attempt left")
    assigned.get_by_role("button", name="Begin: Week 1").click()
    theirs.get_by_role("button", name="Start the clock").click()
    box(theirs)
    theirs.goto("/")
    expect(assigned).to_contain_text("0 of 1 attempt left")
    expect(assigned.get_by_role("link", name="Go on")).to_be_visible()
    page.reload()
    expect(page.get_by_role("list", name="People")).to_contain_text("1 of 1 attempt")
    expect(page.get_by_role("list", name="People")).to_contain_text("Running · 0 answered")


def test_a_token_is_made_used_and_revoked(open_page: OpenPage, team: Server) -> None:
    page = open_page("/sign-in?to=/account", at=team, expect=("401",))
    sign_in(page, ADA)
    tokens = page.get_by_role("region", name="API tokens")
    tokens.get_by_label("Name").fill("nightly")
    tokens.get_by_label("Review").check()
    tokens.get_by_role("button", name="Make a token").click()
    secret = tokens.get_by_role("textbox", name="Secret of nightly").input_value()

    def status(path: str) -> int:
        return httpx2.get(f"{team.client.base_url}/api/v1/{path}", headers=bearer(secret)).status_code

    assert [status(path) for path in ("attempts", "review", "people")] == [200, 200, 403]
    page.reload()
    expect(page.get_by_text(re.compile("Read, Review · until .* · last used"))).to_be_visible()
    assert secret not in page.content()
    page.get_by_role("button", name="Revoke nightly").click()
    page.get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("Revoked")).to_be_visible()
    assert status("attempts") == 401


def test_a_provider_leads_there_and_back(browser: Browser, team: Server, real: Provider) -> None:
    real.knows("cy", email="cy@example.org", email_verified=True, name="Cy")
    invited(team.client, email="cy@example.org")
    page = browser.new_page(base_url=str(team.client.base_url))  # it goes elsewhere, and may
    page.goto("/sign-in?to=/history")
    page.get_by_role("button", name="Sign in with your organisation").click()
    page.get_by_placeholder("sub").fill("cy")
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    expect(page.get_by_role("link", name="Account: Cy")).to_be_visible()
    page.close()


def test_the_pages_of_a_team_are_accessible(open_page: OpenPage, team: Server) -> None:
    page = open_page(f"/invite#{invited(team.client)}", at=team, expect=("401",))
    check = checker(page)
    page.get_by_role("button", name="Join").wait_for()
    check("invite")
    page.goto("/sign-in?to=/people")
    page.get_by_role("button", name="Sign in", exact=True).wait_for()
    check("sign in")
    sign_in(page, ADA)
    page.get_by_role("button", name="Make an invite").click()
    page.get_by_role("textbox", name="Link").wait_for()
    check("people")
    page.goto("/account")
    page.get_by_role("button", name="Change the password").wait_for()
    check("account")


def test_the_pages_of_cohorts_are_accessible(open_page: OpenPage, team: Server) -> None:
    somebody = join_as(team, "somebody.with.a.rather.long.address@example.org")
    ada = team.client.get(f"{AUTH}/me").json()["id"]
    cohort, made = assigned(team.client, datetime.now(UTC), somebody, ada, title="A week with quite a long title")
    team.client.put(f"/api/v1/people/{somebody}", json={"role": "candidate", "time_factor": 1.5})
    page = open_page("/sign-in", at=team, expect=("401",))
    sign_in(page, ADA)
    check = checker(page)
    page.get_by_role("button", name="Begin: A week").wait_for()
    check("start with an assignment")
    page.goto(f"/cohorts/{cohort}/assign")
    page.get_by_role("button", name="Assign", exact=True).wait_for()
    check("assign")
    page.goto(f"/cohorts/{cohort}")
    page.get_by_role("button", name="Rename").wait_for()
    check("cohort")
    page.goto(f"/assignments/{made}")
    page.get_by_role("button", name="Change").wait_for()
    check("assignment")
