"""The transcriber `local`: faster-whisper in this process, one model for all."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from service.voice import Heard, Hints
from service.voice.models import Model, find, verify
from service.voice.settings import VoiceSettings

if TYPE_CHECKING:
    from service.voice.pauses import Speech
    from service.voice.transcribe import Whisper

AT_ONCE = 60.0
"""Seconds of sound."""


class LocalTranscriber:
    """Nothing leaves the machine. The model is loaded with the first recording and kept."""

    name = "local"

    def __init__(self, settings: VoiceSettings, models: Path) -> None:
        self.settings = settings
        self.models = models
        self.places = settings.workers or os.cpu_count() or 1
        self._loading = Lock()
        self._loaded: tuple[Model, Whisper] | None = None

    @classmethod
    def from_settings(cls, settings: VoiceSettings, models: Path) -> LocalTranscriber:
        """`models` is the folder that `viva voice install` writes to."""
        return cls(settings, models)

    @property
    def model(self) -> str:
        return self.found.name

    @property
    def found(self) -> Model:
        """Looked for anew until it is loaded: it may be installed while we run. Raises VoiceUnavailable."""
        return self._loaded[0] if self._loaded else find(self.settings.model, self.models)

    def hear(self, speech: Speech, hints: Hints) -> Heard:
        """In stretches, as what the library needs grows with the length. Raises VoiceUnavailable."""
        whisper, heard = self.whisper(), Heard(())
        for part in speech.parts(AT_ONCE):
            before = hints.before + "".join(word.text for word in heard.words)
            heard = heard.then(whisper.hear(part.heard(), replace(hints, before=before)))
        return heard

    def whisper(self) -> Whisper:
        """The model, loaded once. Raises VoiceUnavailable."""
        with self._loading:
            if self._loaded is None:
                from service.voice.transcribe import Whisper  # takes a second, which a start does not have

                found = find(self.settings.model, self.models)
                verify(found)
                whisper = Whisper(found.folder, self.settings.device, self.settings.compute_type, self.places)
                self._loaded = found, whisper
            return self._loaded[1]

    def close(self) -> None:
        """The model goes with the process."""
