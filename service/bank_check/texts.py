"""Rules for the words of a question: it says when it was checked, and the short answer can be read aloud."""

import re

from service.bank.files import Entry
from service.bank_check.findings import Findings, in_question
from service.domain.attempt import count_words

SHORT_ANSWER = (50, 65)
"""Words: 20 to 30 seconds read aloud."""
KEY_POINTS = (2, 4)
"""Of a follow-up with a question of its own."""

_UNSPEAKABLE = re.compile(r"[$`*_=^√×·≈≤≥<>|{}\\\[\]#]|\bO\(")


def check(entry: Entry) -> Findings:
    question = entry.item.question
    words = count_words(question.short_answer)
    if not SHORT_ANSWER[0] <= words <= SHORT_ANSWER[1]:
        message = f"{words} words; {SHORT_ANSWER[0]} to {SHORT_ANSWER[1]} read well aloud"
        yield in_question(entry, ("short_answer",), "short-answer", message)
    if found := _UNSPEAKABLE.search(question.short_answer):
        yield in_question(entry, ("short_answer",), "short-answer", f"{found[0]} cannot be read aloud")
    if question.as_of is None:
        message = "`as_of` is missing: the month in which its statements were checked"
        yield in_question(entry, ("as_of",), "as-of", message)
    for number, follow_up in enumerate(question.follow_ups):
        if follow_up.question and not KEY_POINTS[0] <= len(follow_up.key_points) <= KEY_POINTS[1]:
            message = f"{len(follow_up.key_points)} key points; {KEY_POINTS[0]} to {KEY_POINTS[1]} serve well"
            yield in_question(entry, ("follow_ups", number), "follow-up", message)
