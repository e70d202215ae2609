"""A recording of any usual kind becomes mono sound at 16 kHz: by PyAV, without trusting the file.

The kind is told by its first bytes and only that demuxer is used: nothing is probed, so a playlist that names other
files is never understood. Seconds are counted while decoding: three hours of silence fit into 4 MB, and fill 1.7 GB.
"""

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError

from service.errors import AudioTooLong, BrokenAudio, NoSound, UnknownAudio

RATE = 16_000
"""Samples in a second, as the models want them."""
RATES = range(4_000, 384_001)
"""Of a file. Below, a short frame would become a long one here."""
MOST_CHANNELS = 8
CODECS = frozenset({"opus", "vorbis", "aac", "mp3", "mp3float", "flac", "alac"})
"""And whatever begins with `pcm_`."""

Sound = npt.NDArray[np.float32]


def kind(head: bytes) -> str:
    """FFmpeg's name of the demuxer for a file that begins so (16 bytes will do). Raises UnknownAudio."""
    starts = {b"\x1a\x45\xdf\xa3": "matroska", b"OggS": "ogg", b"fLaC": "flac", b"ID3": "mp3"}
    for magic, name in starts.items():
        if head.startswith(magic):
            return name
    if head[4:8] == b"ftyp":
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:  # a frame's first bits: layer 0 is AAC's
        return "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
    raise UnknownAudio


def decode(path: Path, max_seconds: float) -> Sound:
    """The sound of a file, from -1 to 1; what is damaged within it is left out.

    Raises UnknownAudio, BrokenAudio, NoSound, AudioTooLong.
    """
    with path.open("rb") as file:
        name = kind(file.read(16))
        file.seek(0)
        try:
            with av.open(file, "r", format=name, metadata_errors="ignore") as container:
                sound = _sound(container, int(max_seconds * RATE))
        except (FFmpegError, ValueError, MemoryError) as error:
            raise BrokenAudio from error
    if not sound.size:
        raise BrokenAudio
    return sound


def _sound(container: InputContainer, most: int) -> Sound:
    """At most `most` samples. Raises NoSound, BrokenAudio, AudioTooLong and FFmpeg's errors."""
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        raise NoSound
    codec = stream.codec_context
    if codec.name not in CODECS and not codec.name.startswith("pcm_"):
        raise UnknownAudio(f"Sound in the codec {codec.name} is not decoded.")
    if codec.sample_rate not in RATES or not 1 <= codec.channels <= MOST_CHANNELS:
        raise BrokenAudio
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    parts, length = list[Sound](), 0

    def take(frame: av.AudioFrame | None) -> None:
        nonlocal length
        for resampled in resampler.resample(frame):
            part: Sound = resampled.to_ndarray().reshape(-1).astype(np.float32, copy=False)
            length += part.size
            if length > most:
                raise AudioTooLong(f"A recording has at most {most / RATE:g} seconds.")
            parts.append(part)

    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except InvalidDataError:  # one packet that is damaged: the rest may be sound
            continue
        for frame in frames:
            frame.pts = None  # gaps and jumps in a browser's clock are no sound
            take(frame)
    if length:
        take(None)
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
