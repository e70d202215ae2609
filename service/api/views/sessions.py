"""Sessions by the server's clock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from service.api.schemas.attempts import ExcessOut
from service.api.schemas.sessions import (
    CriterionMean,
    OpenQuestion,
    ReportOut,
    ReportRow,
    SessionOut,
    SessionSummary,
    SlotOut,
)
from service.api.views.attempts import TITLES
from service.api.views.bank import question
from service.bank import Bank
from service.domain.attempt import Attempt
from service.domain.grade import Grade, Ungraded
from service.domain.report import Report
from service.domain.report import ReportRow as Row
from service.domain.rubric import CRITERIA, Item
from service.domain.session import PracticeSession, Slot

ANSWERED = ("submitted", "timed-out")


def session(
    bank: Bank,
    session: PracticeSession,
    answers: Mapping[int, tuple[Attempt, Grade | Ungraded | None]],
    now: datetime,
) -> SessionOut:
    """`answers` by position."""
    return SessionOut(
        **session.model_dump(
            include={"id", "title", "mode", "seed", "time_factor", "created_at", "started_at", "deadline"}
        ),
        finished_at=session.finished_at,
        state=session.state_at(now),
        grace_seconds=session.grace,
        now=now,
        remaining_seconds=_remaining(session, session.deadline, now),
        questions=[_slot(bank, session, slot, answers.get(slot.position, (None, None)), now) for slot in session.slots],
    )


def session_summary(session: PracticeSession, now: datetime) -> SessionSummary:
    return SessionSummary(
        **session.model_dump(include={"id", "title", "mode", "created_at", "finished_at"}),
        state=session.state_at(now),
        questions=len(session.slots),
        answered=answered(session),
    )


def answered(session: PracticeSession) -> int:
    """How many of its questions."""
    return sum(slot.state in ANSWERED for slot in session.slots)


def open_question(
    bank: Bank, session: PracticeSession, slot: Slot, item: Item, recording: UUID | None, now: datetime
) -> OpenQuestion:
    """`recording` is the id of the question's spoken answer."""
    return OpenQuestion(
        slot=_slot(bank, session, slot, (None, None), now),
        question=question(bank, item),
        criteria=[name for name in CRITERIA if name in item.rubric.criteria],
        draft=slot.draft,
        revision=slot.revision,
        hint=item.question.hint if slot.hint_used else None,
        recording=recording,
    )


def _slot(
    bank: Bank,
    session: PracticeSession,
    slot: Slot,
    answer: tuple[Attempt | None, Grade | Ungraded | None],
    now: datetime,
) -> SlotOut:
    attempt, result = answer
    due = session.due(slot) if slot.active else slot.deadline
    return SlotOut(
        **_name(bank, session, slot),
        position=slot.position,
        state=slot.state,
        extra_seconds=slot.extra_seconds,
        hint_used=slot.hint_used,
        limit_seconds=slot.limit,
        deadline=due,
        remaining_seconds=_remaining(session, due, now) if slot.active else None,
        seconds_used=_used(session, slot, now),
        attempt_id=attempt.id if attempt else None,
        attempt_status=attempt.status if attempt else None,
        overall=result.overall if isinstance(result, Grade) else None,
        provisional=isinstance(result, Grade) and result.provisional is not None,
    )


def _name(bank: Bank, session: PracticeSession, slot: Slot) -> dict[str, Any]:
    """A strict session does not tell what comes before it is opened."""
    if session.mode == "strict" and slot.state == "unseen":
        return {"question_id": None, "title": None, "topic": None}
    item = bank.items.get(slot.question_id)
    return {
        "question_id": slot.question_id,
        "title": item.question.title if item else slot.question_id,
        "topic": item.question.topic if item else None,
    }


def _remaining(session: PracticeSession, due: datetime | None, now: datetime) -> float | None:
    if due is None or session.state not in ("running", "paused"):
        return None
    return round((due - session.clock(now)).total_seconds(), 3)


def _used(session: PracticeSession, slot: Slot, now: datetime) -> float:
    return round(slot.seconds_used(session.clock(now)), 3)


def report(bank: Bank, report: Report, changes: Mapping[int, float], now: datetime) -> ReportOut:
    """`changes` by position, against the try before."""
    return ReportOut(
        session=session_summary(report.session, now),
        strict_mean=report.strict_mean,
        answered_mean=report.answered_mean,
        answered=report.answered,
        seconds_used=report.seconds_used,
        dimensions=[CriterionMean(title=TITLES[d.name], **d.model_dump()) for d in report.dimensions],
        questions=[_row(bank, report.session, row, changes) for row in report.rows],
    )


def _row(bank: Bank, session: PracticeSession, row: Row, changes: Mapping[int, float]) -> ReportRow:
    slot, grade = row.slot, row.grade
    return ReportRow(
        **_name(bank, session, slot),
        position=slot.position,
        state=slot.state,
        overall=grade.overall if grade else None,
        provisional=grade is not None and grade.provisional is not None,
        excess=ExcessOut(**grade.excess.model_dump()) if grade and grade.excess else None,
        change=changes.get(slot.position),
        criteria={c.name: c.score for c in grade.criteria} if grade else {},
        seconds_used=round(row.seconds_used, 1),
        limit_seconds=slot.limit,
        hint_used=slot.hint_used,
        attempt_id=row.attempt.id if row.attempt else None,
        attempt_status=row.attempt.status if row.attempt else None,
    )
