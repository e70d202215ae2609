"""How the grading of an answer goes, for whoever waits for it."""

from service.domain import Value
from service.domain.attempt import Standing
from service.domain.grade import VerdictLabel


class Progress(Value):
    """What is known of a grade while a model still writes. Each of it may yet be taken back."""

    verdicts: dict[str, VerdictLabel] = {}
    """By key point."""
    feedback: str | None = None


class Course(Value):
    """How far the grading has come, what is known already, and why the last try came to nothing."""

    standing: Standing
    progress: Progress = Progress()
    setback: str | None = None
