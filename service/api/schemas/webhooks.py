"""Webhooks and their log."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from service.domain.webhook import EVENTS, Event, State
from service.webhooks.addresses import MAX_URL

Url = Annotated[str, Field(min_length=8, max_length=MAX_URL, examples=["https://hooks.example.org/viva"])]
Events = Annotated[list[Event], Field(min_length=1, max_length=len(EVENTS))]


class WebhookIn(BaseModel, strict=True):
    """Where to send which events."""

    url: Url
    events: Events


class WebhookChangeIn(WebhookIn, strict=True):
    enabled: bool = True
    """While it is disabled it is told nothing, not even afterwards."""


class WebhookOut(BaseModel):
    id: UUID
    url: str
    events: list[Event]
    enabled: bool
    created_at: datetime


class NewWebhookOut(WebhookOut):
    secret: str = Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"])
    """What deliveries are signed by, as Standard Webhooks has it. Shown this once."""


class WebhooksOut(BaseModel):
    items: list[WebhookOut]


class DeliveryOut(BaseModel):
    """One event, as a webhook is told of it."""

    id: UUID
    """The header `webhook-id`."""
    event: str
    body: str
    state: State
    created_at: datetime
    tries: int
    status: int | None
    """Of the last answer; null where there was none."""
    error: str | None
    """Why the last try came to nothing."""
    delivered_at: datetime | None
    failed_at: datetime | None
    """When it was given up."""


class DeliveriesPage(BaseModel):
    items: list[DeliveryOut]
    next_cursor: str | None
