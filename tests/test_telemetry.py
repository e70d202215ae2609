"""Traces, as a collector receives them: what belongs together is in one, and nobody's words are in any."""

import asyncio
import gzip
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.api.walk import answer, begin
from tests.aside import Aside
from tests.server import Server

CANARY = "My words, which are nobody's business: zanzibar-4711."
SECONDS = 60
TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector(Aside):
    """Speaks OTLP over HTTP."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.raw = b""
        self.keys: set[str] = set()
        self._news = threading.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            assert first.startswith("POST /v1/traces ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
            if headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            with self._news:
                found = ExportTraceServiceRequest.FromString(body)
                self.spans += [s for r in found.resource_spans for scope in r.scope_spans for s in scope.spans]
                self.raw += body
                self.keys.add(headers.get("x-key", ""))
                self._news.notify_all()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """All that a server told in its life, in which somebody answered a question."""
    with Collector() as collector:
        settings = {"VIVA_TELEMETRY__ENDPOINT": collector.origin, "VIVA_TELEMETRY__STATEMENTS": "true"}
        settings |= {"VIVA_TELEMETRY__HEADERS": '{"X-Key": "a key"}', "VIVA_GRADER": "tests.test_logs:Quoting"}
        folder = tmp_path_factory.mktemp("traced")
        with Server(folder, **settings) as server:
            server.client.headers["traceparent"] = f"00-{TRACE}-b7ad6b7169203331-01"
            session = begin(server.client)
            del server.client.headers["traceparent"]
            answer(server.client, session, CANARY)
            server.client.get("/api/v1/sessions/zanzibar-4711?zanzibar=4711", headers={"User-Agent": "zanzibar-4711"})
            server.client.get("/healthz")
            assert server.stop() == 0  # what it has not sent yet, it sends now
        yield collector


def attributes(span: Span) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def named(told: Collector, name: str) -> list[Span]:
    return [span for span in told.spans if span.name == name]


def test_a_job_is_in_the_trace_of_the_request_that_it_is_done_for(told: Collector) -> None:
    (submit,) = named(told, "POST /sessions/{session_id}/questions/{position}/submit")
    (grade,) = named(told, "grade")
    assert (grade.trace_id, grade.parent_span_id) == (submit.trace_id, submit.span_id)
    assert attributes(grade)["viva.tries"] == 1
    status = attributes(submit)
    assert re.fullmatch("[0-9a-f-]{36}", status.pop("viva.request_id"))
    assert status == {
        "http.request.method": "POST",
        "http.route": "/sessions/{session_id}/questions/{position}/submit",
        "http.response.status_code": 201,
    }


def test_a_proxy_s_trace_is_taken_up(told: Collector) -> None:
    ours = {span.name for span in told.spans if span.trace_id.hex() == TRACE}
    assert "POST /sessions" in ours
    (submit,) = named(told, "POST /sessions/{session_id}/questions/{position}/submit")
    assert submit.trace_id.hex() != TRACE


def test_statements_are_told_without_values_within_what_they_are_for(told: Collector) -> None:
    (submit,) = named(told, "POST /sessions/{session_id}/questions/{position}/submit")
    statements = [
        attributes(span)["db.statement"]
        for span in told.spans
        if span.trace_id == submit.trace_id and "db.statement" in attributes(span)
    ]
    assert any(statement.startswith("INSERT INTO attempt ") for statement in statements)


def test_nobody_s_words_are_in_it_and_no_exception_s_message(told: Collector) -> None:
    assert b"zanzibar" not in told.raw
    assert b"cannot grade" not in told.raw
    assert not any(span.events for span in told.spans)
    known = {"http.request.method", "http.route", "http.response.status_code", "db.statement"}
    seen = {name for span in told.spans for name in attributes(span)}
    assert {name for name in seen if not name.startswith("viva.")} <= known
    assert named(told, "GET /healthz") == []


def test_the_receiver_s_key_is_sent(told: Collector) -> None:
    assert told.keys == {"a key"}


def test_without_the_setting_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from service.settings import Settings; from service.api.app import create_app;"
        f"create_app(Settings(data_dir={str(tmp_path)!r})).state.services.store.close();"
        "print([name for name in ('opentelemetry.sdk', 'opentelemetry.exporter', 'httpcore2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
