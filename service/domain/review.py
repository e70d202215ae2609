"""What people say to a grade: a reviewer's changes, a candidate's dispute, and a machine's own doubts."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator

from service.domain import Value
from service.domain.attempt import Answer, clean
from service.domain.grade import (
    Finding,
    Grade,
    GraderName,
    Marking,
    Ungraded,
    Verdict,
    VerdictLabel,
    score,
)
from service.domain.rubric import Rubric
from service.errors import Conflict, Invalid, TooLarge

PERSON = GraderName(name="person", version="1")
"""The grader of a grade that a person gave."""

LOW = 0.5
"""Confidence below which a met point is one to look at."""
MAX_NOTE = 2000
"""Characters in a note, a dispute or a reply."""

ReviewKind = Literal["dispute", "doubt"]
Cause = Literal["low-confidence", "disagreement"]
"""Of a doubt, where it is one that reviewers look for: others are a guard's, each by its own name."""
LOW_CONFIDENCE = "low confidence"
CAUSES: dict[Cause, tuple[str, ...]] = {
    "low-confidence": (LOW_CONFIDENCE,),
    "disagreement": ("panel disagrees", "far from the keyword grader"),
}
"""What a doubt's text then says."""


def note(text: str) -> str:
    """`text` as it is kept. Raises Invalid where nothing is left of it, TooLarge over `MAX_NOTE` characters."""
    text = clean(text).strip()
    if not text:
        raise Invalid("The text is empty.")
    if len(text) > MAX_NOTE:
        raise TooLarge(f"This text has at most {MAX_NOTE:,} characters; it has {len(text):,}.")
    return text


Note = Annotated[str, AfterValidator(note)]


class VerdictChange(Value):
    """What a person finds of a key point. The same label as before upholds it."""

    point: str
    label: VerdictLabel
    note: Note | None = None


class MistakeChange(Value):
    """Whether, as a person finds, the answer asserts a mistake."""

    mistake: str
    asserted: bool
    note: Note | None = None


class Changes(Value):
    """What a person changes in a grade, and why: the notes are shown to the candidate."""

    verdicts: tuple[VerdictChange, ...] = ()
    mistakes: tuple[MistakeChange, ...] = ()
    note: Note

    @property
    def replies(self) -> dict[str, str]:
        """What is said of each key point and mistake that is named, by its id."""
        notes = [(v.point, v.note) for v in self.verdicts] + [(m.mistake, m.note) for m in self.mistakes]
        return {about: note or self.note for about, note in notes}


class Review(Value):
    """Why a person should look at a grade, and what came of it."""

    id: UUID
    attempt_id: UUID
    owner: str
    """Of the attempt."""
    question_id: str
    number: int
    """Of the grade that it is about."""
    kind: ReviewKind
    point: str | None = None
    """A dispute's key point or mistake."""
    text: str
    """A dispute's reason, or a doubt's codes."""
    created_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    """None also where a later grade closed it."""
    reply: str | None = None


def involved(reviews: Iterable[Review]) -> set[str | None]:
    """Ids of the candidates, and of the reviewers who closed them."""
    return {who for review in reviews for who in (review.owner, review.closed_by)}


def overridden(grade: Grade | Ungraded | None, changes: Changes, rubric: Rubric, answer: Answer) -> Grade:
    """`grade` with a person's changes, scored by the same arithmetic. Credit needs no evidence: the person vouches.

    Raises Invalid for ids that the rubric does not have or that come twice, and where there is no grade to change
    and not every key point is named: what nobody looked at is not missed.
    """
    given, found = changes.verdicts, changes.mistakes
    _check("key point", [v.point for v in given], {p.id for p in rubric.points()})
    _check("mistake", [m.mistake for m in found], {m.id for m in rubric.mistakes})
    before = grade if isinstance(grade, Grade) else None
    verdicts = {v.point: v for v in before.verdicts} if before else {}
    verdicts |= {v.point: _verdict(v, verdicts.get(v.point)) for v in given}
    if unseen := [p.id for p in rubric.points() if p.id not in verdicts]:
        raise Invalid(f"There is no grade to change: say also what you find of {', '.join(unseen)}.")
    findings = {m.mistake: m for m in before.mistakes} if before else {}
    findings |= {m.mistake: _finding(m, findings.get(m.mistake)) for m in found}
    denied = {m.mistake for m in found if not m.asserted}
    marking = Marking(
        verdicts=tuple(verdicts[p.id] for p in rubric.points()),
        mistakes=tuple(findings[m.id] for m in rubric.mistakes if m.id in findings and m.id not in denied),
        quantities=before.quantities if before else (),
    )
    return score(marking, rubric, answer, PERSON).model_copy(update={"note": changes.note})


def doubts(result: Grade | Ungraded) -> tuple[str, ...]:
    """Why a person should look at a machine's grade."""
    if isinstance(result, Ungraded):
        return ()
    unsure = [
        v.point for v in result.verdicts if v.label == "met" and (1 if v.confidence is None else v.confidence) < LOW
    ]
    return (*result.doubts, f"{LOW_CONFIDENCE}: {', '.join(unsure)}") if unsure else result.doubts


def disputed(grade: Grade | Ungraded | None, point: str, already: Iterable[Review]) -> None:
    """Raises where `point`, a key point or a mistake, cannot be disputed: Conflict, Invalid."""
    if not isinstance(grade, Grade):
        raise Conflict("There is no grade that could be disputed.")
    if point not in {v.point for v in grade.verdicts} | {m.mistake for m in grade.mistakes}:
        raise Invalid(f"The grade says nothing of {point!r}.")
    if any(r.kind == "dispute" and r.point == point and r.closed_at is None for r in already):
        raise Conflict(f"You have disputed {point} already; a person will look at it.")


def _check(what: str, ids: list[str], known: Collection[str]) -> None:
    if unknown := sorted(set(ids) - set(known)):
        raise Invalid(f"The rubric has no {what} {', '.join(unknown)}.")
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise Invalid(f"Named twice: {', '.join(twice)}.")


def _verdict(change: VerdictChange, before: Verdict | None) -> Verdict:
    evidence = before.evidence if before and change.label != "missed" else ()
    return Verdict(point=change.point, label=change.label, evidence=evidence, note=change.note)


def _finding(change: MistakeChange, before: Finding | None) -> Finding:
    return Finding(mistake=change.mistake, evidence=before.evidence if before else (), note=change.note)
