"""How long the keyword grader takes for an answer."""

import asyncio
import time

from service.bank import load_bank
from service.domain.attempt import Answer
from service.domain.grade import Grade, Marking, assess
from service.domain.rubric import Item
from service.graders.keyword import KeywordGrader
from service.settings import ROOT
from tests.bench.tables import ms, p50_p95, show

ROUNDS = 20


def grade(grader: KeywordGrader, item: Item, answer: Answer) -> Grade:
    marking = asyncio.run(grader.mark(item, answer))
    assert isinstance(marking, Marking)
    return assess(marking, item.rubric, answer, grader.identity)


def report() -> None:
    """Every model answer, cut or repeated to 200 words, against its own rubric."""
    grader, seconds = KeywordGrader(), list[float]()
    items = list(load_bank(ROOT).items.values())
    for number in range(ROUNDS + 1):
        for item in items:
            words = (item.question.model_answer + "\n").split(" ") * 4
            answer = Answer.of(" ".join(words[:200]))
            started = time.perf_counter()
            grade(grader, item, answer)
            if number:  # the first round compiles the cues
                seconds.append(time.perf_counter() - started)
    p50, p95 = p50_p95(seconds)
    show(("keyword grader", "p50", "p95"), [(f"an answer of 200 words, {len(seconds)} times", ms(p50), ms(p95))])
