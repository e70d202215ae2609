"""The LLM grader: asks an endpoint, and believes of its reply only what stands in the answer."""

import asyncio
import hashlib
import json
from functools import partial
from typing import Protocol

from service.domain.attempt import Answer
from service.domain.consent import Destination
from service.domain.grade import Call, GraderName, Marking, Ungraded
from service.domain.rubric import Item
from service.errors import BadReply, ConfigError
from service.graders import Tell
from service.graders.llm import guards, likelihood, mistakes, prompt, reply
from service.graders.llm.aloud import Aloud
from service.graders.llm.mistakes import Mistakes, claimed
from service.graders.llm.sanitise import sanitised
from service.llm.endpoint import Completion, Endpoint
from service.llm.meter import Use, most
from service.llm.settings import LlmSettings

SHORTEST = 20
"""Letters and digits below which an answer makes no key point: nobody is asked about it."""


class Configured(Protocol):
    """The part of the settings that is needed here."""

    @property
    def llm(self) -> LlmSettings | None: ...


class LlmGrader:
    """Marks by a language model. Close it where its endpoint's connections have to end."""

    def __init__(self, settings: LlmSettings) -> None:
        self.settings = settings
        self.endpoint = Endpoint(settings)
        self.identity = GraderName(name="llm", version=version(settings))
        self.longest_seconds = self.endpoint.longest_seconds
        self.sends_to = (Destination(host=settings.host, model=settings.model),)
        self.mistakes = Mistakes(self.endpoint)

    @property
    def calls(self) -> int:
        """Of a model, for a grade, about."""
        return 1 + self.mistakes.calls

    @classmethod
    def from_settings(cls, settings: Configured) -> "LlmGrader":
        """Raises ConfigError where no language model is configured."""
        if settings.llm is None:
            raise ConfigError("The grader llm needs VIVA_LLM__BASE_URL and VIVA_LLM__MODEL.")
        return cls(settings.llm)

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        """Verdicts with evidence, or why the model's reply was of no use. Raises GraderUnavailable."""
        return await self.mark_aloud(item, answer, None)

    async def mark_aloud(self, item: Item, answer: Answer, tell: Tell | None) -> Marking | Ungraded:
        """As `mark`; `tell` is called with verdicts and feedback as they are written, where the server streams."""
        began, clean = asyncio.get_running_loop().time(), sanitised(answer.text)
        if _says_nothing(clean.text):
            return Marking()
        try:
            hear = Aloud(item, answer, clean, self.identity, tell).hear if tell else None
            messages, schema = prompt.messages(item, answer, clean.text), reply.schema(item.rubric)
            enough = partial(reply.judges_all, item.rubric)
            said = await self.endpoint.complete(messages, schema, hear, enough)
            parsed = reply.parse(said.text, item.rubric, cut_off=said.finish_reason == "length")
            left = self.settings.timeout_seconds - (asyncio.get_running_loop().time() - began)
            scores = await self.mistakes.scores(item, answer, clean.text, left)
            marking = guards.marking(parsed, item, answer, clean, claimed(scores.of))
            marking = likelihood.weighed(marking, said.text, said.tokens)
        except BadReply as error:
            return Ungraded(reason=str(error))
        calls = (self._call(said), *(self._call(each.said, each.reply) for each in scores.asked))
        return marking.model_copy(update={"calls": calls})

    def estimate(self, item: Item, answer: Answer) -> Use:
        """The most that `mark` may take."""
        text = sanitised(answer.text).text
        if _says_nothing(text):
            return Use()
        whole = most(self.settings, prompt.messages(item, answer, text), reply.schema(item.rubric))
        return whole + self.mistakes.estimate(item, answer, text)

    async def aclose(self) -> None:
        await self.endpoint.aclose()

    def _call(self, said: Completion, read: str | None = None) -> Call:
        """`read`: what was read of a reply beside its text."""
        dated = self.settings.price_date
        return Call(
            requested_model=said.requested_model,
            model=said.model,
            digest=said.digest,
            reply=said.text if read is None else read,
            request_id=said.request_id,
            finish_reason=said.finish_reason,
            prompt_tokens=said.prompt_tokens or 0,
            cached_tokens=said.cached_tokens or 0,
            completion_tokens=said.completion_tokens or 0,
            seconds=round(said.seconds, 3),
            retries=said.retries,
            price=self.settings.price(said.prompt_tokens, said.completion_tokens),
            price_date=dated.isoformat() if dated else None,
        )


def _says_nothing(text: str) -> bool:
    return sum(map(str.isalnum, text)) < SHORTEST


def version(settings: LlmSettings) -> str:
    """Twelve hex digits that change with the prompts, the form of a reply, the model and the guards."""
    shape = reply.form(("M1",), ("X1",))
    parts = [prompt.SYSTEM, prompt.REMINDER, shape, settings.model, settings.api, settings.seed, guards.VERSION]
    parts.append(mistakes.version(settings))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
