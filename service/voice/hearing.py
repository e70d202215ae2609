"""The door to speech recognition: whoever has a recording asks `Voice`."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from service.domain.question import Question
from service.domain.transcript import Transcript
from service.voice import Hints, Transcriber
from service.voice.pool import Pool
from service.voice.settings import VoiceSettings

Observe = Callable[[str, float, float], None]
"""Told of each transcript: the transcriber's name, the seconds it took, the seconds of sound."""


class Voice:
    """One transcriber and its workers."""

    def __init__(self, transcriber: Transcriber, settings: VoiceSettings, observe: Observe) -> None:
        self.transcriber = transcriber
        self.settings = settings
        self._observe = observe
        self._pool = Pool(transcriber.places, settings.queue)

    async def transcribe(self, path: Path, hints: Hints, *, final: bool = True) -> Transcript:
        """What is said in the file at `path`. Raises VoiceBusy, VoiceUnavailable and what tells of a bad recording."""
        heard: Transcript = await self._pool.run(partial(self._transcribe, path, hints), final=final)
        return heard

    async def close(self) -> None:
        await self._pool.close()
        self.transcriber.close()

    def _transcribe(self, path: Path, hints: Hints) -> Transcript:
        from service.voice.pipeline import transcribe  # numpy, PyAV and the detector: not at every start

        started = time.perf_counter()
        heard = transcribe(self.transcriber, path, hints, self.settings.max_seconds)
        self._observe(self.transcriber.name, time.perf_counter() - started, heard.seconds)
        return heard


def hints_for(question: Question) -> Hints:
    """What an answer to `question` is likely to say."""
    return Hints(question=question.prompt, glossary=tuple(question.glossary))
