"""faster-whisper, with how sure it is of each word, and without what it invents.

Greedy, at temperature 0, each window for itself: beams and the ladder of temperatures cost more and hear no better.
No word timestamps: where they move a window's start to the last word's end, the model fills the rest with hotwords.
How sure it is of a token comes from the logits of that step, at no cost.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from service.errors import VoiceUnavailable
from service.voice import Heard, Hints, Word
from service.voice.decode import RATE, Sound

HINT_TOKENS = 150
"""Glossary and question together: with more, the model begins to follow them rather than the sound."""
BEFORE = 200
"""Characters of what was said before, as a prompt for the piece after it."""
LONGEST = 220
"""Tokens for a window of 30 seconds: one that goes on for longer is a loop."""
MOST_REPETITION, LEAST_CONFIDENCE = 2.4, -1.0
"""Compression ratio and mean log probability that faster-whisper itself holds for a failure."""
FASTEST = 8.0
"""Words in a second: nobody speaks faster, a model that lists hotwords does."""


class Whisper:
    """One model, shared by threads: each holds one of its `workers` while it hears."""

    def __init__(self, folder: Path, device: str, compute_type: str, workers: int) -> None:
        """Raises VoiceUnavailable where the files or the device do not do."""
        try:
            self._model = WhisperModel(
                str(folder),
                device=device,
                compute_type=compute_type,
                cpu_threads=1,
                num_workers=workers,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise VoiceUnavailable(f"The speech model in {folder} cannot be loaded on {device}: {error}") from error
        self._steps = _Steps(self._model.model)
        self._model.model = self._steps
        many = self._model.model.is_multilingual
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, many, task="transcribe", language="en")

    def hear(self, sound: Sound, hints: Hints) -> Heard:
        """The words of `sound`, which is speech only."""
        hotwords, prompt = self._hints(hints)
        segments, _ = self._model.transcribe(
            sound,
            language="en",
            beam_size=1,
            temperature=[0.0],
            condition_on_previous_text=False,
            max_new_tokens=LONGEST,
            hotwords=hotwords,
            initial_prompt=prompt,
        )
        with self._steps as steps:  # the segments are made while they are read
            found = list(segments)
            sure = dict(_sure(found, steps))
        kept = [n for n, segment in enumerate(found) if not _invented(segment, len(sound) / RATE)]
        words = [word for n in kept for word in self._words(found[n].tokens, sure.get(n, []))]
        return Heard(tuple(words), dropped=len(found) - len(kept))

    def _hints(self, hints: Hints) -> tuple[str | None, str | None]:
        """Hotwords and prompt, as much of them as a model bears."""
        prompt = (hints.before[-BEFORE:] or hints.question).strip()
        left = HINT_TOKENS - len(self._tokenizer.encode(prompt))
        terms = list[str]()
        for term in hints.glossary:
            left -= len(self._tokenizer.encode(f" {term},"))
            if left < 0:
                break
            terms.append(term)
        return ", ".join(terms) or None, prompt or None

    def _words(self, tokens: list[int], sure: list[float]) -> list[Word]:
        """Words with the least sure of their tokens; punctuation does not count."""
        spoken = [(token, p) for token, p in zip(tokens, sure, strict=True) if token < self._tokenizer.eot]
        texts, parts = self._tokenizer.split_to_word_tokens([token for token, _ in spoken])
        words, at = list[Word](), 0
        for text, part in zip(texts, parts, strict=True):
            own = spoken[at : at + len(part)]
            at += len(part)
            said = [p for token, p in own if any(char.isalnum() for char in self._tokenizer.decode([token]))]
            if words and not text.startswith(" "):  # "multi" and "-query" are one word
                before = words.pop()
                text, said = before.text + text, [before.probability, *said]
            if text:
                words.append(Word(text, min(said, default=1.0)))
        return words


class _Steps:
    """A CTranslate2 model that notes, for the thread that uses it, the tokens of each window and their probability."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._own = threading.local()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def __enter__(self) -> list[tuple[list[int], list[float]]]:
        self._own.windows = []
        windows: list[tuple[list[int], list[float]]] = self._own.windows
        return windows

    def __exit__(self, *_: object) -> None:
        self._own.windows = []

    def generate(self, *args: Any, **kwargs: Any) -> list[SimpleNamespace]:
        """As the model's own, for one window, without the logits: they take 200 kB a token."""
        result = self._inner.generate(*args, **kwargs, return_logits_vocab=True)[0]
        tokens, steps = list(result.sequences_ids[0]), result.logits[0]  # of steps, one more: the end
        sure = [_probability(step, token) for step, token in zip(steps, tokens, strict=False)]
        self._own.windows.append((tokens, sure))
        return [SimpleNamespace(sequences_ids=[tokens], scores=result.scores, no_speech_prob=result.no_speech_prob)]


def _probability(logits: Any, token: int) -> float:
    """Softmax of one step at one token."""
    values = np.asarray(logits).reshape(-1).astype(np.float32)
    values = np.exp(values - values.max())
    return float(values[token] / values.sum())


def _sure(segments: list[Any], windows: list[tuple[list[int], list[float]]]) -> Iterator[tuple[int, list[float]]]:
    """The probabilities of each segment's tokens: segments are parts of the windows, in order."""
    window, at = 0, 0
    for n, segment in enumerate(segments):
        wanted = list(segment.tokens)
        while window < len(windows):
            tokens, sure = windows[window]
            place = next((i for i in range(at, len(tokens)) if tokens[i : i + len(wanted)] == wanted), None)
            if place is not None:
                at = place + len(wanted)
                yield n, sure[place:at]
                break
            window, at = window + 1, 0


def _invented(segment: Any, seconds: float) -> bool:
    """Whether the model made this up: it repeats itself, is a guess, or would have been said impossibly fast."""
    span = max(min(segment.end, seconds) - segment.start, 0.1)
    words = len(segment.text.split())
    return bool(
        segment.compression_ratio > MOST_REPETITION
        or segment.avg_logprob < LEAST_CONFIDENCE
        or (words > 3 and words / span > FASTEST)
    )
