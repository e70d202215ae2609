"""What reviewers see."""

from service.api.schemas.attempts import EvidenceOut
from service.api.schemas.review import CallOut, GradeRecord, ReviewedAttempt, ReviewOut, VerdictOut
from service.api.views.attempts import grade_response
from service.bank import Bank
from service.domain.grade import Grade, Verdict
from service.domain.review import Review
from service.domain.rubric import Rubric
from service.review import Reviewed
from service.store.attempts import Kept


def queued(bank: Bank, found: Review) -> ReviewOut:
    """A row of the queue; a question that has left the bank is shown by its id."""
    item = bank.items.get(found.question_id)
    return ReviewOut(
        **found.model_dump(exclude={"owner"}),
        title=item.question.title if item else found.question_id,
        candidate=found.owner,
    )


def reviewed(bank: Bank, found: Reviewed) -> ReviewedAttempt:
    question = found.item.question
    return ReviewedAttempt(
        attempt_id=found.attempt.id,
        candidate=found.attempt.owner.id,
        status=found.attempt.status,
        submitted_at=found.attempt.submitted_at,
        question_id=question.id,
        title=question.title,
        prompt=question.prompt,
        item_digest=found.attempt.item_digest,
        answer=found.attempt.answer.text,
        grades=[_record(found.item.rubric, kept) for kept in found.grades],
        reviews=[queued(bank, review) for review in found.reviews],
    )


def _record(rubric: Rubric, kept: Kept) -> GradeRecord:
    shown = grade_response(rubric, kept.result)
    result = kept.result if isinstance(kept.result, Grade) else None
    return GradeRecord(
        number=kept.number,
        created_at=kept.created_at,
        grader=kept.grader.name,
        version=kept.grader.version,
        person=kept.person,
        note=result.note if result else None,
        grade=shown.grade,
        ungraded_reason=shown.ungraded_reason,
        verdicts=[_verdict(verdict) for verdict in result.verdicts] if result else [],
        doubts=list(result.doubts) if result else [],
        calls=[CallOut(**call.model_dump()) for call in result.calls] if result else [],
    )


def _verdict(verdict: Verdict) -> VerdictOut:
    evidence = [EvidenceOut(**e.model_dump()) for e in verdict.evidence]
    return VerdictOut(**verdict.model_dump(exclude={"evidence"}), evidence=evidence)
