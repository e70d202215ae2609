"""The transcriber `remote` beside a real server on loopback, well and badly behaved."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from service.errors import ConfigError, VoiceUnavailable
from service.voice import Hints
from service.voice.pipeline import transcribe
from service.voice.remote import RemoteTranscriber
from service.voice.settings import VoiceSettings
from tests.voice.sounds import AUDIO, silence, write

HINTS = Hints("How does it scale?", ("quadratic", "HBM"))
GOOD = json.dumps({"text": "The cost is linear. 🙂"}).encode()


class Reply:
    """What the server says, and what it was sent."""

    def __init__(self, status: int = 200, body: bytes = GOOD, drip: float = 0, **headers: str) -> None:
        self.status, self.body, self.drip, self.headers = status, body, drip, headers
        self.path = ""
        self.sent = b""
        self.key = ""


@contextmanager
def served(reply: Reply) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply.path, reply.key = self.path, self.headers.get("Authorization", "")
            reply.sent = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            try:
                for byte in [reply.body] if not reply.drip else [bytes([b]) for b in reply.body]:
                    self.wfile.write(byte)
                    self.wfile.flush()
                    time.sleep(reply.drip)
            except OSError:
                pass

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def remote(reply: Reply, **more: Any) -> Iterator[RemoteTranscriber]:
    with served(reply) as url:
        settings = VoiceSettings.model_validate({"base_url": url, "model": "whisper-1", "transcriber": "remote"} | more)
        transcriber = RemoteTranscriber.from_settings(settings, Path())
        yield transcriber
        transcriber.close()


def test_speech_is_sent_as_wav_with_question_and_glossary() -> None:
    reply = Reply()
    with remote(reply, api_key="secret") as transcriber:
        found = transcribe(transcriber, AUDIO / "nm2.webm", HINTS, 60)
    assert found.text == "The cost is linear. 🙂"
    assert (found.transcriber, found.model) == ("remote", "whisper-1")
    assert reply.path == "/v1/audio/transcriptions"
    assert reply.key == "Bearer secret"
    assert b"RIFF" in reply.sent
    assert b"How does it scale? quadratic, HBM" in reply.sent
    assert b"hotwords" not in reply.sent


def test_hotwords_are_sent_to_those_who_know_them() -> None:
    reply = Reply()
    with remote(reply, hotwords=True) as transcriber:
        transcribe(transcriber, AUDIO / "nm2.webm", HINTS, 60)
    assert b'name="hotwords"\r\n\r\nquadratic, HBM' in reply.sent


def test_silence_is_not_sent(tmp_path: Path) -> None:
    reply = Reply()
    with remote(reply) as transcriber:
        assert transcribe(transcriber, write(tmp_path / "a.wav", silence(3), "pcm_s16le"), HINTS, 60).text == ""
    assert reply.path == ""


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(302, b"", Location="http://127.0.0.1:9/elsewhere"), "status 302"),
        (Reply(500, b"secret words"), "status 500"),
        (Reply(429, b"", Retry_After="7"), "status 429"),
        (Reply(body=b"x" * 5000), "over 4,000 bytes"),
        (Reply(body=b"not JSON"), "not what the API promises"),
        (Reply(body=b'{"text": 3}'), "not what the API promises"),
        (Reply(body=b"[]"), "not what the API promises"),
        (Reply(body=GOOD, drip=0.3), "over 1 seconds"),
    ],
    ids=["redirect", "fault", "busy", "large", "text", "number", "list", "drip"],
)
def test_whatever_goes_wrong_is_one_error_that_quotes_nothing(reply: Reply, says: str) -> None:
    with (
        remote(reply, timeout_seconds=1, max_reply_bytes=4000) as transcriber,
        pytest.raises(VoiceUnavailable, match=says) as raised,
    ):
        transcribe(transcriber, AUDIO / "nm2.webm", HINTS, 60)
    assert "secret" not in str(raised.value)
    assert raised.value.retry_after == (7 if reply.status == 429 else None)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with remote(Reply()) as transcriber:
        pass
    gone = RemoteTranscriber(transcriber.settings)
    with pytest.raises(VoiceUnavailable, match="cannot be asked"):
        transcribe(gone, AUDIO / "nm2.webm", HINTS, 60)
    gone.close()


def test_without_an_address_it_cannot_be_chosen() -> None:
    with pytest.raises(ConfigError, match="VIVA_VOICE__BASE_URL"):
        RemoteTranscriber(VoiceSettings(transcriber="remote"))
