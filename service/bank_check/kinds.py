"""What a level or a kind of question asks of its rubric, as far as words can tell."""

import re
from collections.abc import Iterable

from service.bank.files import Entry
from service.bank_check.findings import Findings, in_question, in_rubric
from service.domain.attempt import count_words
from service.domain.rubric import KeyPoint

SYNTHESIS_MINUTES = 6

_PRODUCTION = re.compile(
    r"\b(?:production|serv(?:e[ds]?|er|ers|ing)|deploy\w*|traffic|requests?|users?|customers?|throughput|latency|latencies"
    r"|capacity|batch(?:es)?|GPUs?|memory|bandwidth|costs?|bill|budget|price|incidents?|outages?|operat\w+|fleet|hardware"
    r"|products?|on-call|monitor\w*|training runs?)\b",
    re.IGNORECASE,
)
_DESIGN = {
    "a fallback": re.compile(
        r"\bfall(?:s|ing)?[ -]?back\w*|\bescalat\w+|\brevert\w*|\broll(?:s|ing)?[ -]?back\w*", re.IGNORECASE
    ),
    "a calibration": re.compile(r"\bcalibrat\w+|\bthreshold\w*|\bbenchmark\w*|\bmeasur\w+|\bvalidat\w+", re.IGNORECASE),
    "a rollout": re.compile(
        r"\broll(?:s|ing|ed)?[ -]?out\w*|\bshadow\w*|\bcanar\w+|\bA/B\b|\bstage[ds]?\b|\bgradual\w*", re.IGNORECASE
    ),
}
_JARGON = re.compile(r"\bjargon\b|\btechnical (?:terms?|words?)\b", re.IGNORECASE)


def check(entry: Entry) -> Findings:
    question, rubric = entry.item.question, entry.item.rubric
    if question.level == "senior" and not _says(rubric.criteria.get("why_it_matters", ()), _PRODUCTION):
        message = "a senior question asks for a consequence in production; no point of why_it_matters names one"
        yield in_rubric(entry, ("criteria", "why_it_matters"), "senior", message)
    if question.kind == "design":
        for part, pattern in _DESIGN.items():
            if not _says(rubric.points(), pattern):
                yield in_rubric(entry, ("criteria",), "design", f"a design needs {part}; no key point names one")
    if question.kind in ("comparison", "design") and rubric.scale != question.kind:
        message = f"a {question.kind} question is weighed as one, not as {rubric.scale}"
        yield in_rubric(entry, ("scale",), "scale", message)
    if question.kind == "audience" and not any(_JARGON.search(m.says + m.correction) for m in rubric.mistakes):
        yield in_rubric(entry, ("mistakes",), "audience", "no mistake is the use of jargon")
    if question.kind == "synthesis" and question.minutes < SYNTHESIS_MINUTES:
        message = f"a synthesis takes {SYNTHESIS_MINUTES} minutes or more"
        yield in_question(entry, ("minutes",), "synthesis", message)
    words = count_words(question.model_answer)
    if question.max_words and words > question.max_words:
        message = f"{words} words, where {question.max_words} are allowed"
        yield in_question(entry, ("model_answer",), "max-words", message)


def _says(points: Iterable[KeyPoint], pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(f"{point.says} {point.why}") for point in points)
