"""What a grader makes of a model answer, and of silence."""

import asyncio
from collections.abc import Sequence

from service.bank.files import Entry
from service.bank_check.findings import Finding, Findings, in_question, in_rubric
from service.domain.attempt import Answer
from service.domain.grade import Grade, Ungraded, assess
from service.graders import Grader

LEAST = 90
"""Points that a model answer has to earn."""
SILENCE = "I do not know."
"""Has to earn nothing. (An empty answer cannot earn anything: there are no words to show.)"""


def check(entries: Sequence[Entry], grader: Grader) -> Findings:
    """Model answers that `grader` does not value, and rubrics that it scores without an answer."""
    yield from asyncio.run(_grade(entries, grader))


async def _grade(entries: Sequence[Entry], grader: Grader) -> list[Finding]:
    return [finding for entry in entries for finding in await _judge(grader, entry)]


async def _judge(grader: Grader, entry: Entry) -> list[Finding]:
    findings = []
    model = await _result(grader, entry, entry.item.question.model_answer)
    if isinstance(model, Ungraded):
        message = f"the grader could not decide: {model.reason}"
        findings.append(in_question(entry, ("model_answer",), "model-answer", message))
    elif model.overall < LEAST:
        message = f"earns {model.overall:g} of 100, not {LEAST}: {_lacking(model)}"
        findings.append(in_question(entry, ("model_answer",), "model-answer", message))
    silence = await _result(grader, entry, SILENCE)
    if isinstance(silence, Grade) and silence.overall > 0:
        findings.append(in_rubric(entry, (), "silence", f"{SILENCE!r} earns {silence.overall:g}, not 0"))
    return findings


async def _result(grader: Grader, entry: Entry, text: str) -> Grade | Ungraded:
    answer = Answer(text=text)
    marking = await grader.mark(entry.item, answer)
    if isinstance(marking, Ungraded):
        return marking
    return assess(marking, entry.item.rubric, answer, grader.identity)


def _lacking(grade: Grade) -> str:
    """The key points that are not met, and the mistakes that it seems to make."""
    parts = [f"{verdict.point} {verdict.label}" for verdict in grade.verdicts if verdict.label != "met"]
    return ", ".join([*parts, *(f"mistake {finding.mistake}" for finding in grade.mistakes)])
