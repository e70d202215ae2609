"""Somebody who speaks an answer: recordings through the API, in process or over the network."""

from typing import Any
from uuid import uuid4

import httpx2

from tests.api.walk import at, begin
from tests.voice.sounds import AUDIO

KV = (AUDIO / "kv.webm").read_bytes()
"""25 seconds of a good answer to kv-cache."""
NEAR = (AUDIO / "nm2.webm").read_bytes()
"""Six seconds."""
STRICT = {"question_ids": ["kv-cache"], "mode": "strict", "seconds_per_question": 60}


class Speaker:
    """A question that is open, and one recording of an answer to it."""

    def __init__(self, client: httpx2.Client, **wish: Any) -> None:
        self.client = client
        self.session = begin(client, **wish)
        assert client.post(f"{at(self.session)}/open").status_code == 200
        self.id = str(uuid4())
        self.path = f"{at(self.session)}/recording"

    def put(self, number: int, body: bytes, recording: str | None = None) -> httpx2.Response:
        where = {"recording": recording or self.id}
        return self.client.put(f"{self.path}/chunks/{number}", params=where, content=body)

    def complete(self, chunks: int) -> httpx2.Response:
        return self.client.post(f"{self.path}/complete", params={"recording": self.id}, json={"chunks": chunks})

    def upload(self, sound: bytes) -> httpx2.Response:
        return self.client.put(self.path, params={"recording": self.id}, content=sound)

    def say(self, sound: bytes, chunks: int = 4) -> Any:
        """Everything, to its end: the recording as it was heard."""
        size = len(sound) // chunks + 1
        for number in range(chunks):
            assert self.put(number, sound[number * size : (number + 1) * size]).status_code == 200
        assert self.complete(chunks).status_code == 202
        return self.read(25)

    def read(self, wait: float = 0) -> Any:
        return self.client.get(self.path, params={"wait": wait}).json()


def problem(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].removeprefix("urn:viva:problem:")


def slot_of(speaker: Speaker) -> Any:
    """The question as the session has it, by the server's clock."""
    return speaker.client.get(f"/api/v1/sessions/{speaker.session}").json()["questions"][0]
