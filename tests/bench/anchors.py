"""How the keyword grader agrees with the bank's anchors: answers with the verdicts that their writers gave them."""

import asyncio
from collections import Counter
from collections.abc import Iterable

from service.bank import Bank
from service.domain.attempt import Answer
from service.domain.grade import Grade, Marking, assess
from service.domain.rubric import Anchor, Item
from service.graders.keyword import KeywordGrader

Pair = tuple[str, str]
"""What the anchor says of a key point, what the grader says."""


def report(bank: Bank) -> None:
    """Prints agreement on anchors that cues were written with, and on those held out."""
    grader = KeywordGrader()
    for name, held_out in (("anchors, written with", False), ("anchors, held out", True)):
        graded = [
            (item, anchor, grade(grader, item, anchor))
            for item in bank.items.values()
            for anchor in item.rubric.anchors
            if anchor.held_out is held_out
        ]
        pairs = [pair for _, anchor, result in graded for pair in points(anchor, result)]
        found, missed, false = mistakes(graded)
        same = sum(ours == theirs for ours, theirs in pairs) / len(pairs)
        print(
            f"{name + ',':22} {len(graded):4} answers   verdicts agree {same:.1%} of {len(pairs)}   "
            f"F1 of met {f1(pairs):.2f}   mistakes found {found} of {found + missed}, false {false}"
        )


def grade(grader: KeywordGrader, item: Item, anchor: Anchor) -> Grade:
    answer = Answer(text=anchor.answer)
    marking = asyncio.run(grader.mark(item, answer))
    assert isinstance(marking, Marking)
    return assess(marking, item.rubric, answer, grader.identity)


def points(anchor: Anchor, result: Grade) -> list[Pair]:
    return [(anchor.verdicts.get(verdict.point, "missed"), verdict.label) for verdict in result.verdicts]


def f1(pairs: Iterable[Pair]) -> float:
    """Of the verdict `met`: harmonic mean of precision and recall."""
    counts = Counter((ours == "met", theirs == "met") for ours, theirs in pairs)
    hits = counts[True, True]
    return 2 * hits / (2 * hits + counts[True, False] + counts[False, True])


def mistakes(graded: Iterable[tuple[Item, Anchor, Grade]]) -> tuple[int, int, int]:
    """Found, missed and false ones."""
    found = missed = false = 0
    for _, anchor, result in graded:
        ours, theirs = set(anchor.mistakes), {finding.mistake for finding in result.mistakes}
        found, missed, false = found + len(ours & theirs), missed + len(ours - theirs), false + len(theirs - ours)
    return found, missed, false
