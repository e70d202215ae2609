"""What of a model's reply is believed.

A verdict counts for what stands in the answer. In this order:

1. the reply is about every key point and mistake of the rubric;
2. the quote stands in the answer;
3. it is from no sentence that speaks to the grader;
4. one stretch of words carries no more than a few key points;
5. its sentence has concepts of the key point; else the verdict stays, with little confidence;
6. where too much of a reply did not hold, or the answer tries to talk the grader round, nothing counts for more than
   the keyword grader reads in the same answer, and what the model wrote to the candidate is dropped.

A mistake counts where the model says that the answer claims it, asked about it by itself if it can be, and words of the
answer show it: those that it quotes, or else the nearest sentence.

Code only ever lowers a label. What the model had said is kept beside it, with the reason. Numbers are read by code.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.domain.attempt import Answer
from service.domain.grade import CREDIT, Evidence, Finding, GraderName, Marking, Verdict, VerdictLabel, assess
from service.domain.rubric import Item
from service.errors import BadReply
from service.graders.llm.case import Case
from service.graders.llm.evidence import Place
from service.graders.llm.plain import plain
from service.graders.llm.sanitise import Sanitised

VERSION = "2"
"""Changes whenever the same reply may lead to another marking."""

CARRIES, WORDS_EACH, MOST = 2, 10, 4
"""A stretch of words carries two key points; a longer one, one for each ten of its words, but never more than four."""
DOUBTFUL, DOUBTFUL_ALIKE = 0.5, 0.25
"""Share of credited verdicts that do not hold from which on a reply is not trusted; where all verdicts are alike."""
FAR = 30.0
"""Points of 100 to the keyword grader's score from which on a person should look."""
COPIED = 0.6

SURE, AGREED, PLAUSIBLE, SPLIT, UNSURE = 0.95, 0.9, 0.7, 0.5, 0.3
"""Confidence in a label: neither grader sees the point; both see it; the model does, with concepts beside its quote; it
was credited by one and is missed now; there are no concepts, or the reply is not trusted."""

_SELF = GraderName(name="llm", version=VERSION)


class PointSaid(Protocol):
    @property
    def quote(self) -> str: ...
    @property
    def verdict(self) -> VerdictLabel: ...


class MistakeSaid(Protocol):
    @property
    def quote(self) -> str: ...
    @property
    def asserted(self) -> bool: ...


class Said(Protocol):
    """A reply: what a model said of each key point and mistake, by id."""

    @property
    def points(self) -> Mapping[str, PointSaid]: ...
    @property
    def mistakes(self) -> Mapping[str, MistakeSaid]: ...
    @property
    def feedback(self) -> str: ...
    @property
    def follow_up(self) -> str: ...


@dataclass
class Claim:
    """A verdict on its way through the guards."""

    point: str
    raw: VerdictLabel
    label: VerdictLabel
    baseline: Verdict
    """The keyword grader's."""
    places: tuple[Place, ...] = ()
    words: frozenset[int] = frozenset()
    supported: bool = False
    evidence: tuple[Evidence, ...] = ()
    changed: str | None = None

    @property
    def credited(self) -> bool:
        return self.label != "missed"

    def lower(self, label: VerdictLabel, why: str, evidence: tuple[Evidence, ...] = ()) -> None:
        self.label, self.changed, self.evidence = label, why, evidence


def marking(
    reply: Said, item: Item, answer: Answer, sanitised: Sanitised, claimed: Mapping[str, bool] | None = None
) -> Marking:
    """What is believed of `reply` about `answer`, whose sanitised text the model saw.

    `claimed`: of mistakes that the model was asked about by themselves, whether it says that the answer claims them.
    Raises BadReply where the reply leaves out a key point or a mistake.
    """
    _complete(reply, item)
    case = Case(item, answer, sanitised)
    claims = [_claim(point.id, reply.points[point.id], case) for point in item.rubric.points()]
    _share_out(claims)
    collapsed = _collapsed(claims)
    trusted = _trusted(collapsed, case)
    if not trusted:
        _distrust(claims)
    findings = tuple(_findings(reply, case, claimed or {}, trusted))
    unseen = tuple(f for f in case.baseline.mistakes if f.mistake not in {found.mistake for found in findings})
    believed = Marking(
        verdicts=tuple(_verdict(claim, trusted) for claim in claims),
        mistakes=findings if trusted else (*findings, *unseen),
        quantities=case.baseline.quantities,
        feedback=(plain(reply.feedback) or None) if trusted else None,
        follow_up=(plain(reply.follow_up) or None) if trusted else None,
    )
    doubts = [
        ("speaks to the grader", case.addressed.clauses),
        ("hidden text", sanitised.hidden),
        ("chat tokens", sanitised.tokens),
        ("collapsed", collapsed),
        ("quotes not found", sum(claim.changed == "not found" for claim in claims) >= 2),
        ("little support", trusted and any(claim.credited and not claim.supported for claim in claims)),
        ("mistake not seen", trusted and unseen),
        ("far from the keyword grader", abs(_overall(believed, case) - _overall(case.baseline, case)) >= FAR),
        ("like the model answer", case.copied >= COPIED),
    ]
    return believed.model_copy(update={"doubts": tuple(name for name, applies in doubts if applies)})


