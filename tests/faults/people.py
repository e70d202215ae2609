"""People who answer questions over HTTP while servers die under them, and remember what was acknowledged."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any
from uuid import uuid4

import httpx2

from tests.api.walk import at, begin
from tests.faults.until import until

PAUSE = 0.05
"""Seconds before a request that failed is sent again."""
PATIENCE = 120.0
"""Seconds in which it has to be answered."""
THINK = 0.2
"""Seconds that somebody takes for an answer: the processor is for the servers, which are to be busy with it."""
_NUMBERS = count()


class People:
    """`number` of them go on until they are told that it is enough; each request goes to the next of `urls`."""

    def __init__(self, urls: Sequence[str], number: int = 10) -> None:
        self.acknowledged: dict[str, str] = {}
        """Text by attempt id."""
        self.refused: Counter[str] = Counter()
        """Kinds of problem with which somebody was asked to come back later."""
        self.failures: list[str] = []
        """Answers that nobody foresaw: neither success nor a clear refusal."""
        self.enough = threading.Event()
        self._urls = urls
        self._turns = count()
        self._threads = [threading.Thread(target=self._live) for _ in range(number)]

    def __enter__(self) -> "People":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Whoever is answering hands in first."""
        self.enough.set()
        for thread in self._threads:
            thread.join()

    def take_in(self, more: int = 5) -> None:
        """Wait until so many more answers have been acknowledged."""
        enough = len(self.acknowledged) + more
        until(lambda: len(self.acknowledged) >= enough)

    def _live(self) -> None:
        with httpx2.Client(timeout=10) as client, suppress(TimeoutError):
            while not self.enough.wait(THINK):
                self._answer(client)

    def _answer(self, client: httpx2.Client) -> None:
        plan = {"question_ids": ["kv-cache"], "untimed": True}
        session = self._send(client, "POST", "/api/v1/sessions", json=plan)["id"]
        self._send(client, "POST", f"/api/v1/sessions/{session}/start")
        self._send(client, "POST", f"{at(session)}/open")
        text = f"answer {next(_NUMBERS)}: keys and values are kept"
        key = {"Idempotency-Key": str(uuid4())}
        made = self._send(client, "POST", f"{at(session)}/submit?wait=0", json={"text": text}, headers=key)
        self.acknowledged[made["id"]] = text

    def _send(self, client: httpx2.Client, method: str, path: str, **request: Any) -> Any:
        """Until it is done: at the other server where one is gone. To start or open once more does no harm."""
        end = time.monotonic() + PATIENCE
        for turn in self._turns:
            if time.monotonic() > end:
                self.failures.append(f"{method} {path}: not answered in {PATIENCE} seconds")
                raise TimeoutError
            try:
                response = client.request(method, self._urls[turn % len(self._urls)] + path, **request)
            except httpx2.TransportError:
                time.sleep(PAUSE)
                continue
            if response.is_success:
                return response.json()
            if response.status_code == 409 and path.endswith("/start"):  # it was started, and the answer got lost
                return None
            if response.status_code == 503:
                self.refused[response.json()["type"]] += 1
            else:
                self.failures.append(f"{method} {path}: {response.status_code} {response.text}")
            time.sleep(PAUSE)
        raise AssertionError


def hand_in(client: httpx2.Client, mark: str = "") -> str:
    """Answer one question without waiting for the grade: the text. The server may die as soon as it has it."""
    session = begin(client)
    assert client.post(f"{at(session)}/open").status_code == 200
    text = f"answer {next(_NUMBERS)} {mark}: keys and values are kept"
    with suppress(httpx2.TransportError):
        made = client.post(f"{at(session)}/submit?wait=0", json={"text": text})
        assert made.status_code == 201, made.text
    return text
