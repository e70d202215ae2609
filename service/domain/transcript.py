"""What was heard in a recording: its words, which of them are doubtful, and how it was said."""

from typing import Annotated

from pydantic import Field

from service.domain import Value

Seconds = Annotated[float, Field(ge=0)]


class Doubt(Value):
    """Words that may have been misheard: a person should look at them before the answer is graded."""

    start: int
    """First code point in the transcript's text."""
    end: int
    """The one after the last: `quote == text[start:end]`."""
    quote: str
    probability: float
    """Of the least likely token in it, 0 to 1, as the model has it."""
    suggestions: tuple[str, ...] = ()
    """Terms of the question's glossary that sound alike. Never put in by us."""


class Pause(Value):
    """Silence between two stretches of speech."""

    start: Seconds
    seconds: Seconds


class Delivery(Value):
    """How it was said: shown, never scored."""

    words: int
    words_per_minute: float | None
    """Over the time of speech, pauses left out; None where there is too little of it."""
    speech_seconds: Seconds
    pauses: tuple[Pause, ...] = ()
    """Those of a second or more."""
    fillers: int
    """"um", "uh" and the like that were written down: a lower bound, as models leave most of them out."""


class Transcript(Value):
    """What a model heard, as it heard it."""

    text: str
    """Empty where nobody spoke."""
    seconds: Seconds
    """Length of the recording."""
    doubts: tuple[Doubt, ...] = ()
    delivery: Delivery
    transcriber: str
    """Who heard it, such as `local`, and with which model."""
    model: str
    dropped: int = 0
    """Stretches that were left out because the model seemed to invent them."""

    @property
    def speech(self) -> bool:
        """Whether anybody spoke."""
        return self.delivery.speech_seconds > 0
