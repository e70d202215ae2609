"""Everything Viva raises. No status codes here: `api/problems.py` maps each class to one.

VivaError
├── BankError               a question or rubric file is wrong (file, line, reason)
├── ConfigError             settings cannot work as given
│   └── PluginError         a name that leads to no object
├── NotFound                it does not exist, or it is not yours
├── SignInRequired          it is not known who is asking
│   └── SignInFailed        what was given to sign in with is not right
├── Forbidden               it is known who is asking: they may not do this
│   └── NotAgreed           their organisation has not agreed to what would be sent elsewhere
├── TooManyTries            wrong passwords; try again later
├── TooManyRequests         more than a minute has room for; the next one has again
├── ProviderUnavailable     the provider that people sign in with cannot be asked at the moment
├── Invalid                 understood, but not acceptable
│   ├── TooLarge            over a stated limit
│   │   └── AudioTooLong    a recording with more seconds than are heard
│   ├── UnknownAudio        a file that is no recording, or of a kind that is not decoded
│   ├── BrokenAudio         a recording of a known kind in which nothing can be decoded
│   └── NoSound             a recording without a sound track
├── Conflict                not possible in the present state
│   ├── RevisionMismatch    somebody saved a newer draft
│   ├── GradeMismatch       a newer grade was added meanwhile
│   ├── DeadlinePassed      the time for it is over
│   ├── ChunksMissing       a recording cannot end before it is whole
│   └── KeyReused           an idempotency key was sent with another request
├── PreconditionMissing     a revision has to be sent along
├── GraderUnavailable       the grader cannot work at the moment; try again later
│   └── BudgetSpent         it may not be asked today any more, or not just now
├── DeliveryFailed          who is to be told of an event did not take it; try again later
├── BadReply                a language model's reply to this answer is of no use; asking again at once would not help
├── VoiceUnavailable        nobody can listen at the moment
│   └── VoiceBusy           too many recordings wait; try again soon
└── StoreUnavailable        the database cannot be used at the moment
    ├── StoreBusy           another writer holds it; try again soon
    └── StoreFull           there is no space left to write
"""

from pathlib import Path


class VivaError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None) -> None:
        # A subclass's docstring is its default message.
        super().__init__(message or (self.__doc__ or "").strip())


class BankError(VivaError):
    """A file of the question bank is wrong."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path, self.line, self.reason = path, line, reason
        super().__init__(f"{path}:{line}: {reason}")


class ConfigError(VivaError):
    """The settings cannot work as given."""


class PluginError(ConfigError):
    """The name leads to no object that can be loaded."""


class NotFound(VivaError):
    """There is no such thing here."""


class SignInRequired(VivaError):
    """Sign in first, or send a valid API token."""


class SignInFailed(SignInRequired):
    """The e-mail address or the password is wrong."""


class Forbidden(VivaError):
    """You may not do this."""


class NotAgreed(Forbidden):
    """Your organisation has not agreed to that being sent elsewhere."""


class TooManyTries(VivaError):
    """Too many tries to sign in."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        """Seconds until another one counts."""
        super().__init__("Too many tries to sign in: wait some minutes.")


class TooManyRequests(VivaError):
    """Too many requests within a minute."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        """Seconds until the next ones are let through."""
        super().__init__("Too many requests within a minute: wait for the next one.")


class ProviderUnavailable(VivaError):
    """The sign-in provider cannot be reached at the moment."""


class Invalid(VivaError):
    """The request was understood but cannot be accepted."""


class TooLarge(Invalid):
    """The text is longer than the limit."""


class AudioTooLong(TooLarge):
    """The recording is longer than the limit."""


class UnknownAudio(Invalid):
    """This is no recording of a kind that can be heard: send WebM, MP4, Ogg, MP3, AAC, FLAC or WAV."""


class BrokenAudio(Invalid):
    """The recording is damaged: nothing in it can be heard."""


class NoSound(Invalid):
    """The recording has no sound track."""


class Conflict(VivaError):
    """That is not possible in the present state."""


class RevisionMismatch(Conflict):
    """A newer draft was saved elsewhere."""

    def __init__(self, current: int) -> None:
        self.current = current
        super().__init__(f"A newer draft was saved elsewhere: its revision is {current}.")


class GradeMismatch(Conflict):
    """A newer grade was added meanwhile."""

    def __init__(self, current: int) -> None:
        self.current = current
        super().__init__(f"The attempt's grade is number {current} by now: look at it, and base your changes on it.")


class DeadlinePassed(Conflict):
    """The time for this question is over."""


class ChunksMissing(Conflict):
    """Not all of the recording has arrived."""

    def __init__(self, missing: list[int]) -> None:
        self.missing = missing
        super().__init__(f"{len(missing)} chunks of the recording have not arrived: send them, and complete again.")


class KeyReused(Conflict):
    """This Idempotency-Key was used before with a different request."""


class PreconditionMissing(VivaError):
    """Send If-Match with the revision of the draft that you edited."""


class GraderUnavailable(VivaError):
    """The grader cannot be reached at the moment."""

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        """Seconds that the grader asks to be left alone."""
        super().__init__(message)


class BudgetSpent(GraderUnavailable):
    """Today's budget for the language model is used up; it begins anew at midnight UTC."""


class DeliveryFailed(VivaError):
    """The receiver did not take the event."""

    def __init__(self, message: str, *, retry_after: float | None = None, status: int | None = None) -> None:
        self.retry_after = retry_after
        """Seconds that the receiver asks to be left alone."""
        self.status = status
        """What it answered, where it did."""
        super().__init__(message)


class BadReply(VivaError):
    """The language model's reply is of no use."""

    def __init__(self, message: str | None = None, *, tokens: tuple[int | None, int | None] = (None, None)) -> None:
        self.tokens = tokens
        """Sent and received, as the server counts them: it took them all the same."""
        super().__init__(message)


class VoiceUnavailable(VivaError):
    """Recordings cannot be heard at the moment."""

    def __init__(self, message: str | None = None, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        """Seconds until another try makes sense."""
        super().__init__(message)


class VoiceBusy(VoiceUnavailable):
    """Too many recordings wait to be heard; try again in a moment."""


class StoreUnavailable(VivaError):
    """The database cannot be used at the moment."""


class StoreBusy(StoreUnavailable):
    """The database is busy; try again in a moment."""


class StoreFull(StoreUnavailable):
    """There is no space left to save this. Nothing that was saved before is lost."""
