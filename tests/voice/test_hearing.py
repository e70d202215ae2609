"""What the shipped model hears in real recordings, and what it does not make up."""

import asyncio
import re
from pathlib import Path

import jiwer
import pytest

from service.domain.transcript import Transcript
from service.errors import AudioTooLong
from service.voice import Hints
from service.voice.hearing import Voice
from service.voice.local import LocalTranscriber
from service.voice.pipeline import transcribe
from service.voice.settings import VoiceSettings
from tests.voice.sounds import AUDIO, TEXTS, noise, silence, tone, write

TERMS = ("PagedAttention", "KV cache", "FlashAttention", "HBM", "GQA", "softmax")


def hints(file: str) -> Hints:
    about = TEXTS[file]
    return Hints(about["question"] or "", tuple(about.get("bias") or about.get("glossary") or ()))


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def hear(transcriber: LocalTranscriber, file: str) -> Transcript:
    return transcribe(transcriber, AUDIO / file, hints(file), 300)


@pytest.mark.parametrize(("file", "errors"), [("kv.webm", 0.06), ("rope.webm", 0.03), ("human_jfk.webm", 0.05)])
def test_an_answer_is_heard_nearly_word_for_word(transcriber: LocalTranscriber, file: str, errors: float) -> None:
    found = hear(transcriber, file)
    assert jiwer.wer(plain(TEXTS[file]["text"]), plain(found.text)) <= errors
    assert found.model == "tiny.en"
    assert found.dropped == 0
    assert found.delivery.words == len(found.text.split())
    assert found.delivery.words_per_minute
    assert 120 < found.delivery.words_per_minute < 220


def test_doubts_stand_where_they_say(transcriber: LocalTranscriber) -> None:
    found = hear(transcriber, "kv.webm")
    assert found.doubts
    assert all(found.text[doubt.start : doubt.end] == doubt.quote for doubt in found.doubts)
    assert all(0 <= doubt.probability < 0.9 for doubt in found.doubts)


@pytest.mark.parametrize("file", ["moe_vague.webm", "nm2.webm"])
def test_terms_that_were_not_said_are_not_heard(transcriber: LocalTranscriber, file: str) -> None:
    found = plain(hear(transcriber, file).text)
    said = plain(TEXTS[file]["text"])
    assert [term for term in TEXTS[file]["bias"] if plain(term) in found and plain(term) not in said] == []


@pytest.mark.parametrize(
    "sound", [silence(20), noise(20), noise(20, 0.005), tone(20)], ids=["silence", "loud", "soft", "tone"]
)
def test_where_nobody_speaks_nothing_is_heard(transcriber: LocalTranscriber, sound: object, tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", sound, "pcm_s16le")  # type: ignore[arg-type]
    found = transcribe(transcriber, path, Hints("What is paged attention?", TERMS), 300)
    assert found.text == ""
    assert not found.speech
    assert found.seconds == 20
    assert found.delivery.words_per_minute is None


def test_silence_around_an_answer_adds_nothing(transcriber: LocalTranscriber, tmp_path: Path) -> None:
    import numpy as np

    from service.voice.decode import decode

    sound = decode(AUDIO / "nm2.webm", 60)
    path = write(tmp_path / "a.wav", np.concatenate([silence(15), sound, silence(15)]), "pcm_s16le")
    found = transcribe(transcriber, path, hints("nm2.webm"), 300)
    assert plain(found.text) == plain(TEXTS["nm2.webm"]["text"])
    assert found.delivery.speech_seconds < 5


def test_two_at_once_hear_the_same_as_one(transcriber: LocalTranscriber) -> None:
    files = ["kv.webm", "moe_vague.webm", "human_jfk.webm", "nm2.webm"]
    told = list[tuple[str, float, float]]()

    async def at_once() -> list[Transcript]:
        voice = Voice(transcriber, VoiceSettings(), lambda *seen: told.append(seen))
        found = await asyncio.gather(*(voice.transcribe(AUDIO / file, hints(file)) for file in files))
        await voice.close()
        return found

    assert asyncio.run(at_once()) == [hear(transcriber, file) for file in files]
    assert len(told) == len(files)
    assert sum(seconds for _, _, seconds in told) == pytest.approx(24.9 + 11.3 + 11 + 3.6, abs=4)


def test_a_longer_recording_than_is_allowed_is_refused(transcriber: LocalTranscriber) -> None:
    with pytest.raises(AudioTooLong):
        transcribe(transcriber, AUDIO / "kv.webm", Hints(), 20)


def test_a_hundred_terms_do_not_drown_what_is_said(transcriber: LocalTranscriber) -> None:
    many = tuple(f"{term} {number}" for number in range(20) for term in TERMS)
    found = transcribe(transcriber, AUDIO / "nm2.webm", Hints("How does it work? " * 5, many), 300)
    assert plain(found.text) == plain(TEXTS["nm2.webm"]["text"])
