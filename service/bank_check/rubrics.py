"""Rules for one rubric: its size, its cues, its numbers and its anchors."""

import math
import re
from functools import cache
from itertools import pairwise

from service.bank.files import Entry
from service.bank_check.findings import Findings, in_rubric
from service.domain.rubric import AnchorKind, CueGroup, KeyPoint, Mistake, Quantity
from service.graders.formulas import Formula
from service.graders.words import stems

POINTS = (8, 12)
FEWEST_IN_BRIEF = 5
"""Key points that a question with a word limit may do with."""
CRITERIA = (3, 4)
MISTAKES = 3
ANCHORS = 10
KINDS: tuple[AnchorKind, ...] = (
    "excellent", "good", "partial", "terse", "rambling", "spoken", "wrong", "vague", "off-topic", "keywords", "negated",
)  # fmt: skip
"""Of anchors that every rubric has; `better` and `gibberish` where they make sense."""
FORMULA_TOLERANCE = 1e-3
_THOUSANDS, _REST = re.compile(r"(?<![\d.,])\d{1,3}$"), re.compile(r"\d{3}(?![\d.])")
"""What YAML makes of an unquoted 1,900."""


def check(entry: Entry) -> Findings:
    yield from _sizes(entry)
    yield from _paraphrases(entry)
    yield from _cues(entry)
    yield from _quantities(entry)
    yield from _anchors(entry)


def _sizes(entry: Entry) -> Findings:
    rubric = entry.item.rubric
    points = sum(1 for _ in rubric.points())
    fewest = FEWEST_IN_BRIEF if rubric.max_words else POINTS[0]
    if not fewest <= points <= POINTS[1]:
        yield in_rubric(entry, ("criteria",), "size", f"{points} key points; {fewest} to {POINTS[1]} serve well")
    if not CRITERIA[0] <= len(rubric.criteria) <= CRITERIA[1]:
        message = f"{len(rubric.criteria)} criteria; {CRITERIA[0]} or {CRITERIA[1]} serve well"
        yield in_rubric(entry, ("criteria",), "size", message)
    if len(rubric.mistakes) < MISTAKES:
        message = f"{len(rubric.mistakes)} mistakes; name at least {MISTAKES} that people make"
        yield in_rubric(entry, ("mistakes",), "size", message)


def _paraphrases(entry: Entry) -> Findings:
    """The same words of two key points would count for both; of one, they add nothing."""
    rubric = entry.item.rubric
    places: list[tuple[tuple[str | int, ...], KeyPoint | Mistake]] = [
        (("criteria", c, n), point) for c, points in rubric.criteria.items() for n, point in enumerate(points)
    ]
    places += [(("mistakes", place), mistake) for place, mistake in enumerate(rubric.mistakes)]
    said = {tuple(stems(owner.says)): owner.id for _, owner in places}
    for location, owner in places:
        for number, paraphrase in enumerate(owner.paraphrases):
            words = tuple(stems(paraphrase))
            if words in said:
                message = f"says the same as {said[words]}"
                yield in_rubric(entry, (*location, "paraphrases", number), "paraphrase", message)
            said[words] = owner.id


def _cues(entry: Entry) -> Findings:
    rubric = entry.item.rubric
    places: list[tuple[tuple[str | int, ...], tuple[CueGroup, ...]]] = []
    for criterion, points in rubric.criteria.items():
        places += [(("criteria", criterion, place), point.cues) for place, point in enumerate(points)]
    places += [(("mistakes", place), mistake.cues) for place, mistake in enumerate(rubric.mistakes)]
    places += [(("quantities", place), quantity.cues) for place, quantity in enumerate(rubric.quantities)]
    known = {quantity.id for quantity in rubric.quantities}
    for location, groups in places:
        for number, group in enumerate(groups):
            reasons = [f"`{term}` {reason}" for term in group if (reason := _unreadable(term, known))]
            reasons += [
                f"`{a}, {b}` are two terms: quote a number with a separator, or leave it out"
                for a, b in pairwise(group)
                if _THOUSANDS.search(a) and _REST.match(b)
            ]
            for reason in reasons:
                yield in_rubric(entry, (*location, "cues", number), "cue", reason)


def _unreadable(term: str, quantities: set[str]) -> str | None:
    """Why a cue term can never match."""
    for alternative in term.removeprefix("not ").split("|"):
        cue = alternative.strip().removeprefix("not ")
        if cue.startswith("="):
            if cue[1:].strip() not in quantities:
                return f"names no quantity of this rubric: {cue}"
        elif not _readable(cue):
            return f"has an alternative that never matches: the grader reads no word in {cue!r}"
    return None


@cache
def _readable(cue: str) -> bool:
    """Whether the grader finds a word in a cue; the same ones stand in many places."""
    return bool(stems(cue))


def _quantities(entry: Entry) -> Findings:
    rubric = entry.item.rubric
    cues = [*(point.cues for point in rubric.points()), *(mistake.cues for mistake in rubric.mistakes)]
    terms = {cue.strip() for groups in cues for group in groups for term in group for cue in term.split("|")}
    for place, quantity in enumerate(rubric.quantities):
        if quantity.formula is None and quantity.source is None and quantity.status != "unsourced":
            yield in_rubric(entry, ("quantities", place), "number", f"{quantity.id} has neither source nor formula")
        if quantity.status != "verified" and (quantity.point or f"={quantity.id}" in terms):
            message = f"{quantity.id} is {quantity.status}, so no score may rest on it: no `point`, no ={quantity.id}"
            yield in_rubric(entry, ("quantities", place), "number", message)
        if reason := _miscalculated(quantity):
            yield in_rubric(entry, ("quantities", place, "formula"), "formula", f"{quantity.id}: {reason}")


def _miscalculated(quantity: Quantity) -> str | None:
    """How far the formula is from the value."""
    if quantity.formula is None:
        return None
    try:
        result = Formula(quantity.formula)()
    except ValueError as error:
        return str(error)
    if not math.isclose(result, quantity.value, rel_tol=FORMULA_TOLERANCE):
        return f"`{quantity.formula}` is {result:g}, not {quantity.value:g}"
    return None


def _anchors(entry: Entry) -> Findings:
    rubric = entry.item.rubric
    if len(rubric.anchors) < ANCHORS:
        yield in_rubric(entry, ("anchors",), "anchors", f"{len(rubric.anchors)} anchors; write at least {ANCHORS}")
    kinds = {anchor.kind for anchor in rubric.anchors}
    if lacking := [kind for kind in KINDS if kind not in kinds]:
        yield in_rubric(entry, ("anchors",), "anchors", f"no anchor is {', '.join(lacking)}")
    shown = {mistake for anchor in rubric.anchors for mistake in anchor.mistakes}
    for place, mistake in enumerate(rubric.mistakes):
        if mistake.id not in shown:
            yield in_rubric(entry, ("mistakes", place), "unshown-mistake", f"no anchor makes the mistake {mistake.id}")
