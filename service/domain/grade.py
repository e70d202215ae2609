"""From what a grader saw to a score.

A grader returns a `Marking`: verdicts with the words of the answer that show them, never a number.
`assess` checks those words against the answer and does all the arithmetic, so every grader is
scored alike and none can invent evidence.

Score of a criterion, from 0 to 1:
    share = sum of weight x credit / sum of weights         credit: met 1, partial 1/2, missed 0
    each asserted mistake that names it lowers share to at most CAP, then costs
    its weight / (weights of the criterion's key points + of its mistakes); never below 0
Overall, from 0 to 100: the criteria weighted by the rubric's scale. Silence earns nothing.
Where a rubric limits the words, an answer of more keeps limit / words of that: twice as long, half the score.
"""

import hashlib
import json
from typing import Literal

from service.domain import Value
from service.domain.attempt import Answer
from service.domain.rubric import CRITERIA, SCALES, CriterionName, KeyPoint, Rubric

CAP = 0.5
CREDIT = {"met": 1.0, "partial": 0.5, "missed": 0.0}
MAX_LIFTS = 3

BANDS = ((85, "Excellent"), (70, "Solid"), (50, "Getting there"), (25, "Partial"), (0, "Needs work"))

VerdictLabel = Literal["met", "partial", "missed"]


class Evidence(Value):
    """Words of the answer: `quote == answer.text[start:end]`, offsets in characters (code points)."""

    start: int
    end: int
    quote: str

    def stands_in(self, text: str) -> bool:
        return 0 <= self.start < self.end <= len(text) and text[self.start : self.end] == self.quote


class Verdict(Value):
    """What a grader says of one key point, and what became of it."""

    point: str
    label: VerdictLabel
    evidence: tuple[Evidence, ...] = ()
    confidence: float | None = None
    """From 0 to 1, where the grader gives one: how much it would bet on the label."""
    raw: VerdictLabel | None = None
    """What the grader had said, where code changed the label."""
    changed: str | None = None
    """Why code changed it: a word or two, for reviewers only."""
    agreement: float | None = None
    """From 0 to 1: the share of a panel's members who said so."""
    note: str | None = None
    """What the person who gave it says to the candidate."""


class Finding(Value):
    """A mistake that the answer asserts, and where."""

    mistake: str
    evidence: tuple[Evidence, ...]
    """Empty only where a person found it."""
    note: str | None = None
    """What that person says to the candidate."""


class Reading(Value):
    """A quantity that the answer states, right or wrong."""

    quantity: str
    right: bool
    evidence: tuple[Evidence, ...]


class Call(Value):
    """One question put to a model, as it is kept for an audit. Shown to reviewers only."""

    requested_model: str
    model: str
    """The one that says it answered."""
    digest: str
    """SHA-256 (hex) of all that was sent."""
    reply: str = ""
    """As it came; of a question that is answered by log-probabilities, those. Empty once it is kept no longer."""
    request_id: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    """Of the prompt's."""
    completion_tokens: int | None = None
    seconds: float = 0
    retries: int = 0
    price: float | None = None
    """By the table of `price_date`, in its currency."""
    price_date: str | None = None


class Marking(Value):
    """All that a grader returns. A key point that is absent was missed."""

    verdicts: tuple[Verdict, ...] = ()
    mistakes: tuple[Finding, ...] = ()
    quantities: tuple[Reading, ...] = ()
    feedback: str | None = None
    """A few sentences to the candidate: plain text."""
    follow_up: str | None = None
    """What to ask next; without it, what the rubric asks at the most valuable key point that was not met."""
    doubts: tuple[str, ...] = ()
    """Why a person should have a look: short codes. Candidates are not told."""
    calls: tuple[Call, ...] = ()


class Ungraded(Value):
    """No grade, and why. Never zero, never a guess."""

    reason: str


