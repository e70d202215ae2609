"""Whoever tells webhooks: the handler behind the job `deliver`.

A receiver may get a delivery twice, when a process ends between its answer and our note of it: the id is the same.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from service.domain.job import Job
from service.domain.webhook import Delivery, Webhook
from service.errors import DeliveryFailed
from service.store import jobs, webhooks
from service.store.engine import Store, Tx
from service.webhooks import signing
from service.webhooks.settings import WebhookSettings

if TYPE_CHECKING:
    from service.webhooks.wire import Wire

DISABLED = "The webhook is disabled."


class Deliveries:
    def __init__(self, *, store: Store, settings: WebhookSettings, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.settings = settings
        self.clock = clock

    @cached_property
    def _wire(self) -> "Wire":
        from service.webhooks.wire import Wire  # here: most servers tell nobody, and a start should not wait for it

        return Wire(self.settings)

    async def run(self, job: Job) -> None:
        """Raises DeliveryFailed, StoreUnavailable."""
        found = await asyncio.to_thread(self.store.look, lambda tx: webhooks.to_send(tx, job.subject))
        if found is None or not found[1].enabled:
            await asyncio.to_thread(self.store.change, lambda tx: self._drop(tx, job))
            return
        delivery, webhook, secret = found
        try:
            status = await self._send(delivery, webhook, secret)
        except DeliveryFailed as error:
            tried = {"tries": job.tries, "status": error.status, "error": str(error)}
            await asyncio.to_thread(self._note, delivery.model_copy(update=tried))
            raise
        sent = {"tries": job.tries, "status": status, "error": None, "delivered_at": self.clock()}

        def end(tx: Tx) -> None:
            if jobs.finish(tx, job):
                webhooks.note(tx, delivery.model_copy(update=sent))

        await asyncio.to_thread(self.store.change, end)

    def give_up(self, tx: Tx, job: Job, reason: str) -> None:
        """It stays in the log, from where it can be sent again; so no failed job has to stay as well."""
        if found := webhooks.to_send(tx, job.subject):
            error = found[0].error or reason
            webhooks.note(tx, found[0].model_copy(update={"failed_at": self.clock(), "error": error}))
        jobs.finish(tx, job)

    async def close(self) -> None:
        if "_wire" in self.__dict__:
            await self._wire.close()

    async def _send(self, delivery: Delivery, webhook: Webhook, secret: str) -> int:
        body = delivery.body.encode()
        signed = signing.headers(secret, str(delivery.id), int(self.clock().timestamp()), body)
        return await self._wire.post(webhook.url, signed | {"content-type": "application/json"}, body)

    # Blocking parts, for worker threads

    def _note(self, delivery: Delivery) -> None:
        with self.store.write() as tx:
            webhooks.note(tx, delivery)

    def _drop(self, tx: Tx, job: Job) -> None:
        if found := webhooks.to_send(tx, job.subject):
            webhooks.note(tx, found[0].model_copy(update={"failed_at": self.clock(), "error": DISABLED}))
        jobs.finish(tx, job)
