"""Looks round the running campaigns, one contact of each in turn, and sets going what may be dialled now.

Several processes may do so side by side: what is handed out (contacts, slots) is handed out by the database. Each says
that it is alive; what a dead one has left open, another takes over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from compliance.privacy.hash_key import HashKey
from gateway.calls.performing import Begin
from gateway.campaigns.attempts import Attempts
from gateway.campaigns.claiming import claim
from gateway.campaigns.contacts import Contacts
from gateway.campaigns.dialling import WORK
from gateway.campaigns.models import AttemptRow, DiallerRow
from gateway.campaigns.readiness import AgentExists, has_room, why_pause
from gateway.campaigns.repository import CampaignRepository, set_state, terms_of
from gateway.campaigns.terms import Terms
from gateway.kernel.clock import Clock
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet, keep_going

ROUND_S = 0.25  # between looks when there is nothing to do
ALIVE_S = 5.0
DEAD = timedelta(seconds=20)
AT_ONCE = 20  # contacts of one campaign in one round, so that each campaign has its turn

_log = get_logger(__name__)
# gateway.durable.service.Durable.begin
Begun = Callable[[str, str, dict[str, str]], Awaitable[None]]


class Dialler:
    """`dialler`: the executor id of this process, the same after each of its restarts."""

    def __init__(
        self, begin: Begin, clock: Clock, key: HashKey, begin_work: Begun, agent_exists: AgentExists, dialler: str
    ) -> None:
        self._begin, self._clock, self._key = begin, clock, key
        self._begin_work, self._agent_exists, self._dialler = begin_work, agent_exists, dialler
        self._tasks = TaskSet()

    async def start(self) -> None:
        """Goes on with what this process had open when it died."""
        await self.say_alive()
        async with self._begin() as session:
            open_ids = [row.id for row in await Attempts(session).open_by(self._dialler)]
        for attempt_id in open_ids:
            await self._carry(attempt_id)
        self._tasks.start(keep_going(self.say_alive, "dialler-alive", ALIVE_S), name="dialler-alive")
        self._tasks.start(keep_going(self.inherit, "dialler-inherit", ALIVE_S), name="dialler-inherit")
        self._tasks.start(keep_going(self._go_round, "dialler", ROUND_S), name="dialler")

    async def close(self) -> None:
        await self._tasks.close()

    async def say_alive(self) -> None:
        now = self._clock.now()
        async with self._begin() as session:
            row = await session.get(DiallerRow, self._dialler, with_for_update=True)
            if row is None:
                session.add(DiallerRow(id=self._dialler, alive_at=now, started_at=now))
            else:
                row.alive_at = now

    async def inherit(self) -> int:
        """Carries on what dead processes have left open; how many attempts those are."""
        dead_since = self._clock.now() - DEAD
        async with self._begin() as session:
            died = (DiallerRow.alive_at < dead_since, DiallerRow.id != self._dialler)
            dead = list(await session.scalars(delete(DiallerRow).where(*died).returning(DiallerRow.id)))
            taken = [one for name in dead for one in await Attempts(session).take_over(name, self._dialler)]
        for attempt_id in taken:
            await self._carry(attempt_id)
        if taken:
            _log.warning("dialler_inherited", diallers=len(dead), attempts=len(taken))
        return len(taken)

    async def _go_round(self) -> None:
        """Returns when there is nothing to do for a moment."""
        while await self.round():
            continue

    async def round(self) -> int:
        """One look at every campaign; how many contacts were taken, dialled or not."""
        async with self._begin() as session:
            campaigns = [(row.id, terms_of(row)) for row in await CampaignRepository(session).running()]
        return sum([await self._of_campaign(campaign_id, terms) for campaign_id, terms in campaigns])

    async def _of_campaign(self, campaign_id: str, terms: Terms) -> int:
        taken = 0
        while taken < AT_ONCE:
            async with self._begin() as session:
                found = await self._next(session, campaign_id, terms)
            if found is None:
                break
            taken += 1
            if isinstance(found, AttemptRow):
                await self._carry(found.id)
        return taken

    async def _next(self, session: AsyncSession, campaign_id: str, terms: Terms) -> AttemptRow | str | None:
        """What was taken; None when nothing may be now."""
        now = self._clock.now()
        campaign = await CampaignRepository(session).get(campaign_id, lock=True)
        if campaign.state != "running" or (terms.starts_at and now < terms.starts_at):
            return None
        if terms.ends_at and now >= terms.ends_at:
            set_state(campaign, "finished", now, "its time is over")
        elif why := await why_pause(session, campaign, terms, self._agent_exists):
            set_state(campaign, "paused", now, why)
            _log.warning("campaign_paused", campaign_id=campaign.id)
        elif await has_room(session, campaign, terms, now):
            found = await claim(session, self._key, campaign_id, terms, self._dialler, now)
            if found != "nobody":
                return found
            if not await Contacts(session).any_left(campaign_id):
                set_state(campaign, "finished", now, "everybody has been called, or may not be")
        return None

    async def _carry(self, attempt_id: str) -> None:
        """The work has another name for each process: what a dead one began under its own is not ours to go on with."""
        await self._begin_work(WORK, f"{attempt_id}@{self._dialler}", {"attempt_id": attempt_id})
