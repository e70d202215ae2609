"""`viva jobs`, `viva regrade` and `viva worker`, as an operator meets them."""

from pathlib import Path
from typing import Any

import pytest

from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking
from service.domain.rubric import Item
from service.errors import GraderUnavailable
from service.graders.keyword import KeywordGrader
from tests.api.walk import answer, begin
from tests.quick import Quick, QuickWorker
from tests.server import eventually
from tests.test_cli import complaint, viva

pytestmark = pytest.mark.usefixtures("few_questions")


class Away(KeywordGrader):
    identity = GraderName(name="away", version="1")

    async def mark(self, item: Item, answer: Answer) -> Marking:
        raise GraderUnavailable("The model is busy.")


class Newer(KeywordGrader):
    identity = GraderName(name="keyword", version="next")


class Asking(KeywordGrader):
    identity = GraderName(name="asking", version="1")
    calls = 3


AWAY = {"VIVA_GRADER": f"{__name__}:Away"}
GIVEN_UP = AWAY | {"VIVA_JOB_TRIES": "1"}
ASKING = {"VIVA_GRADER": f"{__name__}:Asking"}
NEWER = {"VIVA_GRADER": f"{__name__}:Newer"}


def listed(*options: str) -> list[str]:
    return viva("jobs", "list", *options).stdout.splitlines()


def handed_in(folder: Path, settings: dict[str, str] | None = None, count: int = 1) -> list[str]:
    """Ids of attempts that a server took in, and did with what its grader does; it has stopped."""
    with Quick(folder, **(settings or {})) as server:
        wait = 0 if settings == AWAY else 25
        made = [answer(server.client, begin(server.client), wait=wait)["id"] for _ in range(count)]
        if settings == AWAY:
            eventually(lambda: [(count,)] == server.rows("SELECT count(*) FROM job WHERE error IS NOT NULL") or None)
        if settings == GIVEN_UP:
            eventually(lambda: [("ungraded",)] * count == server.rows("SELECT status FROM attempt") or None)
        assert server.stop() == 0
    return made


def grades(folder: Path) -> list[Any]:
    return Quick(folder).rows("SELECT number, grader, version FROM grade ORDER BY attempt_id, number")


def test_what_waits_and_why_is_listed(folder: Path) -> None:
    assert listed() == ["0 jobs"]
    (attempt,) = handed_in(folder, AWAY)
    (line, total) = listed()
    assert line.split()[:3] == [attempt, "grade", "waits"]
    assert line.endswith("tries  The model is busy.")
    assert total == "1 jobs"
    assert listed("--failed") == ["0 jobs"]


def test_what_failed_is_listed_and_starts_over(folder: Path) -> None:
    attempts = handed_in(folder, GIVEN_UP, 2)
    assert [line.split()[:3] for line in listed("--failed")[:2]] == [
        [attempt, "grade", "failed"] for attempt in attempts
    ]
    assert viva("jobs", "retry", attempts[0]).stdout == "1 jobs start over\n"
    assert [line.split()[2] for line in listed()[:2]] == ["waits", "failed"]
    assert viva("jobs", "retry").stdout == "1 jobs start over\n"
    with Quick(folder) as server:
        for attempt in attempts:
            read = server.client.get(f"/api/v1/attempts/{attempt}", params={"wait": 20}).json()
            assert (read["status"], read["grade"]["grader"]["name"]) == ("graded", "keyword")
    assert listed() == ["0 jobs"]
    assert [row[:2] for row in grades(folder)] == [(1, "away"), (2, "keyword")] * 2


def test_only_what_failed_can_start_over(folder: Path) -> None:
    (attempt,) = handed_in(folder, AWAY)
    assert "has not failed" in complaint(viva("jobs", "retry", attempt))
    (other,) = [attempt[:-1] + ("0" if attempt[-1] != "0" else "1")]
    assert "no job" in complaint(viva("jobs", "retry", other))
    assert "no job" in complaint(viva("jobs", "cancel", other))


def test_a_cancelled_answer_is_kept_without_a_grade(folder: Path) -> None:
    (attempt,) = handed_in(folder, AWAY)
    assert viva("jobs", "cancel", attempt).stdout == "1 jobs cancelled\n"
    assert listed() == ["0 jobs"]
    with Quick(folder) as server:
        read = server.client.get(f"/api/v1/attempts/{attempt}").json()
        assert (read["status"], read["ungraded_reason"]) == ("ungraded", "It was cancelled.")


def test_answers_are_graded_again_by_another_version_once(folder: Path) -> None:
    handed_in(folder, count=3)
    enqueued = viva("regrade", "--no-wait", **NEWER)
    assert enqueued.stdout == "3 answers wait to be graded again, 0 failed\n"
    assert viva("regrade", "--no-wait", **NEWER).stdout == "3 answers wait to be graded again, 0 failed\n"
    with Quick(folder, **NEWER) as server:
        done = viva("regrade", **NEWER)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "0 answers wait to be graded again, 0 failed")
        newest = server.client.get("/api/v1/attempts").json()["items"][0]
        read = server.client.get(f"/api/v1/attempts/{newest['id']}").json()
        assert read["grade"]["grader"]["version"] == "next"
    assert [number for number, _, _ in grades(folder)] == [1, 2] * 3
    assert viva("regrade", **NEWER).stdout == "0 answers wait to be graded again, 0 failed\n"


def test_a_question_can_be_graded_again_alone(folder: Path) -> None:
    handed_in(folder)
    assert (
        viva("regrade", "--question", "prefill-vs-decode", **NEWER).stdout
        == "0 answers wait to be graded again, 0 failed\n"
    )
    assert "no question" in complaint(viva("regrade", "--question", "nothing", **NEWER)).lower()


