"""`/v1/webhooks/{id}/deliveries`: what was told to a receiver, what was given up, and once more."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.auth.repository import record_act
from gateway.kernel.errors import Conflict, NotFound
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from gateway.webhooks.endpoints import Reader, Writer
from gateway.webhooks.repository import WebhookRepository, again
from gateway.webhooks.schemas import DeliveryShown, DeliveryStatus, Replayed, show_delivery

router = APIRouter(prefix="/v1/webhooks/{webhook_id}", tags=["webhooks"], responses=PROBLEMS)


@router.get("/deliveries")
async def list_deliveries(
    webhook_id: str, _: Reader, session: Session, page: WantedPage, status: DeliveryStatus | None = None
) -> Page[DeliveryShown]:
    """The newest first. Delivered ones are kept for a week, dead ones for a month."""
    repository = WebhookRepository(session)
    await repository.get(webhook_id)
    rows, cursor = await repository.deliveries(page, webhook_id, status)
    return Page(data=[show_delivery(row) for row in rows], next_cursor=cursor)


@router.post("/deliveries/{delivery_id}/replay", status_code=202)
async def replay(
    webhook_id: str, delivery_id: str, caller: Writer, session: Session, clock: RequestClock
) -> DeliveryShown:
    """Once more, under the same `webhook-id`: what was given up, or what the receiver has lost."""
    row = await WebhookRepository(session).delivery(delivery_id, to_write=True)
    if row is None or row.webhook_id != webhook_id:
        raise NotFound("there is no such delivery", todo=f"GET /v1/webhooks/{webhook_id}/deliveries")
    if row.status == "waiting":
        raise Conflict(
            "it is on its way already", code="delivery.waiting", todo="see next_at for when it is tried again"
        )
    for name, value in again().items():
        setattr(row, name, value)
    row.round += 1
    await record_act(session, caller.key_id, row.id, "replay", clock.now())
    return show_delivery(row)


@router.post("/replay", status_code=202)
async def replay_dead(webhook_id: str, caller: Writer, session: Session, clock: RequestClock) -> Replayed:
    """Everything that was given up, once more."""
    repository = WebhookRepository(session)
    await repository.get(webhook_id)
    number = await repository.replay_dead(webhook_id)
    await record_act(session, caller.key_id, webhook_id, "replay", clock.now())
    return Replayed(replayed=number)
