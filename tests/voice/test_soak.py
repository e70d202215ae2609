"""Two hundred recordings, one after the other and at once: memory stays where it was after the first."""

import asyncio
from pathlib import Path

import psutil
import pytest

from service.voice import Hints
from service.voice.hearing import Voice
from service.voice.local import LocalTranscriber
from service.voice.settings import VoiceSettings
from tests.voice.sounds import AUDIO

FIRST, ALL, AT_ONCE, GROWTH_MB = 20, 200, 4, 50.0
FILES = ("nm2.webm", "moe_vague.webm", "human_jfk.webm", "kv.webm")


def resident() -> float:
    memory: int = psutil.Process().memory_info().rss
    return memory / 1e6


@pytest.mark.parametrize("recordings", [pytest.param(24, id="short"), pytest.param(ALL, marks=pytest.mark.faults)])
def test_memory_stays_level(recordings: int, tmp_path: Path) -> None:
    async def body() -> tuple[float, float]:
        level = 0.0
        settings = VoiceSettings(model="tiny.en", workers=2, queue=AT_ONCE)
        voice = Voice(LocalTranscriber(settings, tmp_path), settings, lambda *_: None)
        for done in range(0, recordings, AT_ONCE):
            files = [AUDIO / FILES[(done + n) % len(FILES)] for n in range(AT_ONCE)]
            texts = await asyncio.gather(*(voice.transcribe(file, Hints()) for file in files))
            assert all(text.text for text in texts)
            if done + AT_ONCE == FIRST:
                level = resident()
        await voice.close()
        return level, resident()

    first, last = asyncio.run(body())
    assert last - first < GROWTH_MB
