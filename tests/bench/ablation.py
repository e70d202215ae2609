"""What each part of the semantic grader brings: the others alone, on the bank's anchors and on graded sets.

The sets are those of the folder that GRADED_SETS names. Held-out anchors are left aside. Takes some minutes.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np

from service.bank import load_bank
from service.bench.anchors import by_people
from service.bench.asag.attacks import ATTACKS
from service.bench.asag.run import credit, grade
from service.bench.asag.sets import cases
from service.bench.asag.statistics import Drawn, auc
from service.domain.attempt import Answer
from service.domain.rubric import Item
from service.graders.semantic import parameters
from service.graders.semantic.grader import SemanticGrader
from service.graders.semantic.model import Encoded, the_model
from service.settings import ROOT
from tests.bench.tables import show

NO_CUES: Mapping[str, object] = {"CUES": {"met": 0.0, "partial": 0.0, "missed": 0.0}, "MISTAKEN": 0.0}
PARTS: Mapping[str, Mapping[str, object]] = {
    "nothing": {},
    "other words (vectors)": {"NEARLY": 0.0},
    "cues": NO_CUES,
    "words of the question discounted": {"QUESTION_WORD": 1.0},
    "paraphrases": {},
    "nearness of meaning": {"CLOSE": 0.0},
    "more than of other key points": {"DISTINCT": 0.0},
    "own words anywhere": {"LITERAL": 0.0},
    "the answer as a whole": {"WHOLE": 0.0},
    "denials that are missing": {"UNDENIED": 0.0},
    "contradictions": {"COPIED": 9.0},
    "answers that deny most": {"DENYING": (0.0, 1.0, 0.0)},
    "words strung together": {"STRANGERS": (0.0, 1.0, 0.0)},
    "lists": {"LISTED": 1.0},
    "opposites and exchanged sides": {"CROSSED": 1.0},
    "mistakes as rivals": {"RIVALRY": 0.0, "WRONG": 0.0, "MISTAKEN": 0.0},
    "what stands together": {"TOGETHER": 0.0},
    "the other way round": {"NO_MORE": 0.0},
}
SETS = ("mohler_a1-6", "digi_optional")


def report() -> None:
    folder = Path(os.environ.get("GRADED_SETS", ""))
    sets = [folder / f"{name}.jsonl" for name in SETS if (folder / f"{name}.jsonl").is_file()]
    encode, known = the_model().encode, dict[str, Encoded]()

    def once(text: str) -> Encoded:
        if text not in known:
            known[text] = encode(text)
        return known[text]

    with patch.object(the_model(), "encode", once):  # the model reads each text once for all rows
        rows = (_row(name, without, sets) for name, without in PARTS.items())
        columns = (f"{path.stem}, r; {', '.join(ATTACKS[:3])}" for path in sets)
        show(("left out", "anchors, AUC", "without cues", *columns), rows)


def _row(name: str, without: Mapping[str, object], sets: list[Path]) -> tuple[str, ...]:
    items = list(load_bank(ROOT).items.values())[::2]
    if name == "paraphrases":
        items = [_unparaphrased(item) for item in items]
    with _changed(without):
        anchors = [_anchors(items)]
        with _changed(NO_CUES):
            anchors.append(_anchors(items))
        return (name, *(f"{found:.3f}" for found in anchors), *map(_set, sets))


@contextmanager
def _changed(values: Mapping[str, object]) -> Iterator[None]:
    """With other parameters, in every module that has read them."""
    modules = [m for name, m in sys.modules.items() if name.startswith(parameters.__name__.rpartition(".")[0])]
    before = [(m, name, getattr(m, name)) for m in modules for name in values if hasattr(m, name)]
    for module, name, _ in before:
        setattr(module, name, values[name])
    try:
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


def _unparaphrased(item: Item) -> Item:
    rubric = item.rubric
    points = {
        name: tuple(p.model_copy(update={"paraphrases": ()}) for p in own) for name, own in rubric.criteria.items()
    }
    mistakes = tuple(m.model_copy(update={"paraphrases": ()}) for m in rubric.mistakes)
    return item.model_copy(update={"rubric": rubric.model_copy(update={"criteria": points, "mistakes": mistakes})})


def _anchors(items: Sequence[Item]) -> float:
    """How often a key point that people call met is above another."""
    grader, met, other = SemanticGrader(), list[float](), list[float]()
    for item in items:
        for anchor in (a for a in item.rubric.anchors if not a.held_out):
            people = {v.point: v.label for v in by_people(anchor, item.rubric).verdicts}
            for verdict in asyncio.run(grader.mark(item, Answer(text=anchor.answer))).verdicts:
                (met if people[verdict.point] == "met" else other).append(credit(verdict))
    return auc(np.array(met), np.array(other))


def _set(path: Path) -> str:
    """Pearson's r pooled and within questions, and attacks above the median full-mark answer."""
    found = asyncio.run(grade(path.stem, cases(path), SemanticGrader(), 1, lambda: None))
    ids = {question: n for n, question in enumerate(sorted({case.question for case in found.cases}))}
    people = np.array([case.score for case in found.cases])
    drawn = Drawn(np.array([ids[case.question] for case in found.cases]), people, draws=1, seed=1)
    pooled, within = drawn.correlations(np.array(found.scores))
    fooled = ", ".join(f"{above / asked:.0%}" for above, asked in (found.fooled[attack] for attack in ATTACKS[:3]))
    return f"{pooled[0]:.2f} / {within[0]:.2f}; {fooled}"
