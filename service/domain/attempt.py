"""An answer and the attempt that carries it."""

import re
import unicodedata
from datetime import datetime
from typing import Literal
from uuid import UUID

from service.domain import Value
from service.errors import Conflict, Invalid, TooLarge

MAX_ANSWER = 20_000
"""Characters in an answer, counted after normalising line ends."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """`text` with one kind of line end, composed (NFC) and without control characters or lone surrogates.

    Raises TooLarge over `MAX_ANSWER` characters.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", text).encode("utf-8", "replace").decode()
    text = unicodedata.normalize("NFC", text)
    if len(text) > MAX_ANSWER:
        raise TooLarge(f"An answer has at most {MAX_ANSWER:,} characters; this one has {len(text):,}.")
    return text


def count_words(text: str) -> int:
    """Words as people count them: what stands between spaces and has a letter or a digit in it."""
    return sum(any(char.isalnum() for char in word) for word in text.split())


Source = Literal["typed", "spoken"]


class Answer(Value):
    """What a person said, as it is graded."""

    text: str
    source: Source = "typed"

    @property
    def words(self) -> int:
        return count_words(self.text)

    @classmethod
    def of(cls, text: str) -> "Answer":
        """A typed answer from raw text. Raises Invalid when nothing is left of it, TooLarge when it is too long."""
        text = clean(text)
        if not text.strip():
            raise Invalid("The answer is empty.")
        return cls(text=text)


class Person(Value):
    """Who is asking: every record has an owner and an organisation."""

    id: str
    organisation: str


LOCAL = Person(id="local", organisation="local")
"""The one user of a server on loopback, where no sign-in is configured."""

AttemptStatus = Literal["submitted", "graded", "ungraded"]


class Standing(Value):
    """How far the grading of an attempt has come."""

    status: AttemptStatus
    grades: int
    """How many it has got: a regrade adds one."""


class Attempt(Value):
    """One answer to one question, as it was handed in."""

    id: UUID
    owner: Person
    session_id: UUID | None
    position: int | None
    """Place of the question in its session, from 1."""
    question_id: str
    item_digest: str
    answer: Answer
    status: AttemptStatus = "submitted"
    timed_out: bool = False
    """True where the clock handed it in: the last draft, finished at the deadline."""
    seconds_used: float
    submitted_at: datetime
    """When it counts as finished: its arrival, or the deadline when that came first."""
    removed_at: datetime | None = None
    """When its text was removed, for its time was over; then the answer is empty, and its grade has no quotes."""

    def check_kept(self) -> None:
        """Raises Conflict where nobody can read the answer any more."""
        if self.removed_at is not None:
            raise Conflict(f"The answer was removed on {self.removed_at:%Y-%m-%d}: nobody can judge it any more.")
