"""What an answer costs the offline graders."""

import asyncio
import time
from collections.abc import Callable

import psutil

from service.bank import load_bank
from service.domain.attempt import Answer
from service.domain.grade import Grade, Marking, assess
from service.domain.rubric import Item
from service.graders import Grader
from service.graders.keyword import KeywordGrader
from service.graders.semantic.grader import SemanticGrader
from service.settings import ROOT
from tests.bench.tables import ms, p50_p95, show

GRADERS: dict[str, tuple[Callable[[], Grader], int]] = {"keyword": (KeywordGrader, 20), "semantic": (SemanticGrader, 2)}
"""By name what makes it, and how often it grades each answer."""
WORDS = (60, 200)


def grade(grader: Grader, item: Item, answer: Answer) -> Grade:
    marking = asyncio.run(grader.mark(item, answer))
    assert isinstance(marking, Marking)
    return assess(marking, item.rubric, answer, grader.identity)


def report() -> None:
    """Every model answer, cut or repeated, against its own rubric: CPU of the process, and memory that it keeps."""
    items = list(load_bank(ROOT).items.values())
    rows = []
    for name, (made, rounds) in GRADERS.items():
        before, grader = psutil.Process().memory_info().rss, made()
        for words in WORDS:
            seconds = [taken for number in range(rounds + 1) for taken in _round(grader, items, words) if number]
            grown = (psutil.Process().memory_info().rss - before) / 2**20
            rows.append((f"{name}, {words} words", *map(ms, p50_p95(seconds)), f"{grown:.0f} MB"))
    show(("grader", "CPU p50", "p95", "memory"), rows)


def _round(grader: Grader, items: list[Item], words: int) -> list[float]:
    """CPU seconds of each answer; the first round also reads the items."""
    seconds = []
    for item in items:
        answer = Answer.of(" ".join(((item.question.model_answer + "\n").split(" ") * 4)[:words]))
        started = time.process_time()
        grade(grader, item, answer)
        seconds.append(time.process_time() - started)
    return seconds
