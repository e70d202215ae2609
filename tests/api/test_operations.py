"""Health, readiness, metrics, pages."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api import pages
from tests.api.walk import answer, begin


def test_healthz_and_readyz_answer(client: TestClient) -> None:
    assert client.get("/healthz").json() == client.get("/readyz").json() == {"status": "ok"}


def test_metrics_count_requests_by_route_and_grades_by_outcome(client: TestClient) -> None:
    answer(client, begin(client))
    page = client.get("/metrics").text
    assert 'viva_grades_total{grader="keyword",outcome="graded"} 1.0' in page
    route = "/sessions/{session_id}/questions/{position}/submit"
    assert f'viva_http_requests_total{{method="POST",route="{route}",status="201"}} 1.0' in page


@pytest.mark.parametrize("path", ["/", "/questions", "/sessions/1", "/attempts/1", "/history"])
def test_the_clients_own_addresses_get_its_page(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "trusted-types 'none'" in page.headers["content-security-policy"]


def test_static_files_are_revalidated(client: TestClient) -> None:
    script = client.get("/static/js/main.js")
    assert script.headers["cache-control"] == "no-cache"
    again = client.get("/static/js/main.js", headers={"If-None-Match": script.headers["etag"]})
    assert (script.status_code, again.status_code) == (200, 304)


def test_a_page_names_a_version_of_its_files_that_browsers_keep(client: TestClient) -> None:
    (script,) = re.findall(r'src="(/static/v-\w+/js/main.js)"', client.get("/").text)
    kept = client.get(script)
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.text == client.get("/static/js/main.js").text
    other = client.get("/static/v-0123456789ab/js/main.js")  # of a release before, or of another server
    assert (other.text, other.headers["cache-control"]) == (kept.text, "no-cache")


def test_a_file_that_changes_has_another_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pages, "WEB", tmp_path)
    (tmp_path / "index.html").write_text('<script src="/static/main.js">')
    (tmp_path / "main.js").write_text("one")
    files = pages.Files()
    before = files.page()
    assert files.page() == before
    (tmp_path / "main.js").write_text("other")
    assert files.page() != before


@pytest.mark.parametrize(
    "path",
    [
        "/static/nothing.js",
        "/static/v-0123456789ab/nothing.js",
        "/static/v-0123456789ab",
        "/nothing.css",
        "/api/v1/nothing",
        "/static/../pyproject.toml",
    ],
)
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["status"] == 404
