"""The transcriber `remote`: any server with OpenAI's `/v1/audio/transcriptions`, within limits.

What is sent is the speech as WAV, which picky servers take too, the question and its glossary: nothing else. Redirects
are not followed, no proxy or password is taken from the environment, and a reply is read up to a size and a moment.
"""

import io
import json
import re
import time
import wave
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from service.domain.consent import Destination
from service.errors import ConfigError, VoiceUnavailable
from service.retry_after import retry_after
from service.voice import Heard, Hints, Word
from service.voice.decode import RATE, Sound
from service.voice.pauses import Speech
from service.voice.settings import VoiceSettings

PLACES = 8
CONNECT_SECONDS = 10.0
PROMPT = 600
"""Characters of a prompt: about 150 tokens."""


class RemoteTranscriber:
    """It tells no probabilities, so nothing is doubted but words that are nearly a term."""

    name = "remote"

    def __init__(self, settings: VoiceSettings) -> None:
        """Raises ConfigError."""
        if settings.base_url is None or not settings.model:
            raise ConfigError("The transcriber remote needs VIVA_VOICE__BASE_URL and VIVA_VOICE__MODEL.")
        self.settings = settings
        self.model = settings.model
        self.places = settings.workers or PLACES
        self.sends_to = Destination(host=settings.host, model=self.model)
        self._url = f"{str(settings.base_url).rstrip('/')}/audio/transcriptions"
        key = settings.api_key.get_secret_value() if settings.api_key else None
        self._client = httpx2.Client(
            headers={"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {}),
            timeout=httpx2.Timeout(settings.timeout_seconds, connect=min(settings.timeout_seconds, CONNECT_SECONDS)),
            follow_redirects=False,
            trust_env=False,
        )

    @classmethod
    def from_settings(cls, settings: VoiceSettings, models: Path) -> "RemoteTranscriber":
        """It needs no folder for models."""
        return cls(settings)

    def hear(self, speech: Speech, hints: Hints) -> Heard:
        """Raises VoiceUnavailable, which never quotes the key or the reply."""
        text = self._ask(wav(speech.heard()), hints)
        return Heard(tuple(Word(word, 1.0) for word in re.findall(r"\s*\S+", text)))

    def close(self) -> None:
        self._client.close()

    def _ask(self, sound: bytes, hints: Hints) -> str:
        terms = ", ".join(hints.glossary)
        about = hints.before or hints.question
        fields = {"model": self.model, "language": "en", "temperature": "0", "response_format": "json"}
        if self.settings.hotwords:
            fields |= {"hotwords": terms, "prompt": about[:PROMPT]}
        else:
            fields["prompt"] = f"{about} {terms}".strip()[:PROMPT]
        end = time.monotonic() + self.settings.timeout_seconds
        try:
            with self._client.stream(
                "POST", self._url, data=fields, files={"file": ("answer.wav", sound, "audio/wav")}
            ) as response:
                if not response.is_success:
                    asked = retry_after(response.headers, datetime.now(UTC))
                    raise VoiceUnavailable(
                        f"The speech server answers with status {response.status_code}.", retry_after=asked
                    )
                body = self._read(response, end)
        except httpx2.HTTPError as error:
            raise VoiceUnavailable(f"The speech server cannot be asked ({type(error).__name__}).") from error
        return _text(body)

    def _read(self, response: httpx2.Response, end: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self.settings.max_reply_bytes:
                raise VoiceUnavailable(f"The speech server's reply has over {self.settings.max_reply_bytes:,} bytes.")
            if time.monotonic() > end:  # the client's own limit is for each chunk
                raise VoiceUnavailable(f"The speech server took over {self.settings.timeout_seconds:g} seconds.")
        return bytes(body)


def wav(sound: Sound) -> bytes:
    """A WAV file: mono, 16 kHz, 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((sound.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def _text(body: bytes) -> str:
    try:
        text = json.loads(body)["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise VoiceUnavailable("The speech server's reply is not what the API promises.") from error
    if not isinstance(text, str):
        raise VoiceUnavailable("The speech server's reply is not what the API promises.")
    return text.strip()
