"""Attempts with their grades."""

from collections.abc import Iterable, Iterator

from fastapi.sse import ServerSentEvent

from service.api.prose import prose
from service.api.schemas.attempts import (
    AttemptOut,
    AttemptSummary,
    CriterionOut,
    DisputeOut,
    EvidenceOut,
    ExcessOut,
    FeedbackOut,
    FollowUpOut,
    GradeOut,
    GradeResponse,
    GraderOut,
    LiftOut,
    MistakeOut,
    NumberOut,
    Pitfall,
    PointOut,
    Previous,
    QuantityOut,
    Review,
    RubricPoint,
    SetbackOut,
    SourceOut,
    StandingOut,
    UsageOut,
    VerdictOut,
)
from service.api.views.bank import question
from service.bank import Bank
from service.domain.attempt import Attempt, Standing
from service.domain.grade import Evidence, Grade, Ungraded
from service.domain.progress import Course, Progress
from service.domain.question import FollowUp
from service.domain.review import Review as Dispute
from service.domain.rubric import CRITERIA, CriterionName, Item, Quantity, Rubric
from service.history import AttemptView

TITLES: dict[CriterionName, str] = {
    "mechanism": "Mechanism",
    "why_it_matters": "Why it matters",
    "tradeoffs": "Tradeoffs",
    "common_mistakes": "Common mistakes",
}


def attempt_summary(bank: Bank, attempt: Attempt, result: Grade | Ungraded | None) -> AttemptSummary:
    """A row of the history; a question that has left the bank is shown by its id."""
    item = bank.items.get(attempt.question_id)
    return AttemptSummary(
        **attempt.model_dump(include=set(AttemptSummary.model_fields)),
        title=item.question.title if item else attempt.question_id,
        topic=item.question.topic if item else "",
        overall=result.overall if isinstance(result, Grade) else None,
        provisional=isinstance(result, Grade) and result.provisional is not None,
    )


def attempt(bank: Bank, view: AttemptView) -> AttemptOut:
    grade = view.result if isinstance(view.result, Grade) else None
    if grade and grade.provisional and view.setback:
        grade = grade.model_copy(update={"provisional": view.setback})
    summary = attempt_summary(bank, view.attempt, view.result).model_dump()
    previous = None
    if view.previous and grade:
        change = round(grade.overall - view.previous.overall, 1)
        previous = Previous(attempt_id=view.previous.attempt_id, overall=view.previous.overall, change=change)
    return AttemptOut(
        **summary | {"title": view.item.question.title, "topic": view.item.question.topic},
        answer=None if view.attempt.removed_at else view.attempt.answer.text,
        removed_at=view.attempt.removed_at,
        source=view.attempt.answer.source,
        words=view.attempt.answer.words,
        grade=None if grade is None else _grade(view.item.rubric, grade),
        ungraded_reason=view.result.reason if isinstance(view.result, Ungraded) else None,
        previous=previous,
        disputes=[dispute(found) for found in view.disputes],
        review=review(bank, view.item),
    )


def dispute(found: Dispute) -> DisputeOut:
    return DisputeOut(**found.model_dump(include=set(DisputeOut.model_fields)))


def event_id(standing: Standing) -> str:
    """The same for the same standing, and for no other."""
    return f"{standing.status}-{standing.grades}"


def events(seen: Course | None, now: Course) -> Iterator[ServerSentEvent]:
    """What is to be told of a grading `now` to whoever has `seen` an earlier state of it."""
    if seen is None or now.standing != seen.standing:
        out = StandingOut(**now.standing.model_dump())
        yield ServerSentEvent(event="standing", id=event_id(now.standing), data=out)
    if now.setback and (seen is None or now.setback != seen.setback or (seen.progress != now.progress == Progress())):
        yield ServerSentEvent(event="setback", data=SetbackOut(reason=now.setback))
    before = Progress() if seen is None else seen.progress
    for point, label in now.progress.verdicts.items():
        if before.verdicts.get(point) != label:
            yield ServerSentEvent(event="verdict", data=VerdictOut(point=point, label=label))
    if now.progress.feedback and now.progress.feedback != before.feedback:
        yield ServerSentEvent(event="feedback", data=FeedbackOut(text=now.progress.feedback))


def grade_response(rubric: Rubric, result: Grade | Ungraded) -> GradeResponse:
    if isinstance(result, Ungraded):
        return GradeResponse(grade=None, ungraded_reason=result.reason)
    return GradeResponse(grade=_grade(rubric, result), ungraded_reason=None)


def _grade(rubric: Rubric, grade: Grade) -> GradeOut:
    return GradeOut(
        grader=GraderOut(**grade.grader.model_dump(), models=list(dict.fromkeys(c.model for c in grade.calls))),
        rubric_digest=grade.rubric_digest,
        overall=grade.overall,
        excess=ExcessOut(**grade.excess.model_dump()) if grade.excess else None,
        band=grade.band,
        criteria=_criteria(rubric, grade),
        mistakes=_mistakes(rubric, grade),
        quantities=_quantities(rubric, grade),
        lifts=_lifts(rubric, grade),
        follow_up=grade.follow_up,
        feedback=grade.feedback,
        provisional=grade.provisional,
        usage=_usage(grade),
        note=grade.note,
    )


