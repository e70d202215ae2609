"""A cheap load generator: threads, one kept-alive connection each, standard library only."""

import json
import statistics
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any


class Connection:
    """One client's connection."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, path: str, body: object = None) -> Any:
        """The JSON that comes back. Raises RuntimeError for any status that is not 2xx."""
        headers = {"Content-Type": "application/json"}
        self._http.request("POST", path, None if body is None else json.dumps(body), headers)
        response = self._http.getresponse()
        content = response.read()
        if not 200 <= response.status < 300:
            raise RuntimeError(f"{path}: {response.status} {content[:200]!r}")
        return json.loads(content)

    def get(self, path: str) -> int:
        """The status."""
        self._http.request("GET", path)
        response = self._http.getresponse()
        response.read()
        return response.status


def run(port: int, clients: int, client: Callable[[Connection, list[float]], None]) -> tuple[list[float], float]:
    """`clients` threads run `client`, which notes its seconds; returns all of them, and the wall-clock seconds."""
    seconds: list[float] = []
    failures: list[Exception] = []

    def guarded() -> None:
        mine: list[float] = []
        try:
            client(Connection(port), mine)
        except (OSError, RuntimeError) as error:
            failures.append(error)
        seconds.extend(mine)

    threads = [threading.Thread(target=guarded) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return seconds, time.perf_counter() - started


def timed(seconds: list[float], call: Callable[[], object]) -> None:
    started = time.perf_counter()
    call()
    seconds.append(time.perf_counter() - started)


def p50_p95(seconds: list[float]) -> tuple[float, float]:
    """In milliseconds."""
    cuts = statistics.quantiles(seconds, n=20)
    return 1000 * statistics.median(seconds), 1000 * cuts[18]
