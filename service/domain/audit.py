"""What is written down of who did what: ids, roles and ways, never names, addresses or what people wrote."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from service.domain import Value
from service.domain.attempt import Person

Action = Literal[
    "sign-in",
    "password-change",
    "role-change",
    "disable",
    "enable",
    "invite",
    "invite-withdrawn",
    "token",
    "token-revoked",
    "override",
    "consent",
    "export",
    "erase",
    "cohort",
    "assignment",
    "time-factor",
    "webhook",
    "webhook-change",
    "webhook-removed",
]


class Entry(Value):
    """One thing that somebody did. It never changes, and stays."""

    id: UUID
    at: datetime
    who: Person
    action: Action
    about: str | None
    """Id of the person, attempt, token, invite, cohort or assignment that it was done to."""
    detail: str | None
