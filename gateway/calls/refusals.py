"""Which calls were refused: written with the events that refuse them, read by who asks why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.events import Event
from gateway.calls.facts import InviteRefused, LegLeft
from gateway.calls.models import CallEventRow, RefusalRow
from gateway.calls.own_facts import AdmissionDecided
from gateway.calls.stored import read_event
from gateway.rest.pages import Cut

LONGEST_TEXT, LONGEST_CALL_ID = 256, 255
# The call was answered first, to ask the caller for a key or a PIN.
ASKED_IN_VAIN = frozenset({"screened", "wrong_pin"})


@dataclass(frozen=True)
class Wanted:
    """What refusals are asked for; None: any."""

    caller: str | None = None
    number: str | None = None
    sip_call_id: str | None = None
    slug: str | None = None
    since: datetime | None = None


def refused_by(what: object) -> tuple[int | None, str] | None:
    """SIP code and slug of the refusal that a fact tells; None for everything else. Pure."""
    match what:
        case AdmissionDecided(verdict=verdict) if verdict.verdict == "reject":
            return verdict.sip_code, verdict.slug
        case InviteRefused(ended_by="gateway", sip_code=code, slug=slug):
            return code, slug
        case LegLeft(ended_by="gateway", sip_code=code, slug=slug) if slug in ASKED_IN_VAIN:
            return code, slug
        case _:
            return None


async def note_refusal(session: AsyncSession, call: Call, before: int, events: Sequence[Event]) -> None:
    """A `gateway.calls.runner.Within`: the refusal is there when the call is over, or neither is."""
    for event in events:
        refused = None if event.repeated or event.late else refused_by(event.what)
        if refused is not None:
            row = {
                "call_id": call.id,
                "at": event.at,
                "direction": call.direction,
                "sip_call_id": call.sip_call_id.replace("\0", "")[:LONGEST_CALL_ID],
                "sip_code": refused[0],
                "slug": refused[1],
                "pii_caller": call.pii.ani[:LONGEST_TEXT],
                "pii_number": call.pii.dnis[:LONGEST_TEXT],
            }
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            await session.execute(insert(RefusalRow).values(row).on_conflict_do_nothing())


class Refusals:
    """Works inside the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(self, cut: Cut, wanted: Wanted) -> tuple[list[RefusalRow], str | None]:
        """The newest calls first, and the cursor of the next page."""
        query = select(RefusalRow)
        for column, value in (
            (RefusalRow.pii_caller, wanted.caller),
            (RefusalRow.pii_number, wanted.number),
            (RefusalRow.sip_call_id, wanted.sip_call_id),
            (RefusalRow.slug, wanted.slug),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.since is not None:
            query = query.where(RefusalRow.at >= wanted.since)
        return await cut.rows(self._session, query, RefusalRow.call_id)

    async def verdicts(self, call_ids: Sequence[str]) -> dict[str, AdmissionDecided]:
        """By call: what admission found. Calls that never got so far are absent."""
        ours = (CallEventRow.call_id.in_(call_ids), CallEventRow.kind == "admission_decided")
        rows = await self._session.scalars(select(CallEventRow).where(*ours))
        found = {row.call_id: read_event(row).what for row in rows}
        return {call_id: what for call_id, what in found.items() if isinstance(what, AdmissionDecided)}
