"""Who else got something of a call: sound, text, or that it was there. Pure but for `read`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.recordings.models import RecordingRow
from gateway.calls.capture_facts import CaptureEnded
from gateway.calls.events import Event
from gateway.calls.facts import ProvidersUsed, ToolCalled
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_event
from gateway.kernel.errors import NotFound
from gateway.settings import Settings
from gateway.webhooks.models import DeliveryRow, WebhookRow

LOCAL = "local"
STRIPE = "api.stripe.com"
What = Literal[
    "sound", "text", "arguments", "outcomes", "outcomes and numbers", "what was keyed in", "encrypted recording"
]


class Receiver(BaseModel):
    host: str
    by: str = Field(description="stt, llm, tts, tool, webhook, tokeniser or storage")
    what: What


class Egress(BaseModel):
    """`known`: false when no agent has said which providers it uses (nobody spoke, or it was of an older release).

    `carriers`: the trunk, and so the carrier, is the call itself: who calls through it is heard by it.
    """

    call_id: str
    known: bool
    receivers: list[Receiver]
    carriers: list[str]


def providers(events: Sequence[Event]) -> list[Receiver]:
    """Of every agent that was in the call, and of the tools it used."""
    found: dict[tuple[str, str], Receiver] = {}
    said: tuple[tuple[str, What], ...] = (("stt", "sound"), ("llm", "text"), ("tts", "text"))
    for event in events:
        if isinstance(event.what, ProvidersUsed):
            for by, what in said:
                host = str(getattr(event.what, by))
                if host != LOCAL:
                    found[host, by] = Receiver(host=host, by=by, what=what)
        elif isinstance(event.what, ToolCalled) and event.what.host:
            host = event.what.host
            found[host, "tool"] = Receiver(host=host, by="tool", what="arguments")
    return list(found.values())


async def read(session: AsyncSession, call_id: str, settings: Settings) -> Egress:
    """Raises NotFound."""
    row = await CallRepository(session).get(call_id)
    if row is None:
        raise NotFound("there is no such call", code="call.not_found", todo="GET /v1/calls")
    events = [read_event(entry) for entry in await CallRepository(session).log(call_id)]
    receivers = providers(events)
    if any(isinstance(event.what, CaptureEnded) and event.what.outcome == "taken" for event in events):
        capture = settings.capture
        host = _host(capture.url) or (STRIPE if capture.tokeniser == "stripe" else "")
        if host:
            receivers.append(Receiver(host=host, by="tokeniser", what="what was keyed in"))
    receivers += await _told(session, call_id)
    stored = select(RecordingRow.id).where(RecordingRow.call_id == call_id, RecordingRow.store == "s3")
    if settings.recordings.s3.endpoint and await session.scalar(stored.limit(1)):
        host = _host(settings.recordings.s3.endpoint)
        receivers.append(Receiver(host=host, by="storage", what="encrypted recording"))
    known = any(isinstance(event.what, ProvidersUsed) for event in events)
    return Egress(call_id=call_id, known=known, receivers=receivers, carriers=[row.trunk_id] if row.trunk_id else [])


async def _told(session: AsyncSession, call_id: str) -> list[Receiver]:
    """Receivers of webhooks that were told of the call, as long as deliveries are kept."""
    query = (
        select(WebhookRow.url, WebhookRow.personal)
        .join(DeliveryRow, DeliveryRow.webhook_id == WebhookRow.id)
        .where(DeliveryRow.call_id == call_id, (DeliveryRow.status == "delivered") | (DeliveryRow.attempts > 0))
        .distinct()
    )
    return [
        Receiver(host=_host(url), by="webhook", what="outcomes and numbers" if personal else "outcomes")
        for url, personal in await session.execute(query)
    ]


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
