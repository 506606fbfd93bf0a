"""The body of the durable work that carries one attempt: an agent first, then the slot, then the gate, then the dial.

    claimed ──agent there, slot come, gate says allow──► dialling ──the record of its call ends──► ended
       └──no agent, gate says no, campaign paused────────────────────────────────────────────────────┘

It may be run again from its start at any moment, by this process or by another. What counts is the row: `dialling` is
committed before the request goes out, and whoever finds a row that is dialling never dials it. It then waits for the
record of the call, which the node's admission writes before any INVITE leaves; when none comes, nothing left, and our
admission refuses whatever should still turn up.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.hash_key import HashKey
from gateway.calls.feed import Feed
from gateway.calls.participants import AGENT_ID, ASKED_BY
from gateway.calls.performing import Begin
from gateway.campaigns.attempts import Attempts
from gateway.campaigns.gate import ask_gate, first_refusal
from gateway.campaigns.models import AttemptRow, CampaignRow, ContactRow
from gateway.campaigns.names import room_of
from gateway.campaigns.paces import Paces
from gateway.campaigns.ports import Agents, Calling
from gateway.campaigns.settling import close
from gateway.campaigns.terms import Outcome, Terms
from gateway.kernel.clock import Clock
from gateway.kernel.errors import Conflict, GatewayError, NotFound
from gateway.kernel.logs import get_logger
from gateway.livekit.calling import CallOut
from trunks.models import TrunkRow
from trunks.repository import TrunkRepository
from trunks.routes.repository import RouteRepository

WORK = "campaign_dial"
FOUND_WITHIN = timedelta(seconds=30)  # the record of a call comes with its admission, which the node waits for
LOOK_S = 1.0
_NOT_ALLOWED: dict[str, Outcome] = {"refuse": "refused", "not_now": "not_now"}

_log = get_logger(__name__)


class _NotOurs(Exception):
    """Another process has taken the attempt over meanwhile."""


class Dialling:
    def __init__(
        self, begin: Begin, clock: Clock, feed: Feed, key: HashKey, agents: Agents, calling: Calling, dialler: str
    ) -> None:
        self._begin, self._clock, self._feed, self._key = begin, clock, feed, key
        self._agents, self._calling, self._dialler = agents, calling, dialler

    async def carry(self, work_id: str, given: dict[str, str]) -> None:
        """Returns when a call of the attempt is on record, or the attempt has ended without one."""
        attempt_id = given["attempt_id"]
        async with self._begin() as session:
            row = await session.get(AttemptRow, attempt_id)
        if row is None or row.state == "ended" or row.dialler != self._dialler:
            return  # erased, done, or taken over by somebody else
        try:
            if row.state == "claimed":
                await self._dial(row)
        except _NotOurs:  # its room is somebody else's as well
            return
        await self._find_out(attempt_id)

    async def _dial(self, row: AttemptRow) -> None:
        if not await self._agents.reserve(row.id, row.agent_id):
            await self._end(row.id, "no_agent")
            return
        at = await self._slot(row.id)
        if at is not None:
            await asyncio.sleep(max(0.0, (at - self._clock.now()).total_seconds()))
        out = await self._cleared(row.id) if at is not None else None
        if out is None:
            await self._agents.release(row.id)
            return
        try:
            await self._calling.call(out)
        except (NotFound, Conflict) as error:  # LiveKit or the node has said no: nothing left
            _log.warning("campaign_dial_refused", attempt_id=row.id, code=error.code)
            await self._end(row.id, "failed")
        except GatewayError as error:  # whether the node has heard of it the record will tell
            _log.warning("campaign_dial_unclear", attempt_id=row.id, code=error.code)

    async def _slot(self, attempt_id: str) -> datetime | None:
        """When it may be dialled; None when there is no way out, and the attempt is over."""
        async with self._begin() as session:
            row, terms = await self._standing(session, attempt_id)
            try:
                trunk = await self._trunk(session, row, terms)
            except (NotFound, Conflict):
                await close(session, row, "failed", self._clock.now(), why="trunk")
                return None
            row.agent_at, row.trunk_id = self._clock.now(), trunk.id
            rates = {trunk.id: trunk.max_calls_per_s, row.campaign_id: terms.pacing.calls_per_s}
            return await Paces(session).take_slot(self._clock.now(), rates)

    async def _trunk(self, session: AsyncSession, row: AttemptRow, terms: Terms) -> TrunkRow:
        if terms.trunk_id:
            return await TrunkRepository(session).get(terms.trunk_id, "outbound")
        return await RouteRepository(session).trunk_for(row.pii["number"], self._clock.now())

    async def _cleared(self, attempt_id: str) -> CallOut | None:
        """What to ask LiveKit for, once: the row is dialling from then on. None when it may not be dialled now."""
        now = self._clock.now()
        async with self._begin() as session:
            row, terms = await self._standing(session, attempt_id)
            campaign = await session.get_one(CampaignRow, row.campaign_id, populate_existing=True)
            contact = await session.get(ContactRow, row.position, populate_existing=True)
            trunk = await session.get(TrunkRow, row.trunk_id)
            if contact is None or contact.state != "open" or trunk is None or not trunk.livekit_id:
                await close(session, row, "failed", now, why="trunk")
                return None
            if campaign.state != "running":
                await close(session, row, "not_now", now, gate_next_at=now, why=campaign.state)
                return None
            decision = await ask_gate(session, self._key, terms, contact, trunk.id, now)
            kept = decision.model_dump(mode="json")
            if decision.verdict != "allow":
                row.gate, outcome = kept, _NOT_ALLOWED[decision.verdict]
                why = first_refusal(decision)
                await close(session, row, outcome, now, gate_next_at=decision.next_at, why=why)
                return None
            shows = terms.shows or (trunk.numbers or [""])[0]
            pii = {**row.pii, "shows": shows}
            if not await Attempts(session).may_dial(attempt_id, self._dialler, now, gate=kept, pii=pii):
                raise _NotOurs
            return CallOut(
                trunk=trunk.livekit_id, room=room_of(attempt_id), identity=attempt_id, number=contact.pii_number,
                shows=shows, ring_s=terms.ring_s, attributes={ASKED_BY: attempt_id, AGENT_ID: row.agent_id},
            )  # fmt: skip

    async def _find_out(self, attempt_id: str) -> None:
        """Until the call is on record, which then ends the attempt; or until it is sure that there will be none."""
        while True:
            ticket = self._feed.ticket()
            async with self._begin() as session:
                row = await session.get(AttemptRow, attempt_id)
            if row is None or row.state != "dialling" or row.call_id or row.dialler != self._dialler:
                return
            assert row.dialled_at is not None
            late = self._clock.now() - row.dialled_at > FOUND_WITHIN
            if late and not await self._agents.somebody_dialled(attempt_id):
                await self._end(attempt_id, "unknown")
                return
            await self._feed.wait(ticket, LOOK_S)

    async def _end(self, attempt_id: str, outcome: Outcome) -> None:
        """Without a call."""
        async with self._begin() as session:
            row = await session.get(AttemptRow, attempt_id, with_for_update=True)
            if row is None or row.state == "ended" or row.call_id:
                return
            await close(session, row, outcome, self._clock.now())
        await self._agents.release(attempt_id)

    async def _standing(self, session: AsyncSession, attempt_id: str) -> tuple[AttemptRow, Terms]:
        """Raises _NotOurs when somebody else dials it, or it is over."""
        row = await session.get(AttemptRow, attempt_id, with_for_update=True)
        if row is None or row.state != "claimed" or row.dialler != self._dialler:
            raise _NotOurs
        campaign = await session.get_one(CampaignRow, row.campaign_id)
        return row, Terms.model_validate(campaign.terms)
