"""Webhooks, and what they are told: a delivery is written in the transaction of its event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain.attempt import Person
from service.domain.webhook import Delivery, Event, Webhook
from service.errors import NotFound
from service.store.engine import Tx
from service.store.outside_tables import DeliveryRow, WebhookRow
from service.store.tables import JobRow


def add(tx: Tx, organisation: str, url: str, events: Sequence[Event], secret: str, now: datetime) -> Webhook:
    row = WebhookRow(
        id=uuid7(),
        organisation=organisation,
        url=url,
        events=" ".join(events),
        secret=secret,
        enabled=True,
        created_at=now,
    )
    tx.add(row)
    tx.flush()
    return _webhook(row)


def page(tx: Tx, organisation: str) -> list[Webhook]:
    """The oldest first."""
    query = select(WebhookRow).where(WebhookRow.organisation == organisation).order_by(col(WebhookRow.id))
    return [_webhook(row) for row in tx.exec(query)]


def get(tx: Tx, organisation: str, webhook_id: UUID) -> Webhook:
    """Raises NotFound, also for another organisation's."""
    return _webhook(_row(tx, organisation, webhook_id))


def save(tx: Tx, webhook: Webhook) -> None:
    row = _row(tx, webhook.organisation, webhook.id)
    row.url, row.events, row.enabled = webhook.url, " ".join(webhook.events), webhook.enabled


def remove(tx: Tx, organisation: str, webhook_id: UUID) -> None:
    """With all its deliveries, also those that wait. Raises NotFound."""
    row = _row(tx, organisation, webhook_id, lock=True)
    _drop(tx, select(DeliveryRow.id).where(DeliveryRow.webhook_id == webhook_id))
    tx.delete(row)


def wanting(tx: Tx, organisation: str, event: Event) -> list[UUID]:
    """Webhooks that are to be told of such an event. They are not removed before the transaction ends."""
    query = select(WebhookRow).where(WebhookRow.organisation == organisation, col(WebhookRow.enabled))
    found = tx.exec(query.with_for_update(read=True, key_share=True))
    return [row.id for row in found if event in row.events.split()]


def add_delivery(tx: Tx, webhook_id: UUID, owner: Person, event: str, body: str, now: datetime) -> Delivery:
    row = DeliveryRow(
        id=uuid7(),
        owner=owner.id,
        organisation=owner.organisation,
        webhook_id=webhook_id,
        event=event,
        body=body,
        created_at=now,
    )
    tx.add(row)
    return _delivery(row)


def delivery(tx: Tx, organisation: str, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    """Raises NotFound, also for another organisation's."""
    query = select(DeliveryRow).where(DeliveryRow.id == delivery_id, DeliveryRow.webhook_id == webhook_id)
    row = tx.exec(query.where(DeliveryRow.organisation == organisation)).first()
    if row is None:
        raise NotFound("There is no such delivery.")
    return _delivery(row)


def to_send(tx: Tx, delivery_id: UUID) -> tuple[Delivery, Webhook, str] | None:
    """A delivery with its webhook and the secret to sign it by; None where it is not wanted any more."""
    query = select(DeliveryRow, WebhookRow).join(WebhookRow, col(WebhookRow.id) == DeliveryRow.webhook_id)
    found = tx.exec(query.where(DeliveryRow.id == delivery_id)).first()
    return (_delivery(found[0]), _webhook(found[1]), found[1].secret) if found else None


def deliveries(tx: Tx, webhook_id: UUID, before: UUID | None, limit: int) -> list[Delivery]:
    """Up to `limit` of a webhook, the newest first, older than `before`."""
    query = select(DeliveryRow).where(DeliveryRow.webhook_id == webhook_id)
    query = query.order_by(col(DeliveryRow.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(DeliveryRow.id) < before)
    return [_delivery(row) for row in tx.exec(query)]


def note(tx: Tx, delivery: Delivery) -> None:
    """Write down what came of a delivery; nothing happens where it was removed meanwhile."""
    if row := tx.get(DeliveryRow, delivery.id):
        row.sqlmodel_update(
            delivery.model_dump(include={"tries", "status", "error", "delivered_at", "failed_at"}),
        )


def forget(tx: Tx, before: datetime, limit: int) -> int:
    """Take up to `limit` deliveries that were made before `before` out of the log: how many there were."""
    found = list(tx.exec(select(DeliveryRow.id).where(DeliveryRow.created_at < before).limit(limit)))
    _drop(tx, found)
    return len(found)


def _drop(tx: Tx, found: Sequence[UUID] | Select[Any]) -> None:
    tx.exec(delete(JobRow).where(col(JobRow.attempt_id).in_(found), col(JobRow.work) == "deliver"))
    tx.exec(delete(DeliveryRow).where(col(DeliveryRow.id).in_(found)))


def _row(tx: Tx, organisation: str, webhook_id: UUID, *, lock: bool = False) -> WebhookRow:
    query = select(WebhookRow).where(WebhookRow.id == webhook_id, WebhookRow.organisation == organisation)
    row = tx.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound("There is no such webhook.")
    return row


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook.model_validate(row.model_dump(exclude={"secret"}) | {"events": row.events.split()})


def _delivery(row: DeliveryRow) -> Delivery:
    owner = Person(id=row.owner, organisation=row.organisation)
    return Delivery.model_validate(row.model_dump(exclude={"owner", "organisation"}) | {"owner": owner})
