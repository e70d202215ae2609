"""A recording that still grows is heard piece by piece, so that little is left to do when it ends.

A piece ends in a pause and is never heard again: about a third more work in all than hearing the whole at its end, of
which after the end only the last piece is left. What was heard so far is a value that can be stored between pieces.
"""

import json
from dataclasses import asdict, dataclass, replace

from service.voice import Heard, Hints, Transcriber, Word
from service.voice.decode import RATE, Sound
from service.voice.doubts import written
from service.voice.pauses import PIECE, Span, Speech, find_speech, next_cut


@dataclass(frozen=True)
class Progress:
    """What was heard of the first `settled` seconds."""

    settled: float = 0.0
    words: tuple[Word, ...] = ()
    spans: tuple[Span, ...] = ()
    dropped: int = 0

    @property
    def text(self) -> str:
        return written(self.words)

    def dump(self) -> str:
        """As JSON, with the text for whoever wants only that."""
        return json.dumps(asdict(self) | {"text": self.text})

    @classmethod
    def load(cls, dumped: str | None) -> "Progress":
        """The beginning, where nothing was heard yet."""
        if dumped is None:
            return cls()
        fields = json.loads(dumped)
        words = tuple(Word(**word) for word in fields["words"])
        spans = tuple((start, end) for start, end in fields["spans"])
        return cls(fields["settled"], words, spans, fields["dropped"])


def further(transcriber: Transcriber, sound: Sound, hints: Hints, before: Progress) -> Progress | None:
    """One piece more, of all the sound so far; None where there is none yet. Raises VoiceUnavailable."""
    rest = find_speech(sound[int(before.settled * RATE) :])
    if not rest.spans:
        silent = rest.seconds - 1.0  # a word may begin in the last second
        return replace(before, settled=before.settled + silent) if silent > PIECE[1] else None
    cut = next_cut(rest.spans, rest.seconds)
    return None if cut is None else _heard(transcriber, rest.part(0.0, cut), hints, before)


def finish(transcriber: Transcriber, sound: Sound, hints: Hints, before: Progress) -> tuple[Heard, Speech]:
    """All of it, with what is left now that the sound has ended. Raises VoiceUnavailable."""
    rest = find_speech(sound[int(before.settled * RATE) :])
    whole = _heard(transcriber, rest, hints, before)
    return Heard(whole.words, whole.dropped), Speech(sound, whole.spans)


def _heard(transcriber: Transcriber, piece: Speech, hints: Hints, before: Progress) -> Progress:
    """`before` and the piece that follows it."""
    heard = Heard(before.words, before.dropped)
    if piece.spans:
        heard = heard.then(transcriber.hear(piece, replace(hints, before=before.text)))
    spans = tuple((before.settled + start, before.settled + end) for start, end in piece.spans)
    return Progress(before.settled + piece.seconds, heard.words, before.spans + spans, heard.dropped)
