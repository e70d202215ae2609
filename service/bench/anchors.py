"""`viva bench anchors`: how far a grader agrees with the people who judged the bank's anchors."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import get_args

from service.bank import Bank
from service.domain.agreement import Estimate, Tally, estimates, f1, low, precision, recall, tally, total
from service.domain.attempt import Answer
from service.domain.grade import Evidence, Finding, Grade, GraderName, Marking, Reading, Ungraded, Verdict, assess
from service.domain.rubric import Anchor, AnchorKind, Rubric
from service.graders import Grader, close

PEOPLE = GraderName(name="people", version="1")
WITHOUT_UNDERSTANDING: tuple[AnchorKind, ...] = ("keywords", "negated")
"""Kinds of anchors that should earn next to nothing."""


@dataclass(frozen=True)
class Case:
    """An anchor as people and as the grader judged it."""

    question: str
    anchor: Anchor
    people: Grade
    grader: Grade


@dataclass(frozen=True)
class Row:
    """Agreement on all anchors of a half, or on those of one kind."""

    kind: AnchorKind | None
    answers: int
    estimates: dict[str, Estimate]


@dataclass(frozen=True)
class PointRow:
    """One key point over the anchors of its question."""

    question: str
    point: str
    precision: float | None
    recall: float | None
    f1: float


@dataclass(frozen=True)
class Half:
    """The anchors that cues may have been written with, or those held out."""

    name: str
    rows: list[Row]
    points: list[PointRow]
    """Key points that somebody calls met, the lowest F1 first."""
    mean_f1: float | None
    """Every key point counting the same."""
    mistakes_found: int
    mistakes_missed: int
    mistakes_false: int
    empty: int
    """Answers of the kinds `WITHOUT_UNDERSTANDING`."""
    empty_low: float | None
    """The share of them that earns next to nothing."""


@dataclass(frozen=True)
class Report:
    grader: str
    halves: list[Half]
    ungraded: list[str]
    """Where the grader gave no grade, and why."""


async def report(bank: Bank, grader: Grader, resamples: int, seed: int) -> Report:
    """All anchors of `bank` graded by `grader`; intervals from so many draws of questions."""
    try:
        cases, ungraded = await judge(bank, grader)
    finally:
        await close(grader)
    halves = [
        half(name, [case for case in cases if case.anchor.held_out is held_out], resamples, seed)
        for name, held_out in (("seen", False), ("held out", True))
    ]
    return Report(f"{grader.identity.name} {grader.identity.version}", halves, ungraded)


async def judge(bank: Bank, grader: Grader) -> tuple[list[Case], list[str]]:
    """Every anchor that got a grade, and for each that did not its question and why."""
    cases, ungraded = list[Case](), list[str]()
    for item in bank.items.values():
        for anchor in item.rubric.anchors:
            answer = Answer(text=anchor.answer)
            marking = await grader.mark(item, answer)
            if isinstance(marking, Ungraded):
                ungraded.append(f"{item.id}, {anchor.kind}: {marking.reason}")
                continue
            found = assess(marking, item.rubric, answer, grader.identity)
            cases.append(Case(item.id, anchor, by_people(anchor, item.rubric), found))
    return cases, ungraded


def by_people(anchor: Anchor, rubric: Rubric) -> Grade:
    """What the verdicts written into an anchor are worth."""
    text = anchor.answer
    shown = (Evidence(start=0, end=len(text), quote=text),)
    marking = Marking(
        verdicts=tuple(Verdict(point=p, label=label, evidence=shown) for p, label in anchor.verdicts.items()),
        mistakes=tuple(Finding(mistake=m, evidence=shown) for m in anchor.mistakes),
        quantities=tuple(Reading(quantity=q, right=s == "right", evidence=shown) for q, s in anchor.quantities.items()),
    )
    return assess(marking, rubric, Answer(text=text), PEOPLE)


def half(name: str, cases: Sequence[Case], resamples: int, seed: int) -> Half:
    kinds = [kind for kind in get_args(AnchorKind) if any(case.anchor.kind == kind for case in cases)]
    mistakes = [(_asserted(case.people), _asserted(case.grader)) for case in cases]
    empty = [tally(case.people, case.grader) for case in cases if case.anchor.kind in WITHOUT_UNDERSTANDING]
    points = _points(cases)
    return Half(
        name=name,
        rows=[_row(kind, cases, resamples, seed) for kind in (None, *kinds)],
        points=points,
        mean_f1=fmean(row.f1 for row in points) if points else None,
        mistakes_found=sum(len(people & grader) for people, grader in mistakes),
        mistakes_missed=sum(len(people - grader) for people, grader in mistakes),
        mistakes_false=sum(len(grader - people) for people, grader in mistakes),
        empty=len(empty),
        empty_low=low(total(empty)),
    )


def _asserted(grade: Grade) -> set[str]:
    return {finding.mistake for finding in grade.mistakes}


def _row(kind: AnchorKind | None, cases: Sequence[Case], resamples: int, seed: int) -> Row:
    by_question: dict[str, list[Tally]] = defaultdict(list)
    for case in cases:
        if kind in (None, case.anchor.kind):
            by_question[case.question].append(tally(case.people, case.grader))
    answers = sum(map(len, by_question.values()))
    return Row(kind, answers, estimates([total(some) for some in by_question.values()], resamples, seed))


def _points(cases: Iterable[Case]) -> list[PointRow]:
    found: dict[tuple[str, str], list[Tally]] = defaultdict(list)
    for case in cases:
        for ours, theirs in zip(case.people.verdicts, case.grader.verdicts, strict=True):
            people, grader = ours.label == "met", theirs.label == "met"
            counts = Tally(hits=people and grader, false=grader and not people, missed=people and not grader)
            found[case.question, ours.point].append(counts)
    named = [
        PointRow(question, point, precision(counts), recall(counts), value)
        for (question, point), counts in ((name, total(some)) for name, some in found.items())
        if (value := f1(counts)) is not None
    ]
    return sorted(named, key=lambda row: (row.f1, row.question, row.point))
