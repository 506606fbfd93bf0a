"""`/v1/webhooks`: who is told about calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlalchemy import select

from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.errors import BadInput, Conflict, NotAllowed
from gateway.kernel.ids import new_id
from gateway.kernel.secrets import SecretBox
from gateway.rest.changes import changes
from gateway.rest.idempotency import CreateOnce
from gateway.rest.pages import Page, WantedPage
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session, box_of
from gateway.webhooks.models import WebhookRow
from gateway.webhooks.repository import WebhookRepository
from gateway.webhooks.schemas import (
    PingTold,
    SecretAsked,
    SecretMade,
    WebhookAsked,
    WebhookChange,
    WebhookCreated,
    WebhookShown,
    show_webhook,
)
from gateway.webhooks.service import Webhooks
from gateway.webhooks.signing import new_secret

MOST = 50

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=PROBLEMS)
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]
Box = Annotated[SecretBox, Depends(box_of)]


def webhooks_of(request: Request) -> Webhooks:
    return request.app.state.webhooks


WebhooksService = Annotated[Webhooks, Depends(webhooks_of)]


@router.post("", status_code=201, response_model=WebhookCreated)
async def create(
    body: WebhookAsked, caller: Writer, session: Session, clock: RequestClock, once: CreateOnce, box: Box,
    webhooks: WebhooksService,
) -> WebhookCreated | JSONResponse:  # fmt: skip
    """Say who is told about calls from now on; the secret is in this answer and nowhere else."""

    async def work() -> WebhookCreated:
        now, secret = clock.now(), new_secret()
        check_url(webhooks, body.url)
        check_personal(caller, personal=body.personal)
        if await WebhookRepository(session).count() >= MOST:
            raise Conflict(f"there are {MOST} webhooks already", code="webhook.too_many", todo="delete one first")
        row = WebhookRow(
            id=new_id("whk"), enabled=True, off_reason="", secret=box.seal(secret), old_secret="",
            old_secret_until=None, created_at=now, updated_at=now, **body.model_dump(),
        )  # fmt: skip
        session.add(row)
        await record_act(session, caller.key_id, row.id, "create", now)
        await session.flush()
        return WebhookCreated(secret=secret, **show_webhook(row, {}).model_dump())

    return await once.do(work, secret=True)


@router.get("")
async def list_webhooks(_: Reader, session: Session, page: WantedPage) -> Page[WebhookShown]:
    rows, cursor = await page.rows(session, select(WebhookRow), WebhookRow.id)
    standing = await WebhookRepository(session).standing(row.id for row in rows)
    return Page(data=[show_webhook(row, standing) for row in rows], next_cursor=cursor)


@router.get("/{webhook_id}")
async def get(webhook_id: str, _: Reader, session: Session) -> WebhookShown:
    repository = WebhookRepository(session)
    row = await repository.get(webhook_id)
    return show_webhook(row, await repository.standing([row.id]))


@router.patch("/{webhook_id}")
async def change(
    webhook_id: str, body: WebhookChange, caller: Writer, session: Session, clock: RequestClock,
    webhooks: WebhooksService,
) -> WebhookShown:  # fmt: skip
    """One that is switched off is told nothing of what happens meanwhile; what was waiting for it is given up."""
    repository = WebhookRepository(session)
    row, sent = await repository.get(webhook_id, to_write=True), changes(body)
    if "url" in sent:
        check_url(webhooks, sent["url"])
    for name, value in sent.items():
        setattr(row, name, value)
    check_personal(caller, personal=row.personal and not {"url", "personal"}.isdisjoint(sent))
    if "enabled" in sent:
        row.off_reason = ""
    row.updated_at = clock.now()
    await record_act(session, caller.key_id, row.id, "update", clock.now())
    return show_webhook(row, await repository.standing([row.id]))


@router.delete("/{webhook_id}", status_code=204)
async def delete(webhook_id: str, caller: Writer, session: Session, clock: RequestClock) -> None:
    """With all its deliveries."""
    row = await WebhookRepository(session).get(webhook_id, to_write=True)
    await session.delete(row)
    await record_act(session, caller.key_id, row.id, "delete", clock.now())


@router.post("/{webhook_id}/secret")
async def renew_secret(
    webhook_id: str, body: SecretAsked, caller: Writer, session: Session, clock: RequestClock, box: Box
) -> SecretMade:
    """A new secret; for a while requests are signed with both, so that a receiver can change over."""
    row = await WebhookRepository(session).get(webhook_id, to_write=True)
    now, secret = clock.now(), new_secret()
    row.old_secret = row.secret if body.overlap_s else ""
    row.old_secret_until = now + timedelta(seconds=body.overlap_s) if body.overlap_s else None
    row.secret, row.updated_at = box.seal(secret), now
    await record_act(session, caller.key_id, row.id, "renew_secret", now)
    return SecretMade(secret=secret, old_secret_until=row.old_secret_until)


@router.post("/{webhook_id}/test")
async def ping(webhook_id: str, caller: Writer, request: Request, clock: RequestClock) -> PingTold:
    """Sends a `webhook.ping` now, once, and says what came back. No transaction is open meanwhile."""
    async with request.app.state.database.begin() as session:
        row = await WebhookRepository(session).get(webhook_id)
        await record_act(session, caller.key_id, row.id, "test", clock.now())
    began = clock.monotonic()
    outcome = await webhooks_of(request).ping(row)
    ok = outcome.status is not None and 200 <= outcome.status < 300
    words = outcome.problem or f"the receiver answered {outcome.status}"
    return PingTold(ok=ok, status=outcome.status, words=words, took_ms=round((clock.monotonic() - began) * 1000))


def check_url(webhooks: Webhooks, url: str) -> None:
    """Raises BadInput."""
    try:
        webhooks.outside.check(url)
    except BadInput as error:
        raise BadInput(error.detail, field="url", todo=error.todo) from error


def check_personal(caller: Caller, *, personal: bool) -> None:
    """Who may not see numbers sends them to nobody. Raises NotAllowed."""
    if personal and not caller.may(Scope.CALLS_PII):
        raise NotAllowed(
            f"the key lacks the scope {Scope.CALLS_PII}", field="personal", todo="use a key with a role that has it"
        )
