"""A grader reads an answer against a rubric. What it returns has no number in it: `domain/grade.py` scores."""

from collections.abc import Callable
from typing import Protocol, TypeGuard

from service.domain.attempt import Answer
from service.domain.consent import Destination
from service.domain.grade import GraderName, Marking, Ungraded
from service.domain.progress import Progress
from service.domain.rubric import Item
from service.llm.meter import Use
from service.plugins import load
from service.settings import Settings

BUILT_IN = {
    "offline": "service.graders.offline:best",
    "keyword": "service.graders.keyword:KeywordGrader",
    "llm": "service.graders.llm.grader:LlmGrader",
    "semantic": "service.graders.semantic.grader:SemanticGrader",
    "panel": "service.graders.panel:PanelGrader",
    "cascade": "service.graders.cascade:CascadeGrader",
}
"""Names for `VIVA_GRADER`; any other value is `package.module:Class`."""

Tell = Callable[[Progress], None]
"""Who is told how far a grader has come."""


class Grader(Protocol):
    """What a grader has to offer. Its class takes no arguments; or it has a classmethod `from_settings(settings)`."""

    identity: GraderName

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        """Verdicts with evidence for `answer`, or why there are none. Raises nothing that it can foresee."""
        ...


def longest_seconds(grader: Grader) -> float | None:
    """How long a grade may take, as a grader says that asks a model; None for one that answers at once.

    While the first works, the keyword grader's grade is shown as provisional, and what it cannot grade is tried again.
    It may have `async mark_aloud(item, answer, tell)` as well, which calls `tell` with the `Progress` so far.
    """
    said: float | None = getattr(grader, "longest_seconds", None)
    return said


async def heard(grader: Grader, item: Item, answer: Answer, tell: Tell | None) -> Marking | Ungraded:
    """What `grader` marks; `tell` hears of it meanwhile, where it can be heard."""
    aloud = getattr(grader, "mark_aloud", None) if tell else None
    marking: Marking | Ungraded = await (aloud(item, answer, tell) if aloud else grader.mark(item, answer))
    return marking


def sends_to(grader: Grader) -> tuple[Destination, ...]:
    """Which models get to see answers, as a grader says by its attribute `sends_to`; empty for one that has none."""
    said: tuple[Destination, ...] = getattr(grader, "sends_to", ())
    return said


async def close(grader: Grader) -> None:
    """Ends what it has open, where it has something."""
    if end := getattr(grader, "aclose", None):
        await end()


class Asking(Grader, Protocol):
    """A grader that asks a model: it is held within budgets, and what it says of an answer is kept for equal ones."""

    def estimate(self, item: Item, answer: Answer) -> Use:
        """The most that `mark` may take."""
        ...


def asks(grader: Grader) -> TypeGuard[Asking]:
    """Whether a grader asks a model."""
    return callable(getattr(grader, "estimate", None))


def estimate(grader: Grader, item: Item, answer: Answer) -> Use | None:
    """The most that a mark may take; None for graders that ask no model."""
    return grader.estimate(item, answer) if asks(grader) else None


def make(settings: Settings) -> Grader:
    """The grader that VIVA_GRADER names. Raises ConfigError."""
    return named(settings, settings.grader)


def named(settings: Settings, name: str) -> Grader:
    """The grader `name`, or one that asks the model of that name. Raises ConfigError."""
    if model := settings.models.get(name):
        asking: Grader = load("llm", BUILT_IN)(model)
        return asking
    found = load(name, BUILT_IN)
    grader: Grader = found.from_settings(settings) if hasattr(found, "from_settings") else found()
    return grader