def so_far(points: Mapping[str, PointSaid], feedback: str, case: Case) -> Marking:
    """What would be believed were this all that the model says: of a reply that is still being written.

    Any label may be lower in the end, as what is said later can rest on the same words or cast doubt on the whole.
    """
    claims = [_claim(point.id, points[point.id], case) for point in case.item.rubric.points() if point.id in points]
    _share_out(claims)
    trusted = _trusted(_collapsed(claims), case)
    if not trusted:
        _distrust(claims)
    return Marking(
        verdicts=tuple(_verdict(claim, trusted) for claim in claims),
        quantities=case.baseline.quantities,
        feedback=(plain(feedback) or None) if trusted else None,
    )


def _trusted(collapsed: bool, case: Case) -> bool:
    return not (collapsed or case.addressed.meant or case.clean.hidden)


def _complete(reply: Said, item: Item) -> None:
    absent = [p.id for p in item.rubric.points() if p.id not in reply.points]
    absent += [m.id for m in item.rubric.mistakes if m.id not in reply.mistakes]
    if absent:
        raise BadReply(f"The language model's reply says nothing of {', '.join(absent)}.")


def _claim(point: str, said: PointSaid, case: Case) -> Claim:
    """The verdict on one key point, as far as its quote bears it."""
    baseline = next((v for v in case.baseline.verdicts if v.point == point), Verdict(point=point, label="missed"))
    claim = Claim(point, said.verdict, said.verdict, baseline)
    if not claim.credited:
        return claim
    places = case.locate(said.quote)
    if not places:
        claim.lower("missed", "not found")
    elif case.to_the_grader(places):
        claim.lower("missed", "speaks to the grader")
    else:
        claim.words = case.words(places)
        claim.evidence = case.evidence(places)
        claim.supported = case.supports(point, places)
    return claim


def _share_out(claims: Sequence[Claim]) -> None:
    """Of the claims that rest on the same words the best founded ones stay, as many as the words can carry."""
    kept: list[Claim] = []
    for claim in sorted(claims, key=lambda c: (c.baseline.label != c.label, not c.supported)):
        if not claim.credited:
            continue
        others = sum(2 * len(claim.words & other.words) > min(len(claim.words), len(other.words)) for other in kept)
        if others >= min(max(CARRIES, len(claim.words) // WORDS_EACH), MOST):
            claim.lower("missed", "words used up")
        else:
            kept.append(claim)


def _collapsed(claims: Sequence[Claim]) -> bool:
    """Whether so many of the credited verdicts do not hold that the reply as a whole says nothing."""
    credited = [claim for claim in claims if claim.raw != "missed"]
    bad = sum(not (claim.credited and claim.supported) for claim in credited)
    alike = len({claim.raw for claim in claims}) == 1
    return bad >= 2 and bad >= (DOUBTFUL_ALIKE if alike else DOUBTFUL) * len(credited)


def _distrust(claims: Sequence[Claim]) -> None:
    for claim in claims:
        if CREDIT[claim.label] > CREDIT[claim.baseline.label]:
            claim.lower(claim.baseline.label, "not trusted", claim.baseline.evidence)


def _verdict(claim: Claim, trusted: bool) -> Verdict:
    return Verdict(
        point=claim.point,
        label=claim.label,
        evidence=claim.evidence,
        confidence=_confidence(claim) if trusted else UNSURE,
        raw=claim.raw if claim.changed else None,
        changed=claim.changed,
    )


def _confidence(claim: Claim) -> float:
    if claim.credited and claim.label == claim.baseline.label:
        return AGREED
    if claim.credited:
        return PLAUSIBLE if claim.supported else UNSURE
    return SURE if claim.raw == claim.baseline.label == "missed" else SPLIT


def _findings(reply: Said, case: Case, claimed: Mapping[str, bool], trusted: bool) -> Iterator[Finding]:
    """What the model says of a mistake by itself decides; where it is not trusted, whatever speaks for the mistake."""
    for mistake in case.item.rubric.mistakes:
        said, alone = reply.mistakes[mistake.id], claimed.get(mistake.id)
        believed = said.asserted and (alone is not False or not trusted)
        places = case.locate(said.quote) if believed else ()
        if not places or case.to_the_grader(places):
            places = case.nearest(mistake.id) if alone else ()
        if places:
            yield Finding(mistake=mistake.id, evidence=case.evidence(places))


def _overall(marking: Marking, case: Case) -> float:
    return assess(marking, case.item.rubric, case.answer, _SELF).overall
