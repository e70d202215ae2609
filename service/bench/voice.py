"""How well and at what cost recordings are heard, beside plain faster-whisper in the same run.

A folder with `texts.json`: a list of objects with `file`, `text` (what is said), `question`, and either `glossary`
(terms that are said) or `bias` (terms that are not, and should not be heard).
"""

import json
import re
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import jiwer
import numpy as np
import snowballstemmer  # type: ignore[import-untyped]
from faster_whisper import WhisperModel

from service.domain.transcript import Transcript
from service.errors import ConfigError
from service.voice import Heard, Hints, Transcriber
from service.voice.decode import RATE, Sound, decode
from service.voice.local import LocalTranscriber
from service.voice.models import find
from service.voice.pauses import find_speech
from service.voice.pieces import Progress, finish, further
from service.voice.pipeline import transcribe
from service.voice.settings import VoiceSettings

T = TypeVar("T")
MAX_SECONDS = 3600.0
ANSWER_SECONDS = 70.0
"""Length of a spoken answer, for what is left after Stop."""
CHUNK_SECONDS = 5.0
"""How often what has come in is looked at, meanwhile."""
SILENT_SECONDS = 20


@dataclass(frozen=True)
class Clip:
    """A recording, what is said in it, and what its question's glossary has."""

    path: Path
    text: str
    hints: Hints
    said: tuple[str, ...]
    """Terms that are said, and should be heard."""


@dataclass
class Result:
    """One way of hearing: totals over all clips."""

    name: str
    errors: list[float] = field(default_factory=list)
    recalled: int = 0
    terms: int = 0
    missed: list[str] = field(default_factory=list)
    inserted: list[str] = field(default_factory=list)
    cpu: float = 0.0
    seconds: float = 0.0

    def count(self, clip: Clip, text: str, cpu: float, seconds: float) -> None:
        self.errors.append(jiwer.wer(plain(clip.text), plain(text) or "-"))
        missed = [term for term in clip.said if not says(text, term)]
        self.terms, self.recalled = self.terms + len(clip.said), self.recalled + len(clip.said) - len(missed)
        self.missed += missed
        unsaid = [term for term in clip.hints.glossary if not says(clip.text, term)]
        self.inserted += [term for term in unsaid if says(text, term)]
        self.cpu, self.seconds = self.cpu + cpu, self.seconds + seconds

    @property
    def recall(self) -> float:
        return self.recalled / self.terms if self.terms else 1.0


@dataclass(frozen=True)
class Report:
    """All figures; times are processor seconds."""

    model: str
    plain: Result
    unbiased: Result
    biased: Result
    silence: tuple[str, ...]
    """What was heard in silence and in noise: should be nothing."""
    answer_seconds: float
    after_stop: float
    whole_file: float
    in_pieces: float
    piece_errors: float
    whole_errors: float
    at_once: float
    """Processor seconds for four clips at once ..."""
    one_by_one: float
    """... and one after the other."""
    peak_mb: float


def run(folder: Path, settings: VoiceSettings, models: Path, tries: int) -> Report:
    """Each figure is of the cheapest of `tries`. Raises ConfigError, VoiceUnavailable."""
    clips = list(read(folder))
    ours = LocalTranscriber.from_settings(settings, models)
    ours.whisper()
    biased = _pipeline("with the glossary", clips, ours, lambda clip: clip.hints, tries)
    unbiased = _pipeline("without", clips, ours, lambda clip: Hints(), tries)
    terms = Hints(clips[0].hints.question, tuple(dict.fromkeys(t for clip in clips for t in clip.hints.glossary)))
    silence = tuple(text for sound in _silences() if (text := _text(ours, sound, terms)))
    pieces = _pieces(clips, ours, terms, tries)
    one_by_one = _cheapest(lambda: [transcribe(ours, c.path, c.hints, MAX_SECONDS) for c in clips[:4]], tries)[0]
    at_once = _cheapest(lambda: _at_once(clips[:4], ours), tries)[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    plainly = _plain(clips, find(settings.model, models).folder, settings, tries)
    return Report(ours.model, plainly, unbiased, biased, silence, *pieces, at_once, one_by_one, peak)


def read(folder: Path) -> Iterator[Clip]:
    """Raises ConfigError."""
    try:
        texts: list[dict[str, Any]] = json.loads((folder / "texts.json").read_text())
        for text in texts:
            said = tuple(text.get("glossary") or ())
            hints = Hints(text.get("question") or "", said or tuple(text.get("bias") or ()))
            yield Clip(folder / text["file"], text["text"], hints, said)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"{folder} has no texts.json as docs/voice.md describes it: {error}") from error


