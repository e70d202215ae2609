"""Where there is speech in a sound, and where it may be cut: by a voice activity detector (Silero, by faster-whisper).

A model that is given silence writes down what it expects, glossary and all. So it is given speech only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from service.domain.transcript import Pause
from service.voice.decode import RATE, Sound

SHORTEST_GAP = 0.3
"""Seconds without speech that part two stretches of it."""
SHORTEST_SPEECH = 0.15
"""Seconds: a click is shorter."""
PAUSE = 1.0
"""Seconds from which a gap is told as a pause."""
KEPT_GAP = 2.0
"""Seconds: a shorter gap stays in what the model hears, as sentences end in them."""
MARGIN = 0.4
"""Seconds kept around speech: its first and last sounds are soft."""
PIECE = (8.0, 15.0)
"""Seconds of a piece that is heard while the person goes on speaking: at the first pause from the one to the other."""

Span = tuple[float, float]
"""Start and end in seconds."""


@dataclass(frozen=True)
class Speech:
    """A sound, and where in it somebody speaks."""

    sound: Sound
    spans: tuple[Span, ...]
    """In order; empty where nobody speaks."""

    @property
    def seconds(self) -> float:
        """Length of the whole sound."""
        return len(self.sound) / RATE

    @property
    def speech_seconds(self) -> float:
        return sum(end - start for start, end in self.spans)

    def pauses(self) -> tuple[Pause, ...]:
        """Gaps between speech that are long enough to be told."""
        gaps = ((a[1], b[0] - a[1]) for a, b in pairwise(self.spans))
        return tuple(Pause(start=start, seconds=seconds) for start, seconds in gaps if seconds >= PAUSE)

    def heard(self) -> Sound:
        """The sound without its silences, as a model should hear it."""
        kept = list[Span]()
        for start, end in self.spans:
            if kept and start - kept[-1][1] < KEPT_GAP:
                kept[-1] = (kept[-1][0], end)
            else:
                kept.append((start, end))
        parts = [self.sound[max(0, int((s - MARGIN) * RATE)) : int((e + MARGIN) * RATE)] for s, e in kept]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)

    def parts(self, least: float) -> Iterator["Speech"]:
        """All of it in stretches of `least` seconds or little more that end in a gap; the last may be shorter."""
        start = 0.0
        for before, after in pairwise(self.spans):
            if (cut := (before[1] + after[0]) / 2) - start >= least:
                yield self.part(start, cut)
                start = cut
        yield self.part(start, self.seconds)

    def part(self, start: float, end: float) -> "Speech":
        """What lies between two moments, seconds counted from `start`."""
        within = [(max(s, start) - start, min(e, end) - start) for s, e in self.spans if s < end and e > start]
        return Speech(self.sound[int(start * RATE) : int(end * RATE)], tuple(within))


def find_speech(sound: Sound) -> Speech:
    """Where there is speech; right to about a tenth of a second."""
    options = VadOptions(
        min_silence_duration_ms=int(SHORTEST_GAP * 1000),
        min_speech_duration_ms=int(SHORTEST_SPEECH * 1000),
        speech_pad_ms=0,
    )
    found = get_speech_timestamps(sound, options)
    return Speech(sound, tuple((span["start"] / RATE, span["end"] / RATE) for span in found))


def next_cut(spans: tuple[Span, ...], length: float) -> float | None:
    """Where a first piece may end while more is to come after `length` seconds: in the middle of a gap; None: not yet.

    The gap at the end counts only once it is a pause: a word may be about to begin.
    """
    least, most = PIECE
    gaps = [(a[1], b[0]) for a, b in pairwise(spans)]
    if spans and length - spans[-1][1] >= PAUSE:
        gaps.append((spans[-1][1], length))
    late = [gap for gap in gaps if sum(gap) / 2 >= least]
    if not late:
        return None
    within = [gap for gap in late if gap[0] <= most] or late[:1]
    longest = max(within, key=lambda gap: gap[1] - gap[0])
    return sum(longest) / 2
