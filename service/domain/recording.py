"""A spoken answer on its way: chunks come in while it is spoken, and a transcript comes out."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service.domain import Value
from service.domain.attempt import Person
from service.domain.transcript import Transcript

RecordingState = Literal["recording", "transcribing", "transcribed", "failed"]

LISTEN_SECONDS = 600.0
"""A question's clock stands for so long at most while its recording is heard."""
LOST = 3
"""Workers that may die over a recording before it is given up: it may be what kills them."""


_KINDS = {b"\x1a\x45\xdf\xa3": "webm", b"OggS": "ogg", b"RIFF": "wav", b"fLaC": "flac"}


def sound_kind(sound: bytes) -> str:
    """What kind of sound it is, by its first bytes: as in `audio/webm`, and as the end of a file's name."""
    return _KINDS.get(sound[:4], "mp4")


class Failure(Value):
    """Why a recording could not be heard."""

    kind: str
    """Name of the error's class."""
    detail: str


class Recording(Value):
    """One question's recording. There is at most one for each question of a session."""

    id: UUID
    owner: Person
    session_id: UUID
    position: int
    question_id: str
    state: RecordingState = "recording"
    chunks: int = 0
    """How many have arrived."""
    size: int = 0
    """Bytes of them that are kept."""
    text: str = ""
    """What was heard so far."""
    transcript: Transcript | None = None
    failure: Failure | None = None
    created_at: datetime
    attempt_id: UUID | None = None
    """The answer that was made of it."""


class Claim(Value):
    """A recording that a worker listens to."""

    recording: Recording
    progress: str | None
    """What was heard of it before, as JSON."""
    worker: str
    trace: str | None = None
    """Of the request that ended it."""
    tries: int
    lost: int
    """Workers that died over it, one after the other."""
