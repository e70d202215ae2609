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

Observe = Callable[[str, float, float | None], None]
"""Told of each pass: the transcriber's name, the seconds it took; of the last one also the seconds of sound."""


class Voice:
    """One transcriber and its workers."""

    def __init__(self, transcriber: Transcriber, settings: VoiceSettings, observe: Observe) -> None:
        self.transcriber = transcriber
        self.settings = settings
        self._observe = observe
        self._pool = Pool(transcriber.places, settings.queue)

    @property
    def waiting(self) -> int:
        """Recordings that wait for their turn."""
        return self._pool.waiting

    async def transcribe(self, path: Path, hints: Hints) -> Transcript:
        """What is said in the file at `path`. Raises VoiceBusy, VoiceUnavailable and what tells of a bad recording."""
        heard: Transcript = await self._pool.run(partial(self._whole, path, hints, None))
        return heard

    async def further(self, path: Path, hints: Hints, so_far: str | None) -> str | None:
        """As `pipeline.hear_further`, after those who wait for a transcript. Raises VoiceBusy, VoiceUnavailable."""
        return await self._pool.run(partial(self._further, path, hints, so_far), final=False)

    async def rest(self, path: Path, hints: Hints, so_far: str | None) -> Transcript:
        """As `transcribe`, of which a part was heard."""
        return await self._pool.run(partial(self._whole, path, hints, so_far))

    async def close(self) -> None:
        await self._pool.close()
        self.transcriber.close()

    def _further(self, path: Path, hints: Hints, so_far: str | None) -> str | None:
        from service.voice.pipeline import hear_further  # numpy, PyAV and the detector: not at every start

        started = time.perf_counter()
        heard = hear_further(self.transcriber, path, hints, so_far, self.settings.max_seconds)
        self._observe(self.transcriber.name, time.perf_counter() - started, None)
        return heard

    def _whole(self, path: Path, hints: Hints, so_far: str | None) -> Transcript:
        from service.voice.pipeline import hear_rest, transcribe

        started, most = time.perf_counter(), self.settings.max_seconds
        if so_far is None:
            heard = transcribe(self.transcriber, path, hints, most)
        else:
            heard = hear_rest(self.transcriber, path, hints, so_far, most)
        self._observe(self.transcriber.name, time.perf_counter() - started, heard.seconds)
        return heard


def hints_for(question: Question) -> Hints:
    """What an answer to `question` is likely to say."""
    return Hints(question=question.prompt, glossary=tuple(question.glossary))
