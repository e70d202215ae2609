"""Webhooks, for admins."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.api.deps import Admin, Cursor, Limit, Now, Uses
from service.api.problems import problems
from service.api.schemas.webhooks import (
    DeliveriesPage,
    DeliveryOut,
    NewWebhookOut,
    WebhookChangeIn,
    WebhookIn,
    WebhookOut,
    WebhooksOut,
)
from service.domain.webhook import Delivery, Webhook

router = APIRouter(prefix="/webhooks", tags=["webhooks"], responses=problems(401, 403, 422, 503))


@router.get("")
async def list_webhooks(uses: Uses, who: Admin) -> WebhooksOut:
    """The webhooks of your organisation, the oldest first."""
    return WebhooksOut(items=[WebhookOut.model_validate(_shown(one)) for one in await uses.webhooks.all(who)])


@router.post("", status_code=201, responses=problems(409, 413))
async def add_webhook(wish: WebhookIn, response: Response, uses: Uses, who: Admin, now: Now) -> NewWebhookOut:
    """Have events sent to an address outside. The answer has the secret to verify them by, this once."""
    made, secret = await uses.webhooks.add(who, wish.url, wish.events, now)
    response.headers["Cache-Control"] = "no-store"
    return NewWebhookOut.model_validate(_shown(made) | {"secret": secret})


@router.put("/{webhook_id}", responses=problems(404, 413))
async def change_webhook(webhook_id: UUID, wish: WebhookChangeIn, uses: Uses, who: Admin, now: Now) -> WebhookOut:
    """Change where it leads and what it is told, or disable it. Its secret stays."""
    changed = await uses.webhooks.change(who, webhook_id, wish.url, wish.events, wish.enabled, now)
    return WebhookOut.model_validate(_shown(changed))


@router.delete("/{webhook_id}", status_code=204, response_class=Response, responses=problems(404))
async def remove_webhook(webhook_id: UUID, uses: Uses, who: Admin, now: Now) -> Response:
    """Remove it with its log. What waits to be delivered is not."""
    await uses.webhooks.remove(who, webhook_id, now)
    return Response(status_code=204)


@router.post("/{webhook_id}/test", status_code=202, responses=problems(404, 409))
async def test_webhook(webhook_id: UUID, uses: Uses, who: Admin, now: Now) -> DeliveryOut:
    """Send it an event `test`, which tells nothing; the log says what came of it."""
    return _delivery(await uses.webhooks.test(who, webhook_id, now))


@router.get("/{webhook_id}/deliveries", responses=problems(404))
async def list_deliveries(
    webhook_id: UUID, uses: Uses, who: Admin, cursor: Cursor = None, limit: Limit = 50
) -> DeliveriesPage:
    """What it was told, or is to be, the newest first."""
    found = await uses.webhooks.log(who, webhook_id, cursor, limit + 1)
    return DeliveriesPage(
        items=[_delivery(one) for one in found[:limit]],
        next_cursor=str(found[limit - 1].id) if len(found) > limit else None,
    )


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver", status_code=202, responses=problems(404, 409))
async def redeliver(webhook_id: UUID, delivery_id: UUID, uses: Uses, who: Admin, now: Now) -> DeliveryOut:
    """Send it once more, under the same id. 409 while it is on its way."""
    return _delivery(await uses.webhooks.redeliver(who, webhook_id, delivery_id, now))


def _shown(webhook: Webhook) -> dict[str, object]:
    return webhook.model_dump(exclude={"organisation"})


def _delivery(delivery: Delivery) -> DeliveryOut:
    shown = delivery.model_dump(exclude={"owner", "webhook_id"})
    return DeliveryOut.model_validate(shown | {"state": delivery.state})
