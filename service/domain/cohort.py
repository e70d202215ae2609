"""Cohorts of people, and the sessions that are assigned to them."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.domain import Value
from service.domain.plan import Plan
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
    items: tuple[str, ...]
    """Digests of the questions: drawn once, so that everybody is asked the same, also after the bank has changed."""

    def window(self, now: datetime) -> Window:
        if now < self.opens_at:
            return "upcoming"
        return "open" if now < self.closes_at else "closed"

    def left(self, begun: int) -> int:
        """How many sessions somebody may begin who has begun so many."""
        return max(0, self.attempts - begun)

    def begin(self, begun: int, now: datetime) -> None:
        """Raises Conflict where somebody who has begun so many sessions may not begin another now."""
        if self.window(now) != "open":
            raise Conflict("The assignment is not open yet." if now < self.opens_at else "The assignment is closed.")
        if not self.left(begun):
            raise Conflict("You have no attempt left.")

    def plan_for(self, factor: float) -> Plan:
        """The plan of somebody with this time factor, which is for strict sessions: in the others no time is up."""
        return self.plan.model_copy(update={"time_factor": factor}) if self.plan.mode == "strict" else self.plan

    def changed(self, terms: Terms, items: tuple[str, ...], begun: bool) -> "Assignment":
        """With other terms, and the questions of their plan. Raises Conflict for what may not change once `begun`."""
        if begun and (terms.plan, terms.opens_at) != (self.plan, self.opens_at):
            raise Conflict("Somebody has begun: only the title, the end and the attempts can be changed.")
        return Assignment.model_validate(self.model_dump() | terms.model_dump() | {"items": items})
