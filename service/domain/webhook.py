"""Who outside is told of what happens here: ids and numbers, never what somebody wrote or who they are."""

import json
from datetime import datetime
from typing import Literal
from uuid import UUID

from service.domain import Value
from service.domain.attempt import Person

Event = Literal["attempt.graded", "session.finished", "dispute.opened"]
EVENTS: tuple[Event, ...] = ("attempt.graded", "session.finished", "dispute.opened")
TEST = "test"
"""The event of a delivery that an admin asks for."""
MAX_WEBHOOKS = 20
"""In one organisation: each costs a row for each event."""

State = Literal["waiting", "delivered", "failed"]


class Webhook(Value):
    """An address that is told of some events of its organisation."""

    id: UUID
    organisation: str
    url: str
    events: tuple[Event, ...]
    enabled: bool
    created_at: datetime


class Delivery(Value):
    """One event, as one webhook is told of it: again and again until it takes it, or is given up."""

    id: UUID
    """Also the message's: whoever gets it twice knows by it."""
    webhook_id: UUID
    owner: Person
    """Whom the event is about."""
    event: str
    body: str
    created_at: datetime
    tries: int = 0
    status: int | None = None
    """Of the last answer; none where there was none."""
    error: str | None = None
    """Why the last try came to nothing."""
    delivered_at: datetime | None = None
    failed_at: datetime | None = None

    @property
    def state(self) -> State:
        return "delivered" if self.delivered_at else "failed" if self.failed_at else "waiting"


def body(event: str, at: datetime, data: dict[str, object]) -> str:
    """What is sent, as Standard Webhooks has it: `type`, `timestamp` and `data`."""
    told = {"type": event, "timestamp": at.isoformat(), "data": data}
    return json.dumps(told, default=str, separators=(",", ":"))
