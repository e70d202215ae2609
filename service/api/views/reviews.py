"""What reviewers see."""

from service.api.schemas.attempts import EvidenceOut
from service.api.schemas.review import (
    CallOut,
    GradeRecord,
    MistakeToFind,
    ReviewedAttempt,
    ReviewOut,
    VerdictOut,
)
from service.api.views.attempts import grade_response, key_points
from service.bank import Bank
from service.domain.grade import Grade, Verdict
from service.domain.naming import Naming
from service.domain.review import Review
from service.domain.rubric import Rubric
from service.store.attempts import Kept
from service.team.review import Reviewed


def queued(bank: Bank, found: Review, naming: Naming) -> ReviewOut:
    """A row of the queue; a question that has left the bank is shown by its id."""
    item = bank.items.get(found.question_id)
    return ReviewOut(
        **found.model_dump(exclude={"owner", "closed_by"}),
        title=item.question.title if item else found.question_id,
        candidate=naming.candidate(found.owner),
        closed_by=naming.reviewer(found.closed_by),
    )


def reviewed(bank: Bank, found: Reviewed, naming: Naming) -> ReviewedAttempt:
    question, rubric = found.item.question, found.item.rubric
    return ReviewedAttempt(
        attempt_id=found.attempt.id,
        candidate=naming.candidate(found.attempt.owner.id),
        names=dict(naming.names),
        status=found.attempt.status,
        submitted_at=found.attempt.submitted_at,
        question_id=question.id,
        title=question.title,
        prompt=question.prompt,
        short_answer=question.short_answer,
        key_points=key_points(rubric),
        mistakes=[MistakeToFind(**m.model_dump(include=set(MistakeToFind.model_fields))) for m in rubric.mistakes],
        item_digest=found.attempt.item_digest,
        answer=None if found.attempt.removed_at else found.attempt.answer.text,
        grades=[_record(rubric, kept, naming) for kept in found.grades],
        reviews=[queued(bank, review, naming) for review in found.reviews],
    )


def _record(rubric: Rubric, kept: Kept, naming: Naming) -> GradeRecord:
    shown = grade_response(rubric, kept.result)
    result = kept.result if isinstance(kept.result, Grade) else None
    return GradeRecord(
        number=kept.number,
        created_at=kept.created_at,
        grader=kept.grader.name,
        version=kept.grader.version,
        person=naming.reviewer(kept.person),
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
