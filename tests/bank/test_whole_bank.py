"""The whole bank of this repository: every answer that it teaches, and every anchor that shows a mistake."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from typing import get_args

import pytest

from service.bank import Bank, load_bank
from service.bank_check.rubrics import FORMULA_TOLERANCE
from service.domain.attempt import Answer
from service.domain.grade import Evidence, Grade, Marking, Reading, Verdict, assess
from service.domain.question import Explanation
from service.domain.rubric import Anchor, Item, Quantity
from service.graders import Grader
from service.graders.formulas import Formula
from service.graders.keyword import KeywordGrader
from service.graders.semantic.grader import SemanticGrader
from service.settings import ROOT
from tests.domain.builders import GRADER

SILENT = ("", "I do not know.", "No idea, sorry. Next question, please.")


@cache
def bank() -> Bank:
    return load_bank(ROOT)


KEYWORD, SEMANTIC = KeywordGrader(), SemanticGrader()
ITEMS = pytest.mark.parametrize("slug", sorted(path.stem for path in (ROOT / "questions").glob("*/*.md")))


def graded(grader: Grader, item: Item, text: str) -> Grade:
    answer = Answer(text=text)
    marking = asyncio.run(grader.mark(item, answer))
    assert isinstance(marking, Marking)
    return assess(marking, item.rubric, answer, grader.identity)


def anchors(item: Item, *kinds: str) -> list[Anchor]:
    """Held-out ones aside: what a grader makes of those is measured, not demanded."""
    return [anchor for anchor in item.rubric.anchors if anchor.kind in kinds and not anchor.held_out]


def teaches(grader: Grader, item: Item) -> Grade:
    """The model answer earns 90 and asserts no mistake; its grade."""
    result = graded(grader, item, item.question.model_answer)
    assert result.overall >= 90
    assert result.mistakes == ()
    assert [reading.quantity for reading in result.quantities if not reading.right] == []
    return result


def stays_silent(grader: Grader, item: Item) -> None:
    assert [graded(grader, item, text).overall for text in SILENT] == [0, 0, 0]


def catches(grader: Grader, item: Item) -> None:
    """Each mistake, with the words that assert it."""
    caught = set()
    for anchor in anchors(item, "wrong"):
        found = {finding.mistake: finding for finding in graded(grader, item, anchor.answer).mistakes}
        for mistake in set(anchor.mistakes) & set(found):
            caught.add(mistake)
            assert all(anchor.answer[e.start : e.end] == e.quote != "" for e in found[mistake].evidence)
    assert {mistake.id for mistake in item.rubric.mistakes} - caught == set()


def lets_know_better(grader: Grader, item: Item) -> None:
    """An answer better than the usual source is not mistaken."""
    for anchor in anchors(item, "better"):
        assert graded(grader, item, anchor.answer).mistakes == (), anchor.answer


OTHERS = (stays_silent, catches, lets_know_better)


@ITEMS
@pytest.mark.parametrize("check", [teaches, *OTHERS])
def test_the_keyword_grader_on_each_question(check: Callable[[Grader, Item], object], slug: str) -> None:
    check(KEYWORD, bank().item(slug))


@ITEMS
def test_the_semantic_grader_on_each_question(slug: str) -> None:
    """One test: it reads a question once, which takes longer than an answer."""
    item = bank().item(slug)
    model = teaches(SEMANTIC, item)
    for check in OTHERS:
        check(SEMANTIC, item)
    leaves_undisclosed(SEMANTIC, item, [claim for claim, _ in UNDISCLOSED], model)


def test_numbers_with_a_formula_are_what_it_gives() -> None:
    quantities = [q for item in bank().items.values() for q in item.rubric.quantities if q.formula]
    assert len(quantities) >= 40
    for quantity in quantities:
        assert Formula(quantity.formula or "")() == pytest.approx(quantity.value, rel=FORMULA_TOLERANCE), quantity.says


def test_numbers_without_a_formula_have_a_source_and_a_date() -> None:
    for item in bank().items.values():
        for quantity in item.rubric.quantities:
            if quantity.formula is None and quantity.status != "unsourced":
                assert quantity.source, (item.id, quantity.id)
                assert quantity.as_of or item.question.as_of, (item.id, quantity.id)


def unproven(item: Item) -> list[Quantity]:
    return [q for q in item.rubric.quantities if q.status != "verified"]


@ITEMS
def test_what_is_contested_changes_no_score_right_or_wrong(slug: str) -> None:
    item = bank().item(slug)
    text = "It is so."
    shown = (Evidence(start=0, end=len(text), quote=text),)
    verdicts = tuple(Verdict(point=point.id, label="met", evidence=shown) for point in item.rubric.points())
    for right in (True, False):
        readings = tuple(Reading(quantity=q.id, right=right, evidence=shown) for q in unproven(item))
        marking = Marking(verdicts=verdicts, quantities=readings)
        assert assess(marking, item.rubric, Answer(text=text), GRADER).overall == 100


UNDISCLOSED = [
    ("GPT-4 is a mixture of experts with eight experts.", "GPT-4 is a dense network."),
    ("Claude uses grouped-query attention.", "Claude uses full multi-head attention."),
    ("Gemini uses multi-query attention.", "Gemini uses full multi-head attention."),
]
"""What nobody outside can know, and the opposite."""


def leaves_undisclosed(grader: Grader, item: Item, claims: Sequence[str], model: Grade) -> None:
    """What nobody disclosed is neither rewarded nor punished; `model` is the model answer's grade."""
    if item.question.kind == "audience":
        return  # there the words themselves are the mistake
    for claim in claims:
        alone = graded(grader, item, claim)
        assert (alone.overall, alone.mistakes) == (0, ()), claim
    added = graded(grader, item, " ".join((f"{item.question.model_answer}\n\n", *claims)))
    assert [v.label for v in added.verdicts] == [v.label for v in model.verdicts]
    assert added.mistakes == model.mistakes


@ITEMS
@pytest.mark.parametrize("claims", UNDISCLOSED)
def test_what_nobody_disclosed_is_neither_rewarded_nor_punished(slug: str, claims: tuple[str, str]) -> None:
    item = bank().item(slug)
    model = graded(KEYWORD, item, item.question.model_answer)
    for claim in claims:
        leaves_undisclosed(KEYWORD, item, [claim], model)


def test_the_bank_is_as_large_as_it_was_meant_to_be() -> None:
    items = bank().items.values()
    assert len(items) == 44
    assert min(len(item.rubric.anchors) for item in items) >= 8
    assert sum(len(item.rubric.anchors) for item in items) >= 400
    assert {item.question.explanation for item in items} == set(get_args(Explanation))
