"""A cheap load generator: threads, one kept-alive connection each, standard library only."""

import json
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from service.bench.people import PERSON, TEXT

IDLE_SECONDS = 2.0
"""A connection that was not used for longer is opened anew: the server may be about to end it."""


class Connection:
    """One client's connection to `url`; `person` says who it is, where the server asks."""

    def __init__(self, url: str, person: str = "local") -> None:
        self._http = HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._headers = {"Content-Type": "application/json", PERSON: person}
        self._used = 0.0

    def post(self, path: str, body: object = None) -> Any:
        """The JSON that comes back. Raises RuntimeError for any status that is not 2xx."""
        return json.loads(self._send("POST", path, None if body is None else json.dumps(body)))

    def get(self, path: str) -> bytes:
        """The body. Raises RuntimeError for any status that is not 2xx."""
        return self._send("GET", path)

    def open(self) -> str:
        """The path of a question that waits for an answer."""
        session = f"/api/v1/sessions/{self.post('/api/v1/sessions', {'count': 1, 'untimed': True})['id']}"
        self.post(f"{session}/start")
        self.post(f"{session}/questions/1/open")
        return f"{session}/questions/1"

    def submit(self, question: str, wait: float = 2) -> Any:
        return self.post(f"{question}/submit?wait={wait}", {"text": TEXT})

    def _send(self, method: str, path: str, body: str | None = None) -> bytes:
        if time.monotonic() - self._used > IDLE_SECONDS:
            self._http.close()
        self._http.request(method, path, body, self._headers)
        response = self._http.getresponse()
        content = response.read()
        self._used = time.monotonic()
        if not 200 <= response.status < 300:
            raise RuntimeError(f"{path}: {response.status} {content[:200]!r}")
        return content


def at_once(connections: list[Connection], what: Callable[[int, Connection], None]) -> float:
    """`what` for each connection, in a thread of its own; the seconds until the last has ended. Raises its errors."""
    failures: list[Exception] = []

    def guarded(number: int, connection: Connection) -> None:
        try:
            what(number, connection)
        except (OSError, RuntimeError) as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=pair) for pair in enumerate(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.perf_counter() - started


def timed(seconds: list[float], call: Callable[[], object]) -> None:
    started = time.perf_counter()
    call()
    seconds.append(time.perf_counter() - started)
