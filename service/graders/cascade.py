"""The grader `cascade`: the cheapest grader first, the next one only where that is not sure of itself.

A level's marking stands where every verdict has a confidence of `confidence.LOW` at least and nothing speaks for a
second look; the last level's stands as it is. A level that cannot be reached is waited for: the cheaper grade does not
stand in for it.
"""

from collections.abc import Sequence
from typing import Self

from service.domain.attempt import Answer
from service.domain.grade import Call, GraderName, Marking, Ungraded
from service.domain.rubric import Item
from service.errors import BadReply, ConfigError
from service.graders import Grader, close, confidence, named
from service.graders.panel import calls, destinations, digest, seconds, total
from service.llm.meter import Use
from service.settings import Settings

VERSION = "1"
"""Changes whenever the same levels may come to another marking."""


class CascadeGrader:
    """Raises ConfigError for fewer than two levels."""

    def __init__(self, levels: Sequence[Grader]) -> None:
        if len(levels) < 2:
            raise ConfigError("VIVA_CASCADE needs two levels or more.")
        self.levels = levels
        self.identity = GraderName(name="cascade", version=digest(VERSION, levels))
        self.longest_seconds = sum(seconds(levels)) or None
        """How long a grade may take, every level asked; None where none takes its time."""
        self.calls = sum(calls(levels))
        self.sends_to = destinations(levels)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Raises ConfigError."""
        if "cascade" in settings.cascade:
            raise ConfigError("Levels of VIVA_CASCADE are graders, models, or a panel, not a cascade.")
        return cls([named(settings, name) for name in settings.cascade])

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        """The marking of the first level that is sure, or of the last one. Raises GraderUnavailable."""
        calls: tuple[Call, ...] = ()
        for level in self.levels[:-1]:
            try:
                marking = await level.mark(item, answer)
            except BadReply:
                continue
            if isinstance(marking, Ungraded):
                continue
            verdicts = confidence.verdicts(marking, item, answer)
            calls += marking.calls
            if not marking.doubts and all((verdict.confidence or 0) >= confidence.LOW for verdict in verdicts):
                return marking.model_copy(update={"verdicts": verdicts, "calls": calls})
        last = await self.levels[-1].mark(item, answer)
        return last if isinstance(last, Ungraded) else last.model_copy(update={"calls": calls + last.calls})

    def estimate(self, item: Item, answer: Answer) -> Use:
        """The most that `mark` may take: every level's."""
        return total(self.levels, item, answer)

    async def aclose(self) -> None:
        for level in self.levels:
            await close(level)
