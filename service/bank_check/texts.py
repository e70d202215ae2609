"""Rules for the words of a question: what ages has a date, and the short answer can be read aloud."""

import re
from collections.abc import Iterator

from service.bank.files import Entry
from service.bank_check.findings import Findings, in_question

SHORT_ANSWER = (45, 75)
"""Words: 20 to 30 seconds read aloud."""

# Words of time that are also words of the trade: the latest token, the most recent positions, the current step.
_PARTS = (
    r"tokens?|positions?|words?|steps?|entry|entries|keys?|values?|quer(?:y|ies)|states?|layers?|blocks?|inputs?|outputs?"
    r"|messages?|turns?|context|history|window|requests?|batch|chunks?|rows?|samples?|prefix|part"
)
_IN_USE = (
    r"standard|common|commonplace|usual|usually|typical|typically|mostly|widely|widespread|dominant|ubiquitous|routine"
)
AGES = re.compile(
    r"\bcurrently\b"
    r"|\bcurrent (?:best|frontier|generation|hardware|GPUs?|models?|LLMs?|practice|releases?|research|standards?"
    r"|systems|versions?|leader)\b"
    rf"|(?<!at the )\blatest\b(?!,? (?:{_PARTS})\b)"
    rf"|\bnewest\b(?! (?:{_PARTS})\b)"
    rf"|(?<!most )\brecent\b(?! (?:{_PARTS})\b)"
    r"|(?<!least )(?<!most )\brecently\b"
    r"|\b(?:today|nowadays|these days|as of now|right now|until now|by now)\b"
    rf"|\bnow (?:{_IN_USE}|the (?:default|norm))\b"
    r"|\bmodern\b|\bstate[- ]of[- ]the[- ]art\b|\bSOTA\b"
    r"|\b20(?:2[4-9]|3\d)\b",
    re.IGNORECASE,
)
_NOT_PROSE = re.compile(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$|https://[^\s)>]+", re.DOTALL)


def check(entry: Entry) -> Findings:
    question = entry.item.question
    words = sum(any(char.isalnum() for char in word) for word in question.short_answer.split())
    if not SHORT_ANSWER[0] <= words <= SHORT_ANSWER[1]:
        message = f"{words} words; {SHORT_ANSWER[0]} to {SHORT_ANSWER[1]} read well aloud"
        yield in_question(entry, ("short_answer",), "short-answer", message)
    if question.as_of is None:
        for location, text in _read(entry):
            if found := AGES.search(_NOT_PROSE.sub(" ", text)):
                message = f"{found[0]!r} ages: say it without, or give the month it was checked in `as_of`"
                yield in_question(entry, location, "time-bound", message)


def _read(entry: Entry) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The texts that a person reads, sources aside: they have their year in the title."""
    question = entry.item.question
    for field in ("title", "hint", "prompt", "short_answer", "model_answer", "deeper_notes"):
        yield (field,), getattr(question, field)
    for number, follow_up in enumerate(question.follow_ups):
        for field in ("question", "short_answer"):
            yield ("follow_ups", number, field), getattr(follow_up, field) or ""
