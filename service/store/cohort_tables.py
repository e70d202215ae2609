"""The tables of cohorts and assignments. Both are the organisation's (owner `WHOLE`), whoever made them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from service.store.tables import Owned, long_text, utc


class CohortRow(Owned, table=True):
    """Some people of an organisation."""

    __tablename__ = "cohort"
    __table_args__ = (Index("ix_cohort_organisation", "organisation", "id"),)
    id: UUID = Field(primary_key=True)
    name: str
    created_at: datetime = utc()


class MemberRow(Owned, table=True):
    """Somebody in a cohort: the owner is who is in it."""

    __tablename__ = "cohort_member"
    __table_args__ = (Index("ix_cohort_member_account_id", "account_id"),)
    cohort_id: UUID = Field(primary_key=True, foreign_key="cohort.id")
    account_id: UUID = Field(primary_key=True, foreign_key="account.id")


class AssignmentRow(Owned, table=True):
    """A session that is assigned to a cohort."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_cohort_id", "cohort_id", "id"),)
    id: UUID = Field(primary_key=True)
    cohort_id: UUID = Field(foreign_key="cohort.id")
    title: str
    plan: str = long_text()
    """A `Plan` as JSON, with its seed."""
    slots: str = long_text()
    """The drawn questions: `Slot`s as JSON."""
    opens_at: datetime = utc()
    closes_at: datetime = utc()
    attempts: int
    created_at: datetime = utc()


class AssignmentSessionRow(Owned, table=True):
    """A session that somebody began from an assignment.

    No foreign key to the session: it counts as begun also when the session is no longer kept.
    """

    __tablename__ = "assignment_session"
    __table_args__ = (Index("ix_assignment_session_assignment_id", "assignment_id", "owner"),)
    session_id: UUID = Field(primary_key=True)
    assignment_id: UUID = Field(foreign_key="assignment.id")