class CriterionScore(Value):
    """One dimension: `score` from 0 to 100, and the labels of its key points in the rubric's order."""

    name: CriterionName
    score: float
    capped: bool
    """True where an asserted mistake lowered it."""


class Lift(Value):
    """A key point that would raise the overall score, and by how many points."""

    point: str
    gain: float


class Excess(Value):
    """An answer of more words than were asked for."""

    words: int
    limit: int
    otherwise: float
    """What it would have earned within the limit, from 0 to 100."""

    @property
    def kept(self) -> float:
        """The share of the score that is left."""
        return self.limit / self.words


class GraderName(Value):
    """Which grader, and which version of it."""

    name: str
    version: str


class Grade(Value):
    """A verified marking with its score, and all it takes to explain it later."""

    grader: GraderName
    rubric_digest: str
    verdicts: tuple[Verdict, ...]
    """One for every key point of the rubric, in its order."""
    mistakes: tuple[Finding, ...]
    quantities: tuple[Reading, ...]
    criteria: tuple[CriterionScore, ...]
    overall: float
    """From 0 to 100, one decimal."""
    excess: Excess | None = None
    """Why the overall score is less than the criteria come to; None where the answer is not too long."""
    band: str
    lifts: tuple[Lift, ...]
    """What would lift this most: at most three, the largest gain first."""
    follow_up: str | None
    """The question an interviewer asks next: the grader's, or at the most valuable key point that was not met."""
    feedback: str | None = None
    doubts: tuple[str, ...] = ()
    """Why a person should have a look. Candidates are not told."""
    calls: tuple[Call, ...] = ()
    """What models were asked for it."""
    provisional: str | None = None
    """Why it will be replaced, in words for the candidate; None where it is final."""
    reused: bool = False
    """Whether an equal answer had been graded before: the calls are that grade's, and this one cost nothing."""
    note: str | None = None
    """What the person whose grade it is says to the candidate; None for a machine's."""


def fingerprint(item_digest: str, answer: Answer, grader: GraderName) -> str:
    """SHA-256 (hex) of everything that a machine's grade depends on."""
    parts = [item_digest, answer.source, answer.text, grader.name, grader.version]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def assess(marking: Marking, rubric: Rubric, answer: Answer, grader: GraderName) -> Grade:
    """The grade of `answer`: `marking` without what the rubric or the answer does not have, scored by `rubric`."""
    x_ids, n_ids = {m.id for m in rubric.mistakes}, {q.id for q in rubric.quantities}
    mistakes = tuple(m for m in marking.mistakes if m.mistake in x_ids and _shown(m.evidence, answer.text))
    quantities = tuple(q for q in marking.quantities if q.quantity in n_ids and _shown(q.evidence, answer.text))
    verdicts = _verified(marking.verdicts, quantities, rubric, answer.text)
    checked = {"verdicts": verdicts, "mistakes": mistakes, "quantities": quantities}
    return score(marking.model_copy(update=checked), rubric, answer, grader)


def score(marking: Marking, rubric: Rubric, answer: Answer, grader: GraderName) -> Grade:
    """The arithmetic alone, for a marking that was checked or that a person vouches for. It names every key point."""
    credit = {v.point: CREDIT[v.label] for v in marking.verdicts}
    asserted = {m.mistake for m in marking.mistakes}
    criteria = tuple(_criterion(name, rubric, credit, asserted) for name in CRITERIA if name in rubric.criteria)
    content = _overall(criteria, rubric)
    excess = _excess(rubric, answer, content)
    kept = excess.kept if excess else 1.0
    overall = round(kept * content, 1)
    lifts = _lifts(rubric, credit, asserted, content, kept)
    asks = {point.id: point.ask for point in rubric.points()}
    return Grade(
        grader=grader,
        rubric_digest=rubric.digest,
        verdicts=marking.verdicts,
        mistakes=marking.mistakes,
        quantities=marking.quantities,
        criteria=criteria,
        overall=overall,
        excess=excess,
        band=next(name for floor, name in BANDS if overall >= floor),
        lifts=tuple(lift for lift in lifts if lift.gain > 0)[:MAX_LIFTS],
        follow_up=marking.follow_up or (asks[lifts[0].point] if lifts else None),
        feedback=marking.feedback,
        doubts=marking.doubts,
        calls=marking.calls,
    )


