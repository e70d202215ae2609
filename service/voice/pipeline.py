"""From a file to a transcript, all of it blocking: decode, find speech, hear it, say what is doubtful."""

from pathlib import Path

from service.domain.transcript import Transcript
from service.voice import Heard, Hints, Transcriber
from service.voice.decode import decode
from service.voice.delivery import delivery
from service.voice.doubts import doubts, written
from service.voice.pauses import Speech, find_speech


def transcribe(transcriber: Transcriber, path: Path, hints: Hints, max_seconds: float) -> Transcript:
    """Raises UnknownAudio, BrokenAudio, NoSound, AudioTooLong, VoiceUnavailable."""
    speech = find_speech(decode(path, max_seconds))
    heard = transcriber.hear(speech, hints) if speech.spans else Heard(())
    return transcript(transcriber, speech, heard, hints)


def transcript(transcriber: Transcriber, speech: Speech, heard: Heard, hints: Hints) -> Transcript:
    """What was heard of `speech`, with what to look at. Raises VoiceUnavailable."""
    text = written(heard.words)
    return Transcript(
        text=text,
        seconds=round(speech.seconds, 2),
        doubts=doubts(heard.words, hints.glossary),
        delivery=delivery(text, speech),
        transcriber=transcriber.name,
        model=transcriber.model,
        dropped=heard.dropped,
    )
