"""The grader `panel`: several graders read the same answer at the same time, and vote on each key point.

The label is the middle one of theirs, the lower of two: a majority has its way, and a tie goes against the point. Where
one member cannot grade, the others' vote stands, with a doubt.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median_low
from typing import Self

from service.domain.attempt import Answer
from service.domain.consent import Destination
from service.domain.grade import CREDIT, Finding, GraderName, Marking, Reading, Ungraded, Verdict
from service.domain.rubric import Item
from service.errors import BadReply, ConfigError, GraderUnavailable
from service.graders import Grader, close, confidence, estimate, named, sends_to
from service.llm.meter import Use
from service.settings import Settings

VERSION = "1"
"""Changes whenever the same members may come to another marking."""
DISAGREES, INCOMPLETE = "panel disagrees", "panel incomplete"


@dataclass(frozen=True)
class Vote:
    """A member's marking, and its verdicts with a confidence each."""

    marking: Marking
    verdicts: Sequence[Verdict]


class PanelGrader:
    """Raises ConfigError for fewer than two members."""

    def __init__(self, members: Sequence[Grader]) -> None:
        if len(members) < 2:
            raise ConfigError("VIVA_PANEL needs two members or more.")
        self.members = members
        self.identity = GraderName(name="panel", version=digest(VERSION, members))
        self.longest_seconds = max(seconds(members), default=None)
        """How long a grade may take; None where no member takes its time."""
        self.calls = sum(calls(members))
        self.sends_to = destinations(members)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Raises ConfigError."""
        if {"panel", "cascade"} & set(settings.panel):
            raise ConfigError("Members of VIVA_PANEL are graders and models, not a panel or a cascade.")
        return cls([named(settings, name) for name in settings.panel])

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        """What the members have voted. Raises GraderUnavailable where none can grade and another try may help."""
        marks = (member.mark(item, answer) for member in self.members)
        results = await asyncio.gather(*marks, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, GraderUnavailable | BadReply):
                raise result
        votes = [
            Vote(result, confidence.verdicts(result, item, answer)) for result in results if isinstance(result, Marking)
        ]
        if votes:
            return _together(votes, item, complete=len(votes) == len(results))
        away = [result for result in results if isinstance(result, GraderUnavailable)]
        if away:
            asked_for = [error.retry_after for error in away if error.retry_after is not None]
            raise GraderUnavailable(str(away[0]), retry_after=min(asked_for, default=None))
        return Ungraded(reason="; ".join(dict.fromkeys(_reason(result) for result in results)))

    def estimate(self, item: Item, answer: Answer) -> Use:
        """The most that `mark` may take."""
        return total(self.members, item, answer)

    async def aclose(self) -> None:
        for member in self.members:
            await close(member)


def total(graders: Sequence[Grader], item: Item, answer: Answer) -> Use:
    """The most that all of them may take."""
    return sum((estimate(grader, item, answer) or Use() for grader in graders), Use())


def calls(graders: Sequence[Grader]) -> list[int]:
    """How often each asks a model for a grade."""
    return [getattr(grader, "calls", 0) for grader in graders]


def seconds(graders: Sequence[Grader]) -> list[float]:
    """How long each of those may take that say so."""
    return [longest for grader in graders if (longest := getattr(grader, "longest_seconds", None)) is not None]


def destinations(graders: Sequence[Grader]) -> tuple[Destination, ...]:
    """Which models get to see answers."""
    return tuple(dict.fromkeys(chain.from_iterable(sends_to(grader) for grader in graders)))


def digest(own: str, graders: Sequence[Grader]) -> str:
    """Twelve hex digits that change with any of the graders."""
    parts = [own, *([grader.identity.name, grader.identity.version] for grader in graders)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _together(votes: Sequence[Vote], item: Item, *, complete: bool) -> Marking:
    verdicts = tuple(_verdict(each) for each in zip(*(vote.verdicts for vote in votes), strict=True))
    mistakes, contested = _mistakes(votes, item)
    disagree = contested or any(verdict.agreement != 1 for verdict in verdicts)
    closest = max(votes, key=lambda vote: _alike(vote.verdicts, verdicts)).marking
    doubts = dict.fromkeys(chain.from_iterable(vote.marking.doubts for vote in votes))
    return Marking(
        verdicts=verdicts,
        mistakes=mistakes,
        quantities=_quantities(votes),
        feedback=closest.feedback,
        follow_up=closest.follow_up,
        doubts=(*doubts, *[DISAGREES] * disagree, *[INCOMPLETE] * (not complete)),
        calls=tuple(chain.from_iterable(vote.marking.calls for vote in votes)),
    )


def _verdict(votes: Sequence[Verdict]) -> Verdict:
    """The vote on one key point, with the evidence of the surest of those who were for the outcome."""
    middle = median_low([CREDIT[vote.label] for vote in votes])
    agreeing = [vote for vote in votes if CREDIT[vote.label] == middle]
    best = max(agreeing, key=lambda vote: vote.confidence or 0)
    update = {"confidence": confidence.pooled(best.label, votes), "agreement": round(len(agreeing) / len(votes), 3)}
    return best.model_copy(update=update)


def _mistakes(votes: Sequence[Vote], item: Item) -> tuple[tuple[Finding, ...], bool]:
    """Those that more than half of the members found, and whether any was found by some only."""
    found = Counter(finding.mistake for vote in votes for finding in vote.marking.mistakes)
    shown = {finding.mistake: finding for vote in reversed(votes) for finding in vote.marking.mistakes}
    kept = tuple(shown[m.id] for m in item.rubric.mistakes if 2 * found[m.id] > len(votes))
    return kept, any(count < len(votes) for count in found.values())


def _quantities(votes: Sequence[Vote]) -> tuple[Reading, ...]:
    """Numbers are read by code, the same for all: as the first has them who has any."""
    return next((vote.marking.quantities for vote in votes if vote.marking.quantities), ())


def _alike(some: Sequence[Verdict], others: Sequence[Verdict]) -> int:
    return sum(one.label == other.label for one, other in zip(some, others, strict=True))


def _reason(result: object) -> str:
    return result.reason if isinstance(result, Ungraded) else str(result)
