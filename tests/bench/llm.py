"""What an LLM grade takes beside the call: the grader against a server that answers at once, less the bare request.

Nothing but our own work is left then, so it is counted in CPU time as well, which other processes disturb less. And how
long somebody waits for the provisional grade, while the model says nothing yet.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import httpx2

from service.bank import load_bank
from service.bench.processes import SERVER, process
from service.domain.attempt import Answer
from service.domain.grade import Marking, assess
from service.domain.rubric import Item
from service.graders.llm.grader import LlmGrader
from service.graders.llm.prompt import messages
from service.graders.llm.reply import schema
from service.graders.llm.sanitise import sanitised
from service.llm.requests import Dialect, chat_request
from service.llm.settings import LlmSettings
from service.settings import ROOT
from tests.bench.load import Connection
from tests.bench.processes import folder
from tests.bench.tables import ms, p50_p95, show

QUESTIONS, ROUNDS = 40, 6
SUBMITS = 100
Taken = tuple[float, float]
"""Seconds of CPU, seconds of the clock on the wall."""


@contextmanager
def server(seconds: float = 0) -> Iterator[str]:
    """The address of a fake language model in a process of its own, so that its work is not counted as ours.

    It answers after `seconds`.
    """
    command = [sys.executable, "-m", "tests.llm_server", str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield process.stdout.readline().strip()
        process.stdin.close()


def report() -> None:
    """Prints what a grade takes beyond the bare request, at 200 words an answer, and the wait for a provisional one."""
    items = list(islice(load_bank(ROOT).items.values(), QUESTIONS))
    with server() as url:
        taken = asyncio.run(_measured(url, items))
    clocks = {"CPU": [own for own, _ in taken], "wall clock": [own for _, own in taken]}
    rows = [(f"{name}, {len(taken)} grades", *map(ms, p50_p95(seconds))) for name, seconds in clocks.items()]
    show(("LLM grade of 200 words, all but the call", "p50", "p95"), rows)
    with server(seconds=3600) as url:
        waits = _provisional(url)
    row = (f"submit to provisional grade, {len(waits)} answers", *map(ms, p50_p95(waits)))
    show(("one server, SQLite, while the model says nothing", "p50", "p95"), [row])


async def _measured(url: str, items: list[Item]) -> list[Taken]:
    config = LlmSettings.model_validate({"base_url": url, "model": "fake"})
    grader = LlmGrader(config)
    taken: list[Taken] = []
    async with httpx2.AsyncClient(base_url=url) as client:
        for number in range(ROUNDS):
            for item in items:
                answer = Answer.of(" ".join((item.question.model_answer + "\n").split(" ")[:200]))
                told = messages(item, answer, sanitised(answer.text).text)
                body = json.dumps(chat_request(config, Dialect(), told, schema(item.rubric), config.max_tokens))
                start = clocks()
                (await client.post("chat/completions", content=body)).raise_for_status()
                between = clocks()
                marking = await grader.mark(item, answer)
                assert isinstance(marking, Marking)
                assess(marking, item.rubric, answer, grader.identity)
                end = clocks()
                if number:  # the first round warms up
                    taken.append((end[0] - 2 * between[0] + start[0], end[1] - 2 * between[1] + start[1]))
    await grader.aclose()
    return taken


def _provisional(url: str) -> list[float]:
    """Seconds from the submit of an answer to the grade that comes back with it."""
    settings = {"VIVA_GRADER": "llm", "VIVA_LLM__BASE_URL": url, "VIVA_LLM__MODEL": "fake"}
    waits = []
    with folder() as place, process(SERVER, place, settings) as viva:
        connection = Connection(viva.url)
        for _ in range(SUBMITS):
            question = connection.open()
            start = time.perf_counter()
            attempt = connection.submit(question, wait=0)
            waits.append(time.perf_counter() - start)
            assert attempt["grade"]["provisional"]
    return waits


def clocks() -> Taken:
    return time.process_time(), time.perf_counter()


if __name__ == "__main__":
    report()
