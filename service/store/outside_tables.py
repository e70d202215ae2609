"""The tables of what leaves and what comes in: webhooks with their deliveries, requests that are counted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from service.store.tables import Owned, long_text, utc


class WebhookRow(SQLModel, table=True):
    """An address outside that is told of events. It is the organisation's."""

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_organisation", "organisation", "id"),)
    id: UUID = Field(primary_key=True)
    organisation: str
    url: str = long_text()
    events: str
    """Names with blanks between them."""
    secret: str
    """As it is: signing takes it whole."""
    enabled: bool
    created_at: datetime = utc()


class DeliveryRow(Owned, table=True):
    """An event, as one webhook is told of it; its job is in `job`. The owner is whom the event is about."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_webhook_id", "webhook_id", "id"),
        Index("ix_delivery_created_at", "created_at"),
        Index("ix_delivery_owner", "organisation", "owner"),
    )
    id: UUID = Field(primary_key=True)
    webhook_id: UUID = Field(foreign_key="webhook.id")
    event: str
    body: str = long_text()
    created_at: datetime = utc()
    tries: int = 0
    status: int | None = None
    error: str | None = Field(default=None, sa_type=Text)
    delivered_at: datetime | None = utc(default=None)
    failed_at: datetime | None = utc(default=None)


class RateRow(SQLModel, table=True):
    """Requests that a person, or (no owner) the organisation, was let through with in a window."""

    __tablename__ = "rate"
    organisation: str = Field(primary_key=True)
    owner: str = Field(primary_key=True)
    window: int
    """Its number: minutes since 1970."""
    count: int