def test_a_dry_run_says_what_a_regrade_would_take_and_changes_nothing(folder: Path) -> None:
    handed_in(folder, count=2)
    foreseen = viva("regrade", "--dry-run", **NEWER).stdout.splitlines()
    assert foreseen == [
        "2 answers would be graded again by keyword, version next",
        "about 0 calls of a language model",
    ]
    assert viva("regrade", "--dry-run", **ASKING).stdout.splitlines()[1] == "about 6 calls of a language model"
    assert viva("regrade", "--dry-run").stdout.startswith("0 answers")
    assert listed() == ["0 jobs"]


def test_only_what_was_handed_in_since_a_date_is_graded_again(folder: Path) -> None:
    handed_in(folder, count=2)
    with Quick(folder).database() as database, database:
        database.execute(
            "UPDATE attempt SET submitted_at = '2026-01-31 23:59:59.000000' WHERE id = (SELECT min(id) FROM attempt)"
        )
    for since, count in (("2026-01-31", 2), ("2026-02-01", 1), ("2026-01-31T23:59:59", 2), ("9999-01-01", 0)):
        foreseen = viva("regrade", "--since", since, "--dry-run", **NEWER)
        assert foreseen.stdout.startswith(f"{count} answers"), since
    enqueued = viva("regrade", "--since", "2026-02-01", "--no-wait", **NEWER)
    assert enqueued.stdout == "1 answers wait to be graded again, 0 failed\n"


def test_one_attempt_is_graded_again_whatever_graded_it(folder: Path) -> None:
    first, _ = handed_in(folder, count=2)
    assert viva("regrade", first, "--dry-run").stdout.startswith("1 answers")
    assert viva("regrade", first, "--no-wait").stdout == "1 answers wait to be graded again, 0 failed\n"
    with Quick(folder) as server:
        assert viva("regrade").returncode == 0
        assert server.client.get(f"/api/v1/attempts/{first}").json()["status"] == "graded"
    assert sorted(number for number, _, _ in grades(folder)) == [1, 1, 2]
    assert "no such attempt" in complaint(viva("regrade", "01a20282-363e-75eb-97a1-56b455a09af8"))


def test_what_a_person_has_graded_is_left_out(folder: Path) -> None:
    with Quick(folder) as server:
        attempt = answer(server.client, begin(server.client))["id"]
        changes = {"based_on": 1, "note": "It stands.", "verdicts": []}
        assert server.client.post(f"/api/v1/review/attempts/{attempt}/grades", json=changes).status_code == 201
    assert viva("regrade", "--no-wait", **NEWER).stdout == "0 answers wait to be graded again, 0 failed\n"
    for refused in (viva("regrade", attempt, **NEWER), viva("regrade", attempt, "--dry-run", **NEWER)):
        assert "A person has graded this" in complaint(refused)


def test_a_regrade_that_fails_leaves_the_grade_and_says_so(folder: Path) -> None:
    (attempt,) = handed_in(folder)
    with Quick(folder, **GIVEN_UP) as server:
        failed = viva("regrade", **GIVEN_UP)
        assert (failed.returncode, failed.stdout.splitlines()[-1]) == (1, "0 answers wait to be graded again, 1 failed")
        read = server.client.get(f"/api/v1/attempts/{attempt}").json()
        assert (read["status"], read["grade"]["grader"]["name"]) == ("graded", "keyword")
    assert [line.split()[:3] for line in listed("--failed")[:1]] == [[attempt, "regrade", "failed"]]


def test_a_worker_is_for_postgres(folder: Path) -> None:
    assert "needs Postgres" in complaint(viva("worker"))
    assert "VIVA_JOBS" in complaint(viva("worker", VIVA_JOBS="procrastinate"))
    assert "grading, transcription" in complaint(viva("worker", "--queues", "grading,baking"))


def test_a_worker_answers_to_whoever_watches_it_and_to_nobody_else(tmp_path: Path, postgres_url: str) -> None:
    with QuickWorker(tmp_path, VIVA_DATABASE_URL=postgres_url) as worker:
        assert worker.client.get("/readyz").status_code == 200
        assert "viva_jobs" in worker.client.get("/metrics").text
        assert worker.client.get("/api/v1/questions").status_code == 404
        assert worker.stop() == 0


def test_engines_that_cannot_work_say_what_to_do(folder: Path, postgres_url: str) -> None:
    procrastinate = {"VIVA_DATABASE_URL": postgres_url, "VIVA_JOBS": "procrastinate"}
    assert "viva migrate" in complaint(viva("jobs", "list", **procrastinate))
    assert viva("migrate", **procrastinate).returncode == 0
    assert viva("migrate", **procrastinate).returncode == 0  # again changes nothing
    assert viva("jobs", "list", **procrastinate).stdout == "0 jobs\n"


@pytest.mark.parametrize("days", ["1", None])
def test_what_is_to_be_kept_for_a_while_goes_after_it(folder: Path, days: str | None) -> None:
    handed_in(folder)
    settings = {"VIVA_KEEP_DAYS": days} if days else {}
    server = Quick(folder, **settings)
    with server.database() as database, database:
        database.execute("UPDATE practice_session SET finished_at = '2020-01-01 00:00:00'")
    with server:
        if days:
            eventually(lambda: server.rows("SELECT count(*) FROM attempt") == [(0,)] or None)
            assert server.rows("SELECT count(*) FROM grade") == [(0,)]
        else:
            assert server.client.get("/readyz").status_code == 200
            assert server.rows("SELECT count(*) FROM attempt") == [(1,)]
