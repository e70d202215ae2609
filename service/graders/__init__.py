"""A grader reads an answer against a rubric. What it returns has no number in it: `domain/grade.py` scores."""

from typing import Protocol

from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking, Ungraded
from service.domain.rubric import Item
from service.plugins import load
from service.settings import Settings

BUILT_IN = {
    "keyword": "service.graders.keyword:KeywordGrader",
    "llm": "service.graders.llm.grader:LlmGrader",
    "semantic": "service.graders.semantic.grader:SemanticGrader",
}
"""Names for `VIVA_GRADER`; any other value is `package.module:Class`."""


class Grader(Protocol):
    """What a grader has to offer. Its class takes no arguments; or it has a classmethod `from_settings(settings)`."""

    identity: GraderName

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        """Verdicts with evidence for `answer`, or why there are none. Raises nothing that it can foresee."""
        ...


def make(settings: Settings) -> Grader:
    """The grader that VIVA_GRADER names. Raises ConfigError."""
    found = load(settings.grader, BUILT_IN)
    grader: Grader = found.from_settings(settings) if hasattr(found, "from_settings") else found()
    return grader
