"""A grader reads an answer against a rubric. What it returns has no number in it: `domain/grade.py` scores."""

from typing import Protocol, TypeGuard

from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking, Ungraded
from service.domain.rubric import Item
from service.llm.meter import Use
from service.plugins import load
from service.settings import Settings

BUILT_IN = {
    "keyword": "service.graders.keyword:KeywordGrader",
    "llm": "service.graders.llm.grader:LlmGrader",
    "panel": "service.graders.panel:PanelGrader",
    "cascade": "service.graders.cascade:CascadeGrader",
}
"""Names for `VIVA_GRADER`; any other value is `package.module:Class`."""


class Grader(Protocol):
    """What a grader has to offer. Its class takes no arguments; or it has a classmethod `from_settings(settings)`."""

    identity: GraderName

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        """Verdicts with evidence for `answer`, or why there are none. Raises nothing that it can foresee."""
        ...


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
