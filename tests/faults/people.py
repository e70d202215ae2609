"""People who answer questions over HTTP while servers die under them, and remember what was acknowledged."""

import threading
import time
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import httpx2

from tests.api.walk import at

PAUSE = 0.05
"""Seconds before a request that failed is sent again."""


class People:
    """`number` of them take turns with `urls`; each goes on until it is told that it is enough."""

    def __init__(self, urls: Sequence[str], number: int = 10) -> None:
        self.acknowledged: dict[str, str] = {}
        """Text by attempt id."""
        self.failures: list[str] = []
        """Answers that nobody foresaw: neither success nor a clear refusal."""
        self.enough = threading.Event()
        self._urls = urls
        self._numbers = count()
        self._threads = [threading.Thread(target=self._live, args=(n,)) for n in range(number)]

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

    def _live(self, who: int) -> None:
        with httpx2.Client(timeout=10) as client:
            while not self.enough.is_set():
                self._answer(client, who)

    def _answer(self, client: httpx2.Client, who: int) -> None:
        plan = {"question_ids": ["kv-cache"], "untimed": True}
        session = self._send(client, who, "POST", "/api/v1/sessions", json=plan)["id"]
        self._send(client, who, "POST", f"/api/v1/sessions/{session}/start")
        self._send(client, who, "POST", f"{at(session)}/open")
        text = f"answer {next(self._numbers)}: keys and values are kept"
        key = {"Idempotency-Key": str(uuid4())}
        made = self._send(client, who, "POST", f"{at(session)}/submit?wait=0", json={"text": text}, headers=key)
        self.acknowledged[made["id"]] = text

    def _send(self, client: httpx2.Client, who: int, method: str, path: str, **request: Any) -> Any:
        """Until it is done: at the other server where one is gone. To start or open once more does no harm."""
        for turn in count(who):
            try:
                response = client.request(method, self._urls[turn % len(self._urls)] + path, **request)
            except httpx2.TransportError:
                time.sleep(PAUSE)
                continue
            if response.is_success:
                return response.json()
            if response.status_code == 409 and path.endswith("/start"):  # it was started, and the answer got lost
                return None
            if response.status_code != 503:
                self.failures.append(f"{method} {path}: {response.status_code} {response.text}")
            time.sleep(PAUSE)
        raise AssertionError
