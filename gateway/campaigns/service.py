"""Campaigns in one object, for whoever dials: the control plane, or a process of its own.

campaigns = Campaigns(database.begin, clock, calls.feed, rooms, durable, key, calling, agent_exists, executor_id)
await durable.start(); await campaigns.start(); …; await campaigns.close()
"""

from __future__ import annotations

from compliance.privacy.hash_key import HashKey
from gateway.calls.feed import Feed
from gateway.calls.performing import Begin
from gateway.campaigns.dialler import Dialler
from gateway.campaigns.dialling import WORK, Dialling
from gateway.campaigns.ports import Agents, Calling
from gateway.campaigns.readiness import AgentExists
from gateway.durable.service import Durable
from gateway.kernel.clock import Clock


class Campaigns:
    """`dialler`: the executor id of this process. Before `durable` is started."""

    def __init__(
        self, begin: Begin, clock: Clock, feed: Feed, agents: Agents, durable: Durable, key: HashKey, calling: Calling,
        agent_exists: AgentExists, dialler: str,
    ) -> None:  # fmt: skip
        dialling = Dialling(begin, clock, feed, key, agents, calling, dialler)
        durable.define(WORK, dialling.carry)
        self.dialler = Dialler(begin, clock, key, durable.begin, agent_exists, dialler)

    async def start(self) -> None:
        await self.dialler.start()

    async def close(self) -> None:
        await self.dialler.close()
