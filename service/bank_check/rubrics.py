"""Rules for one rubric: its size, its cues, its numbers and its anchors."""

import ast
import math

from simpleeval import DEFAULT_OPERATORS, InvalidExpression, SimpleEval  # type: ignore[import-untyped]

from service.bank.files import Entry
from service.bank_check.findings import Findings, in_rubric
from service.domain.rubric import CueGroup, Quantity
from service.graders.words import stems

POINTS = (6, 12)
CRITERIA = (3, 4)
MISTAKES = 2
ANCHORS = ("excellent", "good", "partial", "wrong", "vague", "off-topic|gibberish")
FORMULA_TOLERANCE = 1e-3
ARITHMETIC = {kind: DEFAULT_OPERATORS[kind] for kind in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub)}


def check(entry: Entry) -> Findings:
    yield from _sizes(entry)
    yield from _cues(entry)
    yield from _quantities(entry)
    yield from _anchors(entry)


def _sizes(entry: Entry) -> Findings:
    rubric = entry.item.rubric
    points = sum(1 for _ in rubric.points())
    if not POINTS[0] <= points <= POINTS[1]:
        yield in_rubric(entry, ("criteria",), "size", f"{points} key points; {POINTS[0]} to {POINTS[1]} serve well")
    if not CRITERIA[0] <= len(rubric.criteria) <= CRITERIA[1]:
        message = f"{len(rubric.criteria)} criteria; {CRITERIA[0]} or {CRITERIA[1]} serve well"
        yield in_rubric(entry, ("criteria",), "size", message)
    if len(rubric.mistakes) < MISTAKES:
        message = f"{len(rubric.mistakes)} mistakes; name at least {MISTAKES} that people make"
        yield in_rubric(entry, ("mistakes",), "size", message)


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
            for term in group:
                if reason := _unreadable(term, known):
                    yield in_rubric(entry, (*location, "cues", number), "cue", f"`{term}` {reason}")


def _unreadable(term: str, quantities: set[str]) -> str | None:
    """Why a cue term can never match."""
    for alternative in term.removeprefix("not ").split("|"):
        cue = alternative.strip().removeprefix("not ")
        if cue.startswith("="):
            if cue[1:].strip() not in quantities:
                return f"names no quantity of this rubric: {cue}"
        elif not stems(cue):
            return f"has an alternative that never matches: the grader reads no word in {cue!r}"
    return None


def _quantities(entry: Entry) -> Findings:
    for place, quantity in enumerate(entry.item.rubric.quantities):
        if quantity.formula is None and quantity.source is None and quantity.status != "unsourced":
            yield in_rubric(entry, ("quantities", place), "number", f"{quantity.id} has neither source nor formula")
        if reason := _miscalculated(quantity):
            yield in_rubric(entry, ("quantities", place, "formula"), "formula", f"{quantity.id}: {reason}")


def _miscalculated(quantity: Quantity) -> str | None:
    """How far the formula is from the value. Arithmetic only: no names, no functions."""
    if quantity.formula is None:
        return None
    try:
        result = SimpleEval(operators=ARITHMETIC, functions={}, names={}).eval(quantity.formula)
    except (InvalidExpression, SyntaxError, ArithmeticError, TypeError, ValueError, RecursionError) as error:
        return f"`{quantity.formula}` is not arithmetic with + - * / ** and parentheses: {error}"
    if not isinstance(result, int | float):
        return f"`{quantity.formula}` is not a number"
    if not math.isclose(result, quantity.value, rel_tol=FORMULA_TOLERANCE):
        return f"`{quantity.formula}` is {result:g}, not {quantity.value:g}"
    return None


def _anchors(entry: Entry) -> Findings:
    rubric = entry.item.rubric
    kinds = {anchor.kind for anchor in rubric.anchors}
    for needed in ANCHORS:
        if not kinds.intersection(needed.split("|")):
            yield in_rubric(entry, ("anchors",), "anchors", f"no anchor is {needed.replace('|', ' or ')}")
    shown = {mistake for anchor in rubric.anchors for mistake in anchor.mistakes}
    for place, mistake in enumerate(rubric.mistakes):
        if mistake.id not in shown:
            yield in_rubric(entry, ("mistakes", place), "unshown-mistake", f"no anchor makes the mistake {mistake.id}")