def _excess(rubric: Rubric, answer: Answer, content: float) -> Excess | None:
    if rubric.max_words is None or answer.words <= rubric.max_words:
        return None
    return Excess(words=answer.words, limit=rubric.max_words, otherwise=round(content, 1))


def _shown(evidence: tuple[Evidence, ...], text: str) -> bool:
    return bool(evidence) and all(e.stands_in(text) for e in evidence)


def _verified(
    verdicts: tuple[Verdict, ...], readings: tuple[Reading, ...], rubric: Rubric, text: str
) -> tuple[Verdict, ...]:
    """One verdict per key point: credit needs evidence that stands in the answer, and no wrong number about it."""
    said = {v.point: v for v in verdicts}
    verified = {q.id for q in rubric.quantities if q.status == "verified"}
    wrong = {r.quantity for r in readings if not r.right} & verified
    spoiled = {q.point for q in rubric.quantities if q.id in wrong}
    out = []
    for point in rubric.points():
        verdict = said.get(point.id)
        evidence = tuple(e for e in verdict.evidence if e.stands_in(text)) if verdict else ()
        if verdict is None:
            out.append(Verdict(point=point.id, label="missed"))
        elif verdict.label == "missed" or not evidence:
            out.append(_turned(verdict, "missed", "no evidence", ()))
        elif verdict.label == "met" and point.id in spoiled:
            out.append(_turned(verdict, "partial", "wrong number", evidence))
        else:
            out.append(_turned(verdict, verdict.label, "", evidence))
    return tuple(out)


def _turned(verdict: Verdict, label: VerdictLabel, why: str, evidence: tuple[Evidence, ...]) -> Verdict:
    """`verdict` with another label; what it was at first and why it was changed then are kept."""
    update: dict[str, object] = {"label": label, "evidence": evidence}
    if label != verdict.label and verdict.raw is None:
        update |= {"raw": verdict.label, "changed": why}
    return verdict.model_copy(update=update)


def _criterion(name: CriterionName, rubric: Rubric, credit: dict[str, float], asserted: set[str]) -> CriterionScore:
    points: tuple[KeyPoint, ...] = rubric.criteria[name]
    mistakes = [m for m in rubric.mistakes if m.caps == name]
    weights = sum(p.weight for p in points)
    share = sum(p.weight * credit[p.id] for p in points) / weights
    cost = sum(m.weight for m in mistakes if m.id in asserted) / (weights + sum(m.weight for m in mistakes))
    score = max(0.0, min(share, CAP) - cost) if cost else share
    return CriterionScore(name=name, score=round(100 * score, 1), capped=bool(cost))


def _overall(criteria: tuple[CriterionScore, ...], rubric: Rubric) -> float:
    scale = SCALES[rubric.scale]
    return sum(scale[c.name] * c.score for c in criteria) / sum(scale[c.name] for c in criteria)


def _lifts(
    rubric: Rubric, credit: dict[str, float], asserted: set[str], content: float, kept: float
) -> tuple[Lift, ...]:
    """The gain of meeting one more key point, everything else as it is; a mistake's cap can leave nothing to gain."""
    gains = []
    for point in rubric.points():
        if credit[point.id] == 1.0:
            continue
        better = credit | {point.id: 1.0}
        criteria = tuple(_criterion(n, rubric, better, asserted) for n in CRITERIA if n in rubric.criteria)
        gains.append(Lift(point=point.id, gain=round(kept * (_overall(criteria, rubric) - content), 1)))
    return tuple(sorted(gains, key=lambda lift: -lift.gain))
