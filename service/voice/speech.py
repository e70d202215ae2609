"""Texts read aloud by a voice on this machine: each is rendered once, and kept as Opus.

The voice is a package of its own, `hibari-tts`, with all it needs in it: nothing is fetched. Without it nobody reads.
"""

import asyncio
import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.errors import VoiceUnavailable

if TYPE_CHECKING:
    from service.voice.decode import Sound

PACKAGE, VOICE = "hibari-tts", "heart"
"""The one voice that is within the package; it would load others from a hub."""
RATE = 24_000
BIT_RATE = 32_000
MISSING = "No voice is installed on this server. Install one: uv sync --extra speech (or: pip install hibari-tts)"


@dataclass(frozen=True)
class Spoken:
    """A WebM file with Opus, and its length."""

    path: Path
    seconds: float


class Speech:
    """One voice; it renders one text at a time."""

    def __init__(self, folder: Path) -> None:
        """Renderings are kept in `folder`, and may be deleted at any time."""
        self.folder = folder
        self._one = asyncio.Lock()
        self._voice: Any = None

    @property
    def possible(self) -> bool:
        """Whether there is a voice."""
        try:
            return bool(version(PACKAGE))
        except PackageNotFoundError:
            return False

    async def read(self, text: str) -> Spoken:
        """`text` read aloud. Raises VoiceUnavailable."""
        try:
            identity = f"{PACKAGE} {version(PACKAGE)} {VOICE} {BIT_RATE}\n{text}"
        except PackageNotFoundError as error:
            raise VoiceUnavailable(MISSING) from error
        name = hashlib.sha256(identity.encode()).hexdigest()[:32]
        if kept := await asyncio.to_thread(self._kept, name):
            return kept
        async with self._one:
            return await asyncio.to_thread(self._made, name, text)

    def _made(self, name: str, text: str) -> Spoken:
        return self._kept(name) or self._render(name, text)  # somebody else may have had the turn before

    def _kept(self, name: str) -> Spoken | None:
        """The file's name tells its length in milliseconds."""
        for path in self.folder.glob(f"{name}-*.webm"):
            return Spoken(path, int(path.stem.rpartition("-")[2]) / 1000)
        return None

    def _render(self, name: str, text: str) -> Spoken:
        if self._voice is None:
            from hibari import Hibari  # type: ignore[import-untyped]  # half a second, which a start does not have

            self._voice = Hibari(voice=VOICE)
        sound: Sound = self._voice(text)
        spoken = Spoken(self.folder / f"{name}-{len(sound) * 1000 // RATE}.webm", len(sound) / RATE)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.folder)
            os.close(handle)
            try:
                _encode(sound, part)
                os.replace(part, spoken.path)  # whoever reads finds a whole file, or none
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(part)
        except OSError as error:
            raise VoiceUnavailable(f"What is read aloud cannot be kept in {self.folder}: {error.strerror}.") from error
        return spoken


def _encode(sound: "Sound", path: str) -> None:
    """Mono sound at 24 kHz as Opus in WebM. Raises OSError."""
    import av

    with av.open(path, "w", format="webm") as out:
        stream = out.add_stream("libopus", rate=RATE, layout="mono", bit_rate=BIT_RATE)
        size = stream.codec_context.frame_size or RATE // 50
        for start in range(0, len(sound), size):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + size], format="flt", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
