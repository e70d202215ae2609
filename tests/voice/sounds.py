"""Files of sound, made for a test: any container and codec, with a tone, silence or noise in it."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from service.voice.decode import RATE, Sound

AUDIO = Path(__file__).with_name("audio")
TEXTS: dict[str, dict[str, Any]] = {text["file"]: text for text in json.loads((AUDIO / "texts.json").read_text())}


def silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def noise(seconds: float, loud: float = 0.1) -> Sound:
    return (np.random.default_rng(1).standard_normal(int(seconds * RATE)) * loud).astype(np.float32)


def tone(seconds: float) -> Sound:
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def write(path: Path, sound: Sound, codec: str, container: str | None = None) -> Path:
    """The sound as a file, in the codec and the container that its name or `container` says."""
    with av.open(str(path), "w", format=container) as out:
        rate = 48_000 if codec == "libopus" else RATE
        stream: Any = out.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate)
        size = stream.frame_size or 4096
        fifo = av.AudioFifo()
        for start in range(0, len(sound), RATE):
            frame = av.AudioFrame.from_ndarray(sound[None, start : start + RATE], format="flt", layout="mono")
            frame.sample_rate = RATE
            for resampled in resampler.resample(frame):
                resampled.pts = None
                fifo.write(resampled)
            while part := fifo.read(size):
                out.mux(stream.encode(part))
        if last := fifo.read():
            out.mux(stream.encode(last))
        out.mux(stream.encode(None))
    return path


def long_silence(path: Path, seconds: int) -> Path:
    """A WebM of silence, its one packet written over and over: hours in a few megabytes."""
    with av.open(str(path), "w", format="webm") as out:
        stream: Any = out.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 6000
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), dtype=np.float32), format="flt", layout="mono")
        frame.sample_rate = 48_000
        packets: list[Any] = []
        while not packets:
            packets = stream.encode(frame)
        payload = bytes(packets[0])
        for number in range(seconds * 50):
            packet = av.Packet(payload)
            packet.stream, packet.pts, packet.dts = stream, number * 20, number * 20
            packet.time_base = Fraction(1, 1000)
            out.mux(packet)
    return path


def video(path: Path) -> Path:
    """A WebM without sound."""
    with av.open(str(path), "w", format="webm") as out:
        stream: Any = out.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path
