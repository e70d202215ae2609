"""Whatever is sent to a server over a socket, one request is one record, and nobody writes a line of their own."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.quick import Quick
from tests.server import Server

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) [\w.]+: .*")
FORGED = "2026-11-02T09:00:00.000Z ERROR service: zanzibar-4711"
HOST = "Host: 127.0.0.1\r\nConnection: close\r\n"
TAKEN = [
    f"GET /api/v1/questions%0A{FORGED.replace(' ', '%20')} HTTP/1.1\r\n{HOST}\r\n",
    "GET /api/v1/topics/%0D%0Azanzibar-4711%E2%80%A8%1B[2K HTTP/1.1\r\n" + HOST + "\r\n",
    f"GET /api/v1/voice?zanzibar-4711=%0A{FORGED.replace(' ', '%20')} HTTP/1.1\r\n{HOST}\r\n",
    f"GET /api/v1/voice HTTP/1.1\r\n{HOST}User-Agent: zanzibar-4711 \x85 \xe2\x80\xa8\r\n\r\n",
    f"GET /api/v1/voice HTTP/1.1\r\n{HOST}X-Request-ID: zanzibar-4711 {FORGED}\r\n\r\n",
    f"GET /api/v1/voice HTTP/1.1\r\n{HOST}Cookie: viva=zanzibar-4711\r\nAuthorization: Bearer zanzibar-4711\r\n\r\n",
    "GET /api/v1/voice HTTP/1.1\r\nHost: zanzibar-4711\r\nConnection: close\r\n\r\n",
    f"POST /api/v1/grade HTTP/1.1\r\n{HOST}Content-Type: zanzibar-4711\r\nContent-Length: 13\r\n\r\nzanzibar-4711",
    f"ZANZIBAR /api/v1/voice HTTP/1.1\r\n{HOST}\r\n",
]
"""Requests that are answered, each in its own way."""
BROKEN = [
    f"GET /api/v1/voice HTTP/1.1\r\n{HOST}User-Agent: a\n{FORGED}\r\n\r\n",
    f"GET /api/v1/voice HTTP/1.1\r\n{HOST}User-Agent: a\r\n {FORGED}\r\n\r\n",
    f"GET /api/v1/voice HTTP/1.1\r\n{HOST}User-Agent: a\x00{FORGED}\r\n\r\n",
    f"GET\x1b[2K /api/v1/voice HTTP/1.1\r\n{HOST}\r\n",
    f"GET /api/v1/voice\r{FORGED} HTTP/1.1\r\n{HOST}\r\n",
    f"{FORGED}\r\n\r\n",
]
"""What may not be HTTP at all: it depends on the parser whether it is answered."""


def exchange(server: Server, request: str) -> bytes:
    """Everything that is answered to these bytes."""
    url = urlsplit(str(server.client.base_url))
    with socket.create_connection((url.hostname, url.port), timeout=60) as connection:
        connection.sendall(request.encode("latin-1"))
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.fixture(params=["text", "json"])
def logged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, list[str], int]]:
    """The log's style, its lines, and how many requests were answered, once all of these have been sent."""
    with Quick(tmp_path, VIVA_LOG_FORMAT=request.param) as server:
        answered = [exchange(server, one) for one in TAKEN]
        assert all(re.match(rb"HTTP/1.1 [24]\d\d ", answer) for answer in answered)
        ids = [re.search(rb"x-request-id: ([\w-]+)", answer) for answer in answered]
        assert all(ids)
        maybe = [exchange(server, one) for one in BROKEN]
        server.stop()
        yield request.param, server.log().splitlines(), len(ids) + sum(b"x-request-id" in one for one in maybe)


def test_nobody_forges_a_record_and_each_request_has_one(logged: tuple[str, list[str], int]) -> None:
    style, lines, answered = logged
    assert all(line.isprintable() for line in lines)
    assert not any("zanzibar" in line.lower() for line in lines)  # ids, routes and statuses only
    if style == "json":
        records = [json.loads(line) for line in lines]
        assert [record for record in records if record["level"] == "error"] == []
        requests = [record["request_id"] for record in records if record["message"] == "request"]
    else:
        assert [line for line in lines if not LINE.fullmatch(line)] == []
        assert not any(" ERROR " in line for line in lines)
        found = [re.search(r"service\.access: request .*request_id=(\S+)", line) for line in lines]
        requests = [match[1] for match in found if match]
    assert len(requests) == len(set(requests)) == answered
