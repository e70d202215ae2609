"""Which mistakes an answer claims, each asked about by itself: yes or no, read from the log-probabilities of one token.

A model asked about everything at once hardly names a mistake; asked about one, it leans towards yes or no all the same
where it does not say so. How far it leans without any answer is subtracted:

    score = log(p(yes) / p(no)) - the same for an empty answer

The empty answer is asked about once for each mistake and process, and first: of a model that has neither word for it
nothing more is asked. Whatever fails here leaves a mistake without a score, and what the whole reply says of it counts.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from service.domain.attempt import Answer
from service.domain.rubric import Item, Mistake
from service.errors import BadReply, GraderUnavailable
from service.graders.llm import prompt
from service.llm.endpoint import Completion, Endpoint
from service.llm.meter import Use, most_to_choose
from service.llm.requests import Message
from service.llm.settings import LlmSettings

THRESHOLD = 1.0
"""Score above which a mistake counts as claimed: the odds of yes are e times those without an answer. Set by hand."""
USUAL = 4
"""Mistakes of a rubric, about."""
_YES, _NO = "yes", "no"
_KEPT = 10_000


class Asked(NamedTuple):
    """A question about one mistake, and what came of it; `null`: of an empty answer."""

    mistake: str
    null: bool
    log: dict[str, float]
    """Log-probabilities of yes and no; empty where the model has neither."""
    said: Completion

    @property
    def reply(self) -> str:
        """For an audit."""
        about = {"mistake": self.mistake} | ({"answer": ""} if self.null else {})
        return json.dumps(about | {choice: round(log, 3) for choice, log in self.log.items()})


@dataclass
class Scores:
    """For each mistake that has one its score, and what was asked for them, in the rubric's order."""

    of: dict[str, float] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)


@dataclass
class _Null:
    """What an empty answer comes to; None where the model cannot say. Whoever comes first asks."""

    known: bool = False
    lean: float | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Mistakes:
    """Asks one endpoint. What it learns of empty answers it keeps."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._nulls = lru_cache(maxsize=_KEPT)(_unknown)

    @property
    def calls(self) -> int:
        """About how many for a grade."""
        return USUAL if self._may_ask else 0

    async def scores(self, item: Item, answer: Answer, text: str, seconds: float) -> Scores:
        """Of an answer whose sanitised text is `text`: as many as there are after `seconds`. Raises nothing."""
        scores = Scores()
        if not self._may_ask:
            return scores
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for mistake in item.rubric.mistakes:
                    group.create_task(self._score(scores, item, mistake, answer, text))
        order = {mistake.id: number for number, mistake in enumerate(item.rubric.mistakes)}
        scores.asked.sort(key=lambda asked: (order[asked.mistake], not asked.null))
        return scores

    def estimate(self, item: Item, answer: Answer, text: str) -> Use:
        """The most that `scores` may take."""
        questions: list[Sequence[Message]] = []
        for mistake in item.rubric.mistakes if self._may_ask else ():
            null = self._null(item, mistake, answer)
            if not null.known:
                questions.append(prompt.question(item, mistake, answer, ""))
            if not null.known or null.lean is not None:
                questions.append(prompt.question(item, mistake, answer, text))
        return sum((most_to_choose(self.endpoint.settings, question) for question in questions), Use())

    @property
    def _may_ask(self) -> bool:
        return self.endpoint.settings.ask_mistakes and self.endpoint.chooses

    async def _score(self, scores: Scores, item: Item, mistake: Mistake, answer: Answer, text: str) -> None:
        with suppress(GraderUnavailable, BadReply):
            null = await self._empty(scores, item, mistake, answer)
            if null is None:
                return
            lean = await self._ask(scores, mistake, prompt.question(item, mistake, answer, text))
            if lean is not None:
                scores.of[mistake.id] = lean - null

    async def _empty(self, scores: Scores, item: Item, mistake: Mistake, answer: Answer) -> float | None:
        """What an empty answer comes to. Raises GraderUnavailable, and then it is asked again next time."""
        null = self._null(item, mistake, answer)
        async with null.asking:
            if not null.known:
                with suppress(BadReply):  # it would say it again
                    question = prompt.question(item, mistake, answer, "")
                    null.lean = await self._ask(scores, mistake, question, null=True)
                null.known = True
        return null.lean

    async def _ask(
        self, scores: Scores, mistake: Mistake, question: Sequence[Message], *, null: bool = False
    ) -> float | None:
        log, said = await self.endpoint.choose(question, (_YES, _NO))
        scores.asked.append(Asked(mistake.id, null, log, said))
        return log[_YES] - log[_NO] if log else None

    def _null(self, item: Item, mistake: Mistake, answer: Answer) -> _Null:
        return self._nulls((item.digest, mistake.id, answer.source))


def _unknown(_: tuple[str, str, str]) -> _Null:
    return _Null()


def claimed(scores: Mapping[str, float]) -> dict[str, bool]:
    """Which of the mistakes that have a score count as claimed."""
    return {mistake: score > THRESHOLD for mistake, score in scores.items()}


def version(settings: LlmSettings) -> str:
    """What a grade depends on here; whether the server gives log-probabilities is not known yet."""
    asks = settings.ask_mistakes and settings.wants_logprobs and settings.api == "chat"
    return f"{THRESHOLD:g} {prompt.ASIDE} {prompt.QUESTION}" if asks else ""
