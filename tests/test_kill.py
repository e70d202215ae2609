"""The process may die at any moment, without a chance to clean up: what it has acknowledged is still there."""

import random
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from tests.api.walk import at, begin
from tests.quick import Quick
from tests.server import Server, eventually

SAVES, QUESTIONS, KILLS = 200, 10, 5
STEPS = SAVES // QUESTIONS + 2
"""Requests for each question: open it, save drafts, hand in."""
PATIENCE = 0.01
"""Seconds from the decision to kill to the kill, at most: some requests later, or in the middle of one."""


class Writer:
    """Answers one question after the other on a server that dies now and then."""

    def __init__(self, server: Server, kills: list[tuple[int, float]]) -> None:
        self.server = server
        self.kills = kills
        """After how many acknowledged requests to kill, and in how many seconds then: one death after the other."""
        self.done = 0
        self.deaths = 0
        self.session = begin(server.client, count=QUESTIONS, untimed=True)

    def answer(self, position: int, saves: int) -> tuple[str, str]:
        """Open a question, save drafts, hand in the last one: the attempt's id and the text."""
        while self.send("POST", f"{at(self.session, position)}/open") is None:
            pass
        text, revision = "", 0
        for _ in range(saves):
            text, revision = self.save(position, text, revision)
        headers, body = {"Idempotency-Key": str(uuid4())}, {"text": text}
        while (made := self.send("POST", f"{at(self.session, position)}/submit", json=body, headers=headers)) is None:
            pass
        assert made.json()["answer"] == text
        return made.json()["id"], text

    def save(self, position: int, text: str, revision: int) -> tuple[str, int]:
        """Save more text until it is acknowledged: the stored text and its revision."""
        while True:
            longer = f"{text}{self.done} keys and values "
            saved = self.send(
                "PUT",
                f"{at(self.session, position)}/draft",
                json={"text": longer},
                headers={"If-Match": f'"{revision}"'},
            )
            if saved is not None:
                assert saved.json() == {"revision": revision + 1}
                return longer, revision + 1
            stored = self.server.client.get(at(self.session, position)).json()
            assert (stored["draft"], stored["revision"]) in ((text, revision), (longer, revision + 1))
            text, revision = stored["draft"], stored["revision"]

    def send(self, method: str, path: str, **request: Any) -> httpx2.Response | None:
        """The answer, or None where the server died over it and is back now."""
        if self.kills and self.done >= self.kills[0][0] and self.deaths == KILLS - len(self.kills):
            self.server.kill_in(self.kills.pop(0)[1])
        try:
            response = self.server.client.request(method, path, **request)
        except httpx2.TransportError:
            self.deaths += 1
            self.server.restart()
            return None
        assert response.status_code in (200, 201), response.text
        self.done += 1
        return response


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_over_and_over(tmp_path: Path) -> None:
    chance = random.Random()
    spans = range(0, QUESTIONS * STEPS, QUESTIONS * STEPS // KILLS)
    moments = [start + (STEPS - 1 if n % 2 else chance.randrange(STEPS)) for n, start in enumerate(spans)]
    kills = [(moment, chance.uniform(0, PATIENCE)) for moment in moments]  # each second one strikes at a hand-in
    print("kills:", kills)
    with Quick(tmp_path, VIVA_LOG_LEVEL="warning") as server:
        writer = Writer(server, kills)
        answers = dict(writer.answer(n, SAVES // QUESTIONS) for n in range(1, QUESTIONS + 1))
        assert writer.deaths >= KILLS - 1  # the last kill may come too late
        server.restart()
        assert eventually(lambda: all_graded(server, set(answers))) == answers
        assert server.rows("SELECT count(*), count(DISTINCT position) FROM attempt") == [(QUESTIONS, QUESTIONS)]
        assert server.rows("SELECT count(*), count(DISTINCT attempt_id) FROM grade") == [(QUESTIONS, QUESTIONS)]
        assert server.client.get(f"/api/v1/sessions/{writer.session}").json()["state"] == "finished"


def all_graded(server: Server, ids: set[str]) -> dict[str, str] | None:
    """The stored text of each attempt, or None while one of them waits for its grade."""
    found = [server.client.get(f"/api/v1/attempts/{attempt}").json() for attempt in ids]
    graded = all(attempt["status"] == "graded" for attempt in found)
    return {attempt["id"]: attempt["answer"] for attempt in found} if graded else None
