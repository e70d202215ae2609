"""One real model for all tests here: tiny.en of the locked package."""

from pathlib import Path

import pytest

from service.voice.local import LocalTranscriber
from service.voice.settings import VoiceSettings


@pytest.fixture(scope="session")
def transcriber(tmp_path_factory: pytest.TempPathFactory) -> LocalTranscriber:
    nothing: Path = tmp_path_factory.mktemp("models")
    return LocalTranscriber(VoiceSettings(model="tiny.en", workers=2), nothing)
