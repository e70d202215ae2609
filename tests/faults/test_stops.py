"""Processes that are told to stop do so in order and in time, and what they work on is done by the next."""

import threading
from pathlib import Path

import httpx2

from service.cli.serving import STOP_SECONDS
from tests.faults.account import status
from tests.faults.conftest import SETTINGS, Hosted
from tests.faults.llm import HELD, Llm
from tests.faults.people import hand_in
from tests.faults.until import until
from tests.llm import URL
from tests.quick import Quick
from tests.server import Server

DRAIN = 1.0
MARGIN = 5.0
"""Seconds for the interpreter to end on a busy machine."""


class Follower(threading.Thread):
    """Somebody who stays with one request until it ends."""

    def __init__(self, server: Server, path: str) -> None:
        super().__init__()
        self.address = str(server.client.base_url.join(path))
        self.status: int | None = None
        self.said = ""
        self.broken = False
        self.start()

    def run(self) -> None:
        try:
            with httpx2.Client(timeout=60) as client, client.stream("GET", self.address) as response:
                self.status = response.status_code
                for text in response.iter_text():
                    self.said += text
        except httpx2.TransportError:
            self.broken = True


def test_a_server_ends_what_streams_gives_its_job_back_and_loses_nothing(tmp_path: Path, llm: Llm) -> None:
    settings = SETTINGS | {URL: llm.origin, "VIVA_DRAIN_SECONDS": str(DRAIN)}
    with Quick(tmp_path, **settings) as server:
        with llm.holding():
            first = hand_in(server.client, HELD)
            until(lambda: llm.held == 1)
            (attempt,) = (item["id"] for item in server.client.get("/api/v1/attempts").json()["items"])
            streams = [Follower(server, f"/api/v1/attempts/{attempt}/events") for _ in range(3)]
            polls = [Follower(server, f"/api/v1/attempts/{attempt}?wait=25") for _ in range(3)]
            until(lambda: all("submitted" in stream.said for stream in streams))
            server.terminate()
            until(lambda: server.client.get("/readyz").status_code == 503)
            second = hand_in(server.client, HELD)  # who has not heard of it is served still
            assert server.wait(DRAIN + STOP_SECONDS + MARGIN) == 0
            for follower in streams + polls:
                follower.join()
            assert [(follower.status, follower.broken) for follower in streams + polls] == [(200, False)] * 6
            assert {status(server.rows, text) for text in (first, second)} == {("submitted", 0)}
            assert server.rows("SELECT tries, lost, worker, leased_until FROM job") == [(0, 0, None, None)] * 2
        server.start()
        until(lambda: server.rows("SELECT * FROM job") == [])
        assert {status(server.rows, text) for text in (first, second)} == {("graded", 1)}
        assert server.stop() == 0


def test_a_worker_hands_its_job_to_another_which_counts_as_its_first_try(hosted: Hosted) -> None:
    with hosted.llm.holding() as release:
        text = hand_in(hosted.cluster.apis[0].client, HELD)
        until(lambda: hosted.llm.held == 1)
        holder = hosted.holder(text)
        holder.terminate()
        until(lambda: holder.client.get("/readyz").status_code == 503)
        assert holder.wait(float(SETTINGS["VIVA_DRAIN_SECONDS"]) + STOP_SECONDS + MARGIN) == 0
        until(lambda: hosted.llm.held == 2)  # another has it
        assert hosted.rows("SELECT tries, lost FROM job") == [(1, 0)]
        release()
        until(lambda: status(hosted.rows, text) == ("graded", 1))
    holder.start()
