"""The figures of the protocol: for each set, and as the mean over sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from service.bench.asag.run import Graded
from service.bench.asag.statistics import Drawn, Numbers, auc, kappa, middle, rmse

MAP = (0.43, 0.72)
"""Score = first + second x credit, cut to 0 to 1: the one map for all sets and graders. The mean of the least squares
of `semantic` on DigiKlausur and on SAF."""
RIVALS = ("stems", "length")
_PER_SET, _OF = 4, 20
"""Of the answers that the grader is farthest from people, so many from each set at most."""


@dataclass(frozen=True)
class Correlated:
    """Pooled and within questions, each with the middle 95 % of draws of questions."""

    pooled: float
    within: float
    pooled_between: tuple[float, float]
    within_between: tuple[float, float]


@dataclass(frozen=True)
class SetFigures:
    name: str
    answers: int
    questions: int
    ungraded: int
    grader: Correlated | None
    """None for a set of criteria."""
    rivals: dict[str, Correlated]
    beyond: dict[str, Correlated]
    """The grader less each rival, paired."""
    rmse: float | None
    kappa: float | None
    contradictory: float | None
    """AUC of correct against contradictory answers."""
    criterion: tuple[float, float, float] | None
    """AUC, kappa and accuracy of key points, where people judged those."""
    fooled: dict[str, tuple[int, int]]
    milliseconds: float
    """CPU for an answer and a reference."""
    words: float
    """Of an answer, on average."""


@dataclass(frozen=True)
class Worst:
    """An answer that the grader and people see differently."""

    set: str
    question: str
    reference: str
    answer: str
    people: float
    grader: float
    shown: str


@dataclass(frozen=True)
class Figures:
    grader: str
    sets: list[SetFigures]
    pooled: dict[str, float]
    """Means over sets: the grader's, and by rival."""
    within: dict[str, float]
    beyond: dict[str, Correlated]
    worst: list[Worst]


def figures(grader: str, graded: Sequence[Graded], draws: int, seed: int) -> Figures:
    found: list[SetFigures] = []
    curves: list[dict[str, tuple[Numbers, Numbers]]] = []
    for one in graded:
        some, curve = _set(one, draws, seed)
        found.append(some)
        if curve:
            curves.append(curve)
    names = ("grader", *RIVALS)
    mean = {n: tuple(np.mean([c[n][k] for c in curves], axis=0) for k in (0, 1)) for n in names} if curves else {}
    return Figures(
        grader,
        found,
        pooled={n: float(m[0][0]) for n, m in mean.items()},
        within={n: float(m[1][0]) for n, m in mean.items()},
        beyond={n: _less(mean["grader"], mean[n]) for n in RIVALS} if mean else {},
        worst=_worst(graded),
    )


def _set(one: Graded, draws: int, seed: int) -> tuple[SetFigures, dict[str, tuple[Numbers, Numbers]] | None]:
    numbers = {case.question: n for n, case in reversed(list(enumerate(one.cases)))}
    ids = {question: n for n, question in enumerate(numbers)}
    people = np.array([case.score for case in one.cases])
    scores = np.array(one.scores)
    labels = np.array([case.label or "" for case in one.cases])
    correct, contrary = scores[labels == "correct"], scores[labels == "contradictory"]
    curve = None
    if not one.points and one.cases:
        drawn = Drawn(np.array([ids[case.question] for case in one.cases]), people, draws, seed)
        values = {"grader": scores, "stems": np.array(one.stems), "length": np.array(one.lengths)}
        curve = {name: drawn.correlations(v) for name, v in values.items()}
    mapped = to_score(scores)
    answers = len(one.cases) + one.ungraded
    some = SetFigures(
        name=one.name,
        answers=answers,
        questions=len(ids),
        ungraded=one.ungraded,
        grader=_correlated(curve["grader"]) if curve else None,
        rivals={n: _correlated(curve[n]) for n in RIVALS} if curve else {},
        beyond={n: _less(curve["grader"], curve[n]) for n in RIVALS} if curve else {},
        rmse=rmse(people, mapped) if curve else None,
        kappa=kappa(people, mapped) if curve else None,
        contradictory=auc(correct, contrary) if len(correct) and len(contrary) else None,
        criterion=_criterion(one.points),
        fooled=one.fooled,
        milliseconds=1000 * one.seconds / max(answers, 1),
        words=one.words / max(len(one.cases), 1),
    )
    return some, curve


def to_score(credit: Numbers) -> Numbers:
    return np.clip(MAP[0] + MAP[1] * credit, 0.0, 1.0)


def _correlated(curve: tuple[Numbers, Numbers]) -> Correlated:
    pooled, within = curve
    return Correlated(float(pooled[0]), float(within[0]), middle(pooled[1:]), middle(within[1:]))


def _less(one: tuple[Numbers, Numbers], other: tuple[Numbers, Numbers]) -> Correlated:
    return _correlated((one[0] - other[0], one[1] - other[1]))


def _criterion(points: Sequence[tuple[float, bool, bool]]) -> tuple[float, float, float] | None:
    if not points:
        return None
    credits = np.array([credit for credit, _, _ in points])
    grader, people = (np.array([p[k] for p in points]) for k in (1, 2))
    if people.all() or not people.any():
        return None
    agreed = fmean(grader == people)
    chance = grader.mean() * people.mean() + (1 - grader.mean()) * (1 - people.mean())
    return auc(credits[people], credits[~people]), float((agreed - chance) / (1 - chance)), float(agreed)


def _worst(graded: Sequence[Graded]) -> list[Worst]:
    found: list[Worst] = []
    for one in graded:
        scored = to_score(np.array(one.scores))
        order = sorted(range(len(one.cases)), key=lambda i: -abs(scored[i] - one.cases[i].score))
        for i in order[:_PER_SET] if not one.points else ():
            case = one.cases[i]
            question = case.items[0].question.prompt
            found.append(
                Worst(
                    one.name, question, case.references[0], case.answer.text, case.score, float(scored[i]), one.shown[i]
                )
            )
    return sorted(found, key=lambda w: -abs(w.people - w.grader))[:_OF]
