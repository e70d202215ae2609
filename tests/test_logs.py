"""The log: one line for each event that nobody can forge, with the request's id, and never a person's words."""

import json
import logging
import re
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter

from service import logs
from service.domain.attempt import Answer
from service.domain.rubric import Item
from service.errors import Invalid
from service.graders.keyword import KeywordGrader
from tests.api.walk import answer, at, begin
from tests.quick import Quick

SECRET = "my very own words about keys and values"
Style = Literal["text", "json"]
Logged = Callable[[], list[str]]


class Quoting:
    """A grader that fails with the answer in its message, and with the answer where a number should be."""

    identity = KeywordGrader.identity

    async def mark(self, item: Item, answer: Answer) -> Any:
        try:
            raise ValueError(f"cannot grade {answer.text}")
        except ValueError:
            TypeAdapter(int).validate_python(answer.text)


@pytest.fixture
def configure(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[str, Style], Logged]]:
    """Configures the log of this process, and gives what it wrote."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]

    def configured(level: str, style: Style) -> Logged:
        logs.configure(level, style)
        return lambda: capsys.readouterr().err.splitlines()

    yield configured
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(False)
    logs.request_id.set(None)


log = logging.getLogger("service.test")


def test_text_is_one_line_with_time_level_logger_message_and_extras(configure: Any) -> None:
    logged = configure("info", "text")
    logs.request_id.set("request-1")
    log.info("graded %d", 3, extra={"attempt": "a-1", "note": "two words"})
    log.debug("not shown")
    (line,) = logged()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO service\.test: graded 3 "
        r'attempt=a-1 note="two words" request_id=request-1',
        line,
    )


def test_json_is_one_object_with_the_same(configure: Any) -> None:
    logged = configure("info", "json")
    logs.request_id.set("request-1")
    log.warning("graded %d", 3, extra={"attempt": "a-1", "level": "forged", "path": Path("x")})
    (line,) = logged()
    entry = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry.pop("time"))
    assert entry == {
        "level": "warning",
        "logger": "service.test",
        "message": "graded 3",
        "attempt": "a-1",
        "path": "x",
        "request_id": "request-1",
    }


def test_outside_a_request_there_is_no_id(configure: Any) -> None:
    logged = configure("info", "json")
    log.info("started")
    assert "request_id" not in json.loads(logged()[0])


def test_configuring_again_replaces_what_was_configured(configure: Any) -> None:
    configure("info", "text")
    logged = configure("warning", "json")
    log.info("not shown")
    log.warning("shown")
    assert [json.loads(line)["message"] for line in logged()] == ["shown"]


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\x1b[2K", "\x85", "\u2028", "\0"], ids=ascii)
def test_nobody_forges_a_line(configure: Any, style: Style, end: str) -> None:
    logged = configure("info", style)
    forged = f"harmless{end}2026-11-02T09:00:00.000Z ERROR service: all is lost"
    log.info("%s", forged, extra={"name_given": forged})
    try:
        raise Invalid(forged)
    except Invalid:
        log.exception("failed")
    lines = logged()
    assert all(line.isprintable() for line in lines)
    if style == "json":
        first, second = [json.loads(line) for line in lines]
        assert first["message"] == first["name_given"] == forged
        assert second["exception"].splitlines()[-1].startswith("service.errors.Invalid: harmless")
    else:
        starts = [line for line in lines if not line.startswith("    ")]
        assert [start.split()[1] for start in starts] == ["INFO", "ERROR"]


@pytest.mark.parametrize("formatter", [logs.Text(), logs.Json()])
def test_what_is_no_character_can_be_written(formatter: logging.Formatter) -> None:
    """Past pytest's own log, which cannot be."""
    record = logging.LogRecord("service", logging.INFO, __file__, 1, "half %s", ("\ud800",), None)
    assert formatter.format(record).encode()


def fails() -> None:
    try:
        try:
            with closing(sqlite3.connect(":memory:")) as connection:
                connection.execute("SELECT nothing")
        except sqlite3.Error as error:
            raise KeyError(SECRET) from error
    except KeyError:
        raise ExceptionGroup(SECRET, [ValueError(SECRET), Invalid("This is ours.")]) from None


@pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")
@pytest.mark.parametrize("style", ["text", "json"])
def test_an_exception_says_where_and_what_but_quotes_nobody(configure: Any, style: Style) -> None:
    logged = configure("info", style)
    try:
        fails()
    except ExceptionGroup:
        log.exception("failed")
    lines = logged()
    told = json.loads(lines[0])["exception"] if style == "json" else "\n".join(lines)
    assert SECRET not in told
    assert [line for line in lines if not line.startswith("    ")] == lines[:1]
    for part in ("ExceptionGroup", "ValueError", "service.errors.Invalid: This is ours.", "in fails", __file__):
        assert part in told


def test_the_cause_comes_first_with_the_words_of_the_database(configure: Any) -> None:
    logged = configure("info", "json")
    try:
        try:
            raise sqlite3.OperationalError("database is locked")
        except sqlite3.Error as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError:
        log.exception("failed")
    told = json.loads(logged()[0])["exception"]
    assert told.index("OperationalError: database is locked") < told.index("RuntimeError")


def test_for_debugging_the_messages_of_all_exceptions_are_shown(configure: Any) -> None:
    logged = configure("debug", "json")
    try:
        raise KeyError("missing")
    except KeyError:
        log.exception("failed")
    assert json.loads(logged()[0])["exception"].endswith("KeyError: 'missing'")


def test_warnings_are_logged_like_everything_else(configure: Any) -> None:
    logged = configure("info", "json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("this is old", DeprecationWarning, stacklevel=1)
    entry = json.loads(logged()[0])
    assert (entry["logger"], entry["level"]) == ("py.warnings", "warning")
    assert "this is old" in entry["message"]


def test_a_server_logs_requests_and_failures_and_nothing_that_people_wrote(tmp_path: Path) -> None:
    with Quick(tmp_path, VIVA_LOG_FORMAT="json", VIVA_GRADER="tests.test_logs:Quoting") as server:
        session = begin(server.client)
        server.client.put(f"{at(session)}/draft", json={"text": SECRET}, headers={"If-Match": '"0"'})
        assert answer(server.client, session, SECRET)["status"] == "ungraded"
        server.client.get("/api/v1/questions", headers={"X-Request-ID": "my-request"})
        with server.database() as database, database:
            database.execute("UPDATE practice_session SET mode = ?", (SECRET,))
        failed = server.client.get(f"/api/v1/sessions/{session}")
        assert failed.status_code == 500
        server.stop()
        log = server.log()
    assert SECRET not in log

    entries = [json.loads(line) for line in log.splitlines()]
    (asked,) = [entry for entry in entries if entry.get("request_id") == "my-request"]
    assert asked["ms"] >= 0
    assert {name: asked[name] for name in ("level", "logger", "message", "method", "route", "status")} == {
        "level": "info",
        "logger": "service.access",
        "message": "request",
        "method": "GET",
        "route": "/questions",
        "status": 200,
    }
    graded, served = [entry for entry in entries if "exception" in entry]
    assert graded["question"] == "kv-cache"
    assert graded["job_id"].startswith("grade:")
    assert graded["exception"].splitlines()[-1].startswith("pydantic_core")
    assert (served["logger"], served["message"]) == ("uvicorn.error", "Exception in ASGI application")
    assert served["request_id"] == failed.headers["x-request-id"]
