"""From a file to a transcript, all of it blocking: decode, find speech, hear it, say what is doubtful."""

from contextlib import suppress
from pathlib import Path

from service.domain.transcript import Transcript
from service.errors import BrokenAudio, NoSound, UnknownAudio
from service.voice import Heard, Hints, Transcriber
from service.voice.decode import decode
from service.voice.delivery import delivery
from service.voice.doubts import doubts, written
from service.voice.pauses import Speech, find_speech
from service.voice.pieces import Progress, finish, further


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


def hear_further(
    transcriber: Transcriber, path: Path, hints: Hints, so_far: str | None, max_seconds: float
) -> str | None:
    """What was heard of a recording that goes on, as `Progress.dump`; None where nothing was added to `so_far`."""
    with suppress(BrokenAudio, NoSound, UnknownAudio):  # a beginning may be too short to be anything
        sound, before = decode(path, max_seconds), Progress.load(so_far)
        progress = before
        while piece := further(transcriber, sound, hints, progress):
            progress = piece
        return None if progress == before else progress.dump()
    return None


def hear_rest(transcriber: Transcriber, path: Path, hints: Hints, so_far: str | None, max_seconds: float) -> Transcript:
    """The whole of a recording that has ended. Raises as `transcribe`."""
    heard, speech = finish(transcriber, decode(path, max_seconds), hints, Progress.load(so_far))
    return transcript(transcriber, speech, heard, hints)
