"""Speech to text: a recording comes in, a `Transcript` goes out.

    decode.py ── pauses.py ── a Transcriber (local: transcribe.py, or remote.py) ── doubts.py, delivery.py
    a file of   where is     words with their probability                           what to look at,
    any kind    speech?                                                             how it was said

`hearing.py` has the door, `Voice`: it keeps one model for the process and a bounded number of workers. What is heavy
(numpy, PyAV, faster-whisper) is imported with the first recording, not at the start.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from service.domain.consent import Destination

if TYPE_CHECKING:
    from service.voice.pauses import Speech

BUILT_IN = {
    "local": "service.voice.local:LocalTranscriber",
    "remote": "service.voice.remote:RemoteTranscriber",
}
"""Names for `VIVA_VOICE__TRANSCRIBER`; any other value is `package.module:Class`."""


@dataclass(frozen=True)
class Hints:
    """What a recording is likely to be about."""

    question: str = ""
    glossary: tuple[str, ...] = ()
    """Terms that may be said, in their written form."""
    before: str = ""
    """What was said just before, where this is a piece of a longer recording."""


@dataclass(frozen=True)
class Word:
    """A word with the punctuation around it and the space before it."""

    text: str
    probability: float
    """Of its least likely token, 0 to 1; 1 where the transcriber tells none."""


@dataclass(frozen=True)
class Heard:
    """What a transcriber made of some speech."""

    words: tuple[Word, ...]
    dropped: int = 0
    """Stretches left out as invented."""

    def then(self, later: "Heard") -> "Heard":
        """And what was heard after it."""
        first, *others = later.words or (None,)
        if first is None:
            return replace(self, dropped=self.dropped + later.dropped)
        spaced = first if first.text.startswith(" ") else replace(first, text=f" {first.text}")
        return Heard((*self.words, spaced, *others), self.dropped + later.dropped)


class Transcriber(Protocol):
    """What a transcriber has to offer. Its class has a classmethod `from_settings(voice_settings, models_folder)`.

    One that sends speech to another host says so by an attribute `sends_to`, a `Destination`.
    """

    name: str
    places: int
    """How many recordings it takes at once: each in a thread of its own."""

    @property
    def model(self) -> str:
        """Which model it hears with. Raises VoiceUnavailable where there is none."""
        ...

    def hear(self, speech: "Speech", hints: Hints) -> Heard:
        """The words of `speech`, which has some. It may block. Raises VoiceUnavailable."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


def sends_to(transcriber: Transcriber) -> Destination | None:
    """Who else hears what it hears."""
    said: Destination | None = getattr(transcriber, "sends_to", None)
    return said


Samples = Any
"""Mono sound at 16 kHz: `numpy.typing.NDArray[numpy.float32]`, which is not imported here."""