def plain(text: str) -> str:
    """Words in small letters, without punctuation; hyphens part them."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


_STEMS = snowballstemmer.stemmer("english")


def says(text: str, term: str) -> bool:
    """Whether a term stands in a text, in any form: as the grader reads it, "group" for "grouped"."""

    def stems(words: str) -> str:
        return f" {' '.join(_STEMS.stemWords(plain(words).split()))} "

    return stems(term) in stems(text) or plain(term).replace(" ", "") in plain(text).split()


def _pipeline(name: str, clips: list[Clip], ours: Transcriber, hints: Callable[[Clip], Hints], tries: int) -> Result:
    result = Result(name)
    for clip in clips:

        def hear(clip: Clip = clip) -> Transcript:
            return transcribe(ours, clip.path, hints(clip), MAX_SECONDS)

        cpu, found = _cheapest(hear, tries)
        result.count(clip, found.text, cpu, found.seconds)
    return result


def _plain(clips: list[Clip], folder: Path, settings: VoiceSettings, tries: int) -> Result:
    """The library alone, from the file to the text, with the cheapest of its settings and none of ours."""
    model = WhisperModel(str(folder), device=settings.device, compute_type=settings.compute_type, cpu_threads=1)
    result = Result("plain faster-whisper")
    for clip in clips:

        def hear(clip: Clip = clip) -> tuple[str, float]:
            segments, info = model.transcribe(
                str(clip.path),
                language="en",
                beam_size=1,
                temperature=[0.0],
                condition_on_previous_text=False,
                vad_filter=True,
            )
            return " ".join(segment.text.strip() for segment in segments), float(info.duration)

        cpu, (text, seconds) = _cheapest(hear, tries)
        result.count(clip, text, cpu, seconds)
    return result


def _pieces(
    clips: list[Clip], ours: Transcriber, terms: Hints, tries: int
) -> tuple[float, float, float, float, float, float]:
    """Speech of some length heard while it comes in; seconds of it, then as `Report` has them."""
    chosen, sound = list[Clip](), np.zeros(0, dtype=np.float32)
    while len(sound) / RATE < ANSWER_SECONDS:
        chosen.append(clips[len(chosen) % len(clips)])
        sound = np.concatenate([sound, decode(chosen[-1].path, MAX_SECONDS)])
    progress, before, at = Progress(), 0.0, CHUNK_SECONDS
    while at < len(sound) / RATE:
        started = time.process_time()
        if piece := further(ours, sound[: int(at * RATE)], terms, progress):
            progress = piece
        before += time.process_time() - started
        at += CHUNK_SECONDS
    after, (heard, _) = _cheapest(lambda: finish(ours, sound, terms, progress), tries)
    whole, (all_at_once, _) = _cheapest(lambda: finish(ours, sound, terms, Progress()), tries)
    said = plain(" ".join(clip.text for clip in chosen))
    errors = [jiwer.wer(said, plain("".join(word.text for word in found.words))) for found in (heard, all_at_once)]
    return len(sound) / RATE, after, whole, before + after, errors[0], errors[1]


def _at_once(clips: list[Clip], ours: Transcriber) -> list[Transcript]:
    with ThreadPoolExecutor(ours.places) as threads:
        return list(threads.map(lambda clip: transcribe(ours, clip.path, clip.hints, MAX_SECONDS), clips))


def _silences() -> Iterator[Sound]:
    dice = np.random.default_rng(1)
    yield np.zeros(SILENT_SECONDS * RATE, dtype=np.float32)
    for loud in (0.003, 0.03, 0.2):
        yield (dice.standard_normal(SILENT_SECONDS * RATE) * loud).astype(np.float32)
    yield (0.1 * np.sin(np.arange(SILENT_SECONDS * RATE) * 2 * np.pi * 50 / RATE)).astype(np.float32)


def _text(ours: Transcriber, sound: Sound, hints: Hints) -> str:
    speech = find_speech(sound)
    heard = ours.hear(speech, hints) if speech.spans else Heard(())
    return "".join(word.text for word in heard.words)


def _cheapest(work: Callable[[], T], tries: int) -> tuple[float, T]:
    """Processor seconds of the cheapest of some runs, and what the last one gave."""
    took = list[float]()
    for _ in range(tries):
        started = time.process_time()
        result = work()
        took.append(time.process_time() - started)
    return min(took), result
