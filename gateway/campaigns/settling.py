"""Ends attempts: by the record of their call, in the transaction in which that is written, or without a call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.events import Event
from gateway.calls.spend import minutes_of
from gateway.campaigns.attempts import Attempts
from gateway.campaigns.following import follows
from gateway.campaigns.models import AttemptRow, CampaignRow, ContactRow
from gateway.campaigns.names import attempt_of
from gateway.campaigns.outcome import Settled, settled
from gateway.campaigns.paces import Paces
from gateway.campaigns.terms import NEVER_RANG, ContactState, Outcome, Terms
from gateway.kernel.errors import Conflict
from trunks.models import TrunkRow

_ENDED: tuple[ContactState, ...] = ("waiting", "done")  # what is told after the call corrects what follows from it


async def settle_by_call(session: AsyncSession, call: Call, before: int, events: Sequence[Event]) -> None:
    """A `gateway.calls.runner.Within`. Raises Conflict, which undoes the record, for a second call of one attempt."""
    attempt_id = attempt_of(call.asked_by) if call.direction == "outbound" else None
    if attempt_id is None:
        return
    row = await session.get(AttemptRow, attempt_id, with_for_update=True, populate_existing=True)
    if row is None or _refused_as_second(row, call):
        return
    if not await Attempts(session).take_call(row.id, call.id):
        raise Conflict("the attempt has another call", code="attempt.dialled")
    row.call_id, row.trunk_id = call.id, call.trunk_id or row.trunk_id
    row.rang_at, row.answered_at = call.rang_at, call.answered_at
    row.machine, row.decided_ms = call.dial.answered_by, call.dial.decided_ms
    row.disposition = call.dial.disposition
    found = settled(call)
    if found is None:
        return
    now, first = call.ended_at or events[-1].at, row.state != "ended"  # told again, the same follows
    await _write(session, row, found, call)
    if first:
        await Paces(session).heed(row.trunk_id, found.outcome, now)
    row.state = "ended"
    await _follow(session, row, found.outcome, now, ("open",) if first else _ENDED, callback_at=call.dial.callback_at)


def _refused_as_second(row: AttemptRow, call: Call) -> bool:
    """A call that our own admission has turned away since the attempt was dialled or over: it changes nothing."""
    how = call.termination
    return how is not None and how.slug == "already_dialled" and row.call_id != call.id


async def _write(session: AsyncSession, row: AttemptRow, found: Settled, call: Call) -> None:
    row.outcome, row.counts = found.outcome, found.counts
    row.sip_code, row.seconds, row.ended_at = found.sip_code, found.seconds, call.ended_at
    trunk = await session.get(TrunkRow, row.trunk_id) if row.trunk_id else None
    if trunk is None or not trunk.price_per_minute:
        return
    before, cost = Decimal(row.cost or 0), Decimal(trunk.price_per_minute) * minutes_of(call)
    row.cost, row.currency = str(cost), trunk.currency
    campaign = await session.get(CampaignRow, row.campaign_id, with_for_update=True, populate_existing=True)
    if campaign is not None:
        campaign.spent = str(Decimal(campaign.spent) + cost - before)


async def close(
    session: AsyncSession, row: AttemptRow, outcome: Outcome, now: datetime, *, gate_next_at: datetime | None = None,
    why: str = "",
) -> None:  # fmt: skip
    """Ends an attempt without a call, once, and says when its contact is due again, if ever."""
    if row.state == "ended":
        return
    row.state, row.outcome, row.ended_at = "ended", outcome, now
    row.counts = row.counts and outcome not in NEVER_RANG
    await _follow(session, row, outcome, now, ("open",), gate_next_at=gate_next_at, why=why)


async def _follow(
    session: AsyncSession, row: AttemptRow, outcome: Outcome, now: datetime, states: tuple[ContactState, ...], *,
    callback_at: datetime | None = None, gate_next_at: datetime | None = None, why: str = "",
) -> None:  # fmt: skip
    """`states`: of a contact that it is said of; one that was erased meanwhile, or is called again by now, stays."""
    contact = await session.get(ContactRow, row.position, with_for_update=True, populate_existing=True)
    campaign = await session.get(CampaignRow, row.campaign_id)
    if contact is None or campaign is None or contact.state not in states or contact.attempts != row.n:
        return
    if not contact.pii_number:
        return
    terms, earlier = Terms.model_validate(campaign.terms), await Attempts(session).outcomes_before(row)
    after = follows(terms, outcome, earlier, now, callback_at=callback_at, gate_next_at=gate_next_at)
    contact.state, contact.next_at = after.state, after.next_at
    contact.outcome, contact.why = outcome, why
