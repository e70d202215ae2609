"""Cohorts of people, and the sessions that are assigned to them."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.domain import Value
from service.domain.attempt import Person
from service.domain.plan import Plan
from service.domain.session import CLOSED, PracticeSession, Slot
from service.errors import Conflict, Invalid

Window = Literal["upcoming", "open", "closed"]

MAX_ATTEMPTS = 20


class Cohort(Value):
    """Some people of an organisation."""

    id: UUID
    name: str
    created_at: datetime


class Terms(Value):
    """What is assigned: a session by `plan`, begun from `opens_at` until before `closes_at`. Raises Invalid."""

    title: str
    plan: Plan
    opens_at: datetime
    closes_at: datetime
    attempts: Annotated[int, Field(ge=1, le=MAX_ATTEMPTS)] = 1
    """Sessions that each person may begin."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise Invalid("An assignment closes after it opens.")
        return self


class Assignment(Terms):
    """Terms that were given to a cohort."""

    id: UUID
    cohort_id: UUID
    created_at: datetime
    slots: Annotated[tuple[Slot, ...], Field(min_length=1)]
    """The questions, drawn once, so that everybody is asked the same, also after the bank has changed. Their limits
    are those of the time factor 1."""

    def window(self, now: datetime) -> Window:
        if now < self.opens_at:
            return "upcoming"
        return "open" if now < self.closes_at else "closed"

    def left(self, begun: int) -> int:
        """How many sessions somebody may begin who has begun so many."""
        return max(0, self.attempts - begun)

    def factor(self, person: float) -> float:
        """The time factor of a session, from a person's: in practice mode no time is ever up, and it has none."""
        return person if self.plan.mode == "strict" else 1.0

    def session(
        self, session_id: UUID, owner: Person, factor: float, grace: float, begun: int, now: datetime
    ) -> PracticeSession:
        """A planned session of somebody with this time factor, who has begun so many; `grace` in seconds.

        Raises Conflict outside of the window, or with no attempt left.
        """
        if self.window(now) != "open":
            raise Conflict("The assignment is not open yet." if now < self.opens_at else CLOSED)
        if not self.left(begun):
            raise Conflict("You have no attempt left.")
        factor = self.factor(factor)
        total = self.plan.total_seconds
        return PracticeSession(
            id=session_id,
            owner=owner,
            title=self.title,
            mode=self.plan.mode,
            seed=0,  # whoever knew the real one could have the same questions drawn before they are timed
            time_factor=factor,
            total_limit=None if total is None else total * factor,
            grace=grace,
            created_at=now,
            slots=tuple(
                slot.model_copy(update={"limit": None if slot.limit is None else slot.limit * factor})
                for slot in self.slots
            ),
        )

    def changed(self, terms: Terms, slots: tuple[Slot, ...], begun: bool) -> "Assignment":
        """With other terms, and the questions of their plan. Raises Conflict for what may not change once `begun`."""
        if begun and (terms.plan, terms.opens_at) != (self.plan, self.opens_at):
            raise Conflict("Somebody has begun: only the title, the end and the attempts can be changed.")
        return self.model_copy(update={name: getattr(terms, name) for name in Terms.model_fields} | {"slots": slots})


class Begun(Value):
    """A session that somebody began from an assignment, and what came of it so far."""

    session: PracticeSession
    score: float | None
    """Mean over all its questions, 0 to 100, those without a grade as 0; None before the first grade."""


class Assigned(Value):
    """An assignment as one person sees it."""

    assignment: Assignment
    cohort: str
    factor: float
    """The person's time factor, as far as it counts here."""
    begun: int
    """Sessions, those too that are no longer kept."""
    sessions: tuple[Begun, ...]


class Stand(Value):
    """Where somebody stands with an assignment."""

    person_id: str
    name: str
    member: bool
    """Whether they are in the cohort still."""
    begun: int
    sessions: tuple[Begun, ...]