def _usage(grade: Grade) -> UsageOut | None:
    if not grade.calls:
        return None
    paid = () if grade.reused else grade.calls
    prices = [call.price for call in paid]
    return UsageOut(
        models=sorted({call.model for call in grade.calls}),
        prompt_tokens=sum(call.prompt_tokens or 0 for call in paid),
        cached_tokens=sum(call.cached_tokens or 0 for call in paid),
        completion_tokens=sum(call.completion_tokens or 0 for call in paid),
        seconds=round(sum(call.seconds for call in paid), 3),
        price=None if None in prices else sum(price or 0 for price in prices),
        reused=grade.reused,
    )


def _criteria(rubric: Rubric, grade: Grade) -> list[CriterionOut]:
    verdicts = {v.point: v for v in grade.verdicts}
    return [
        CriterionOut(
            name=c.name,
            title=TITLES[c.name],
            score=c.score,
            capped=c.capped,
            points=[
                PointOut(
                    id=p.id,
                    says=p.says,
                    why=p.why,
                    weight=p.weight,
                    label=verdicts[p.id].label,
                    evidence=_evidence(verdicts[p.id].evidence),
                    note=verdicts[p.id].note,
                )
                for p in rubric.criteria[c.name]
            ],
        )
        for c in grade.criteria
    ]


def _mistakes(rubric: Rubric, grade: Grade) -> list[MistakeOut]:
    known = {m.id: m for m in rubric.mistakes}
    return [
        MistakeOut(
            **known[f.mistake].model_dump(exclude={"weight", "cues", "paraphrases"}),
            evidence=_evidence(f.evidence),
            note=f.note,
        )
        for f in grade.mistakes
    ]


def _quantities(rubric: Rubric, grade: Grade) -> list[QuantityOut]:
    known = {q.id: q for q in rubric.quantities}
    return [
        QuantityOut(
            id=r.quantity,
            says=known[r.quantity].says,
            right=r.right,
            expected=_expected(known[r.quantity]),
            evidence=_evidence(r.evidence),
        )
        for r in grade.quantities
    ]


def _expected(quantity: Quantity) -> str:
    value = f"{quantity.value:,.0f}" if quantity.value.is_integer() else f"{quantity.value:,.4g}"
    return f"{value}{'' if quantity.unit in ('x', '%') else ' '}{quantity.unit}"


def _lifts(rubric: Rubric, grade: Grade) -> list[LiftOut]:
    where = {p.id: (name, p) for name in CRITERIA for p in rubric.criteria.get(name, ())}
    return [
        LiftOut(
            point=lift.point,
            criterion=where[lift.point][0],
            says=where[lift.point][1].says,
            why=where[lift.point][1].why,
            gain=lift.gain,
        )
        for lift in grade.lifts
    ]


def _evidence(evidence: Iterable[Evidence]) -> list[EvidenceOut]:
    return [EvidenceOut(**e.model_dump()) for e in evidence]


def review(bank: Bank, item: Item) -> Review:
    """Model answer, notes and rubric: for whoever has answered, or gave up."""
    q, rubric = item.question, item.rubric
    return Review(
        question=question(bank, item),
        short_answer=q.short_answer,
        model_answer=prose(q.model_answer),
        deeper_notes=prose(q.deeper_notes),
        key_points=key_points(rubric),
        pitfalls=[Pitfall(says=m.says, correction=m.correction) for m in rubric.mistakes],
        numbers=[NumberOut(**n.model_dump(include=set(NumberOut.model_fields))) for n in rubric.quantities],
        follow_ups=[out for f in q.follow_ups if (out := _follow_up(bank, f))],
        related=[question(bank, bank.items[i]) for i in q.related if i in bank.items],
        sources=[SourceOut(**s.model_dump()) for s in q.sources],
        glossary={term: list(aliases) for term, aliases in q.glossary.items()},
        as_of=q.as_of,
    )


def _follow_up(bank: Bank, follow_up: FollowUp) -> FollowUpOut | None:
    """None where the question it names has left the bank."""
    if follow_up.slug is None:
        assert follow_up.question is not None
        return FollowUpOut(
            question=follow_up.question,
            question_id=None,
            short_answer=follow_up.short_answer,
            key_points=list(follow_up.key_points),
        )
    known = bank.items.get(follow_up.slug)
    if known is None:
        return None
    return FollowUpOut(question=known.question.prompt, question_id=known.id, short_answer=None, key_points=[])


def key_points(rubric: Rubric) -> list[RubricPoint]:
    points = [(name, p) for name in CRITERIA for p in rubric.criteria.get(name, ())]
    return [RubricPoint(id=p.id, criterion=name, says=p.says, why=p.why) for name, p in points]
