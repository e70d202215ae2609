"""What admins do with the webhooks of their organisation."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from service.domain.attempt import Person
from service.domain.webhook import MAX_WEBHOOKS, Delivery, Event, Webhook
from service.errors import Conflict
from service.live import JOBS, Live
from service.outbox import Outbox
from service.store import audit, webhooks
from service.store.engine import Store, Tx
from service.webhooks.addresses import normal_url
from service.webhooks.settings import WebhookSettings
from service.webhooks.signing import new_secret


class Webhooks:
    def __init__(self, *, store: Store, outbox: Outbox, live: Live, settings: WebhookSettings) -> None:
        self.store = store
        self.outbox = outbox
        self.live = live
        self.settings = settings

    async def all(self, admin: Person) -> list[Webhook]:
        return await asyncio.to_thread(self.store.look, lambda tx: webhooks.page(tx, admin.organisation))

    async def add(self, admin: Person, url: str, events: Sequence[Event], now: datetime) -> tuple[Webhook, str]:
        """It, and the secret that it is signed by. Raises Conflict where there are too many, Invalid."""
        url, secret = self._url(url), new_secret()

        def change(tx: Tx) -> Webhook:
            if len(webhooks.page(tx, admin.organisation)) >= MAX_WEBHOOKS:
                raise Conflict(f"There are {MAX_WEBHOOKS} webhooks already.")
            made = webhooks.add(tx, admin.organisation, url, _once(events), secret, now)
            audit.add(tx, admin, "webhook", now, made.id)
            return made

        return await asyncio.to_thread(self.store.change, change), secret

    async def change(
        self, admin: Person, webhook_id: UUID, url: str, events: Sequence[Event], enabled: bool, now: datetime
    ) -> Webhook:
        """Raises Invalid, NotFound."""
        wanted = {"url": self._url(url), "events": _once(events), "enabled": enabled}

        def change(tx: Tx) -> Webhook:
            changed = webhooks.get(tx, admin.organisation, webhook_id).model_copy(update=wanted)
            webhooks.save(tx, changed)
            audit.add(tx, admin, "webhook-change", now, webhook_id)
            return changed

        return await asyncio.to_thread(self.store.change, change)

    async def remove(self, admin: Person, webhook_id: UUID, now: datetime) -> None:
        """With its log; what waits is not delivered. Raises NotFound."""

        def change(tx: Tx) -> None:
            webhooks.remove(tx, admin.organisation, webhook_id)
            audit.add(tx, admin, "webhook-removed", now, webhook_id)

        await asyncio.to_thread(self.store.change, change)

    async def test(self, admin: Person, webhook_id: UUID, now: datetime) -> Delivery:
        """Send it something that tells nothing. Raises Conflict where it is disabled, NotFound."""

        def change(tx: Tx) -> Delivery:
            _enabled(tx, admin, webhook_id)
            return self.outbox.test(tx, webhook_id, admin, now)

        return await self._told(change)

    async def log(self, admin: Person, webhook_id: UUID, before: UUID | None, limit: int) -> list[Delivery]:
        """What it was told, the newest first. Raises NotFound."""

        def look(tx: Tx) -> list[Delivery]:
            webhooks.get(tx, admin.organisation, webhook_id)
            return webhooks.deliveries(tx, webhook_id, before, limit)

        return await asyncio.to_thread(self.store.look, look)

    async def redeliver(self, admin: Person, webhook_id: UUID, delivery_id: UUID, now: datetime) -> Delivery:
        """Send it once more. Raises Conflict where it is still on its way, or the webhook is disabled; NotFound."""

        def change(tx: Tx) -> Delivery:
            _enabled(tx, admin, webhook_id)
            found = webhooks.delivery(tx, admin.organisation, webhook_id, delivery_id)
            if found.state == "waiting":
                raise Conflict("It is still on its way.")
            self.outbox.again(tx, found, now)
            return webhooks.delivery(tx, admin.organisation, webhook_id, delivery_id)

        return await self._told(change)

    async def _told(self, change: Callable[[Tx], Delivery]) -> Delivery:
        delivery = await asyncio.to_thread(self.store.change, change)
        self.live.tell(JOBS)
        return delivery

    def _url(self, url: str) -> str:
        return normal_url(url, allow_private=self.settings.allow_private)


def _enabled(tx: Tx, admin: Person, webhook_id: UUID) -> None:
    if not webhooks.get(tx, admin.organisation, webhook_id).enabled:
        raise Conflict("The webhook is disabled.")


def _once(events: Sequence[Event]) -> tuple[Event, ...]:
    return tuple(dict.fromkeys(events))
