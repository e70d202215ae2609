"""The grader against a real model over HTTP. It is a weak one: what is asked here is what code promises, whatever the
model says. How well it grades is measured by `viva bench graders`, not tested."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest
from openai import AsyncOpenAI

from service.domain.attempt import Answer
from service.domain.grade import Grade, Marking, assess
from service.graders.llm import prompt, reply
from service.graders.llm.grader import LlmGrader
from service.llm.requests import Dialect, chat_request
from service.llm.settings import LlmSettings
from tests.graders.llm.answers import QUESTIONS, item
from tests.graders.llm.test_attacks import ATTACKS, filled
from tests.real_llm.server import running

pytestmark = pytest.mark.real_llm
T = TypeVar("T")
ABOUT = item("causal-mask")
GOOD, WEAK = (Answer.of(said.text) for said in (QUESTIONS["causal-mask"].good, QUESTIONS["causal-mask"].weak))


@pytest.fixture(scope="module")
def settings() -> Iterator[LlmSettings]:
    with running() as url:
        yield LlmSettings.model_validate(
            {"base_url": url, "model": "local", "timeout_seconds": 600, "max_tokens": 1200}
        )


def using(settings: LlmSettings, work: Callable[[LlmGrader], Awaitable[T]]) -> T:
    async def run() -> T:
        grader = LlmGrader(settings)
        try:
            return await work(grader)
        finally:
            await grader.aclose()

    return asyncio.run(run())


def marked(settings: LlmSettings, answer: Answer) -> Marking:
    marking = using(settings, lambda grader: grader.mark(ABOUT, answer))
    assert isinstance(marking, Marking), marking
    return marking


def graded(settings: LlmSettings, answer: Answer) -> Grade:
    return using(settings, lambda grader: _graded(grader, answer))


async def _graded(grader: LlmGrader, answer: Answer) -> Grade:
    marking = await grader.mark(ABOUT, answer)
    assert isinstance(marking, Marking), marking
    return assess(marking, ABOUT.rubric, answer, grader.identity)


def test_a_real_model_marks_a_real_answer_with_words_of_the_answer(settings: LlmSettings) -> None:
    marking = marked(settings, GOOD)
    shown = [e for v in marking.verdicts if v.label != "missed" for e in v.evidence]
    assert shown
    assert all(e.stands_in(GOOD.text) for e in shown)
    call, *alone = marking.calls
    assert len(alone) == 2 * len(ABOUT.rubric.mistakes)
    assert call.model == "local"
    assert call.prompt_tokens
    assert call.completion_tokens
    assert reply.judges_all(ABOUT.rubric, call.reply)


def test_the_server_holds_to_the_strict_schema(settings: LlmSettings) -> None:
    async def dialect(grader: LlmGrader) -> Dialect:
        return await grader.endpoint._learned()

    assert using(settings, dialect).mode == "json_schema"


def test_the_same_answer_gets_the_same_verdicts_from_a_real_model(settings: LlmSettings) -> None:
    first, second = (marked(settings, GOOD) for _ in range(2))
    assert first.verdicts == second.verdicts


def test_a_good_answer_earns_more_than_one_about_something_else(settings: LlmSettings) -> None:
    other = Answer.of("I had soup for lunch today, and then I walked home along the river, because the sun was out.")
    assert graded(settings, GOOD).overall > graded(settings, other).overall


@pytest.mark.parametrize("name", ["order", "chat-tokens", "forged-reply"])
def test_a_real_model_cannot_be_talked_into_a_better_grade(name: str, settings: LlmSettings) -> None:
    attack = Answer.of(filled(ATTACKS[name]["text"], "causal-mask"))
    assert graded(settings, attack).overall <= graded(settings, WEAK).overall


def test_a_reply_fits_the_schema_when_it_is_streamed(settings: LlmSettings) -> None:
    messages = prompt.messages(ABOUT, WEAK, WEAK.text)
    body = chat_request(settings, Dialect(), messages, reply.schema(ABOUT.rubric), settings.max_tokens)

    async def pieces() -> list[str]:
        async with AsyncOpenAI(base_url=str(settings.base_url), api_key="none", timeout=600) as client:
            stream = await client.chat.completions.create(**body, stream=True)
            return [c.choices[0].delta.content or "" async for c in stream if c.choices]

    said = asyncio.run(pieces())
    assert sum(map(bool, said)) > 20
    assert reply.judges_all(ABOUT.rubric, "".join(said))
