"""Cohorts and assignments, as reviewers and those whom they are assigned to see them."""

from collections.abc import Sequence
from datetime import datetime

from service.api.schemas.cohorts import (
    AssignedOut,
    AssignmentOut,
    BegunOut,
    CohortDetail,
    CohortOut,
    MemberOut,
    StandingOut,
    StandOut,
)
from service.api.schemas.sessions import PlanIn
from service.api.views.sessions import answered
from service.domain.cohort import Assigned, Assignment, Begun, Cohort, Stand
from service.domain.identity import Account


def cohort(cohort: Cohort) -> CohortOut:
    return CohortOut.model_validate(cohort.model_dump())


def cohort_detail(
    cohort: Cohort, people: Sequence[Account], assignments: Sequence[Assignment], now: datetime
) -> CohortDetail:
    return CohortDetail(
        **cohort.model_dump(),
        members=[member(account) for account in people],
        assignments=[assignment(each, now) for each in assignments],
    )


def member(account: Account) -> MemberOut:
    fields = account.model_dump(include={"id", "name", "email", "time_factor"})
    return MemberOut(**fields, disabled=account.disabled_at is not None)


def assignment(assignment: Assignment, now: datetime) -> AssignmentOut:
    return AssignmentOut(
        **assignment.model_dump(exclude={"plan", "slots"}),
        plan=PlanIn.model_validate(assignment.plan.model_dump(include=set(PlanIn.model_fields)), strict=False),
        questions=[slot.question_id for slot in assignment.slots],
        window=assignment.window(now),
    )


def standing(assigned: Assignment, stands: Sequence[Stand], now: datetime) -> StandingOut:
    return StandingOut(
        assignment=assignment(assigned, now),
        people=[
            StandOut(**stand.model_dump(exclude={"sessions"}), sessions=[_begun(each, now) for each in stand.sessions])
            for stand in stands
        ],
    )


def assigned(found: Assigned, now: datetime) -> AssignedOut:
    assignment, plan = found.assignment, found.assignment.plan
    total, each = plan.total_seconds, plan.seconds_per_question
    return AssignedOut(
        **assignment.model_dump(include={"id", "title", "opens_at", "closes_at", "attempts"}),
        cohort=found.cohort,
        mode=plan.mode,
        questions=len(assignment.slots),
        total_seconds=None if total is None else total * found.factor,
        seconds_per_question=None if each is None else each * found.factor,
        time_factor=found.factor,
        window=assignment.window(now),
        attempts_left=assignment.left(found.begun),
        sessions=[_begun(begun, now) for begun in found.sessions],
    )


def _begun(begun: Begun, now: datetime) -> BegunOut:
    session = begun.session
    return BegunOut(
        **session.model_dump(include={"id", "created_at", "finished_at"}),
        state=session.state_at(now),
        answered=answered(session),
        score=begun.score,
    )
