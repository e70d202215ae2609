"""What is logged, and how: one line for each event, as text or as JSON, with the id of the request that it belongs to.

An answer is nobody's business but the person's. We log ids, never texts; and as the message of somebody else's
exception may quote one (a value that did not fit, the parameters of a statement), it is shown at level `debug` only.
"""

import json
import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from service.errors import VivaError

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered, set by `api/middleware.py`."""
job_id: ContextVar[str | None] = ContextVar("job_id", default=None)
"""Of the job that is being done, set by `jobs/runner.py`."""

_OWN = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "taskName", "color_message"}
"""What every record has; the rest is what `extra` brought. The last one is uvicorn's, for terminals."""
_HARMLESS = (VivaError, OSError, sqlite3.Error)
"""Exceptions whose messages quote no values."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PLAIN = re.compile(r"[\w./:{}()-]+")
_QUIET = ("alembic", "markdown_it", "procrastinate")
"""Loggers whose `info` and `debug` say nothing to whoever runs Viva."""


def configure(level: str, style: Literal["text", "json"]) -> None:
    """Send everything from `level` up to standard error, as `style` has it. Calling it again replaces the former."""
    messages = level == "debug"
    handler = _Stderr()
    handler.setFormatter(Json(messages) if style == "json" else Text(messages))
    root = logging.getLogger()
    for former in [former for former in root.handlers if isinstance(former, _Stderr)]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what is standard error at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


class Text(logging.Formatter):
    """`time LEVEL logger: message name=value …`; the lines of an exception follow, indented."""

    def __init__(self, messages: bool = False) -> None:
        super().__init__()
        self.messages = messages

    def format(self, record: logging.LogRecord) -> str:
        extras = "".join(f" {name}={_plain(value)}" for name, value in _extras(record).items())
        line = _escaped(f"{_time(record)} {record.levelname} {record.name}: {_message(record)}{extras}")
        story = _story(record, self.messages)
        return "\n".join([line, *(f"    {_escaped(told)}" for told in story.splitlines())])


class Json(logging.Formatter):
    """One object: `time` (ISO, UTC), `level`, `logger`, `message`, what came as `extra`, `exception`."""

    def __init__(self, messages: bool = False) -> None:
        super().__init__()
        self.messages = messages

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        entry = entry | _extras(record) | entry  # no extra takes the name of one of these
        if story := _story(record, self.messages):
            entry["exception"] = story
        return json.dumps(entry, default=str)  # in ASCII: everything else is escaped, line separators too


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    return record.getMessage().rstrip()


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    extras = {name: value for name, value in record.__dict__.items() if name not in _OWN}
    ids = {"request_id": request_id.get(), "job_id": job_id.get()}
    return extras | {name: value for name, value in ids.items() if value is not None}


def _plain(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _escaped(text: str) -> str:
    """Without characters that end a line or move a terminal's cursor: nobody forges a line."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _story(record: logging.LogRecord, messages: bool) -> str:
    """The exceptions of a record, the first cause first, each with where it came from; empty where there is none."""
    error = record.exc_info[1] if record.exc_info else None
    return "\n".join(_told(each, messages) for each in reversed(list(_chain(error))))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _chain(inner)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException, messages: bool) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    said = f": {error}" if messages or isinstance(error, _HARMLESS) else ""
    return "".join(traceback.format_tb(error.__traceback__)) + _escaped(name + said)
