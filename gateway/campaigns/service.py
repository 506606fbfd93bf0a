"""Campaigns in one object, for the composition root.

campaigns = Campaigns(settings, calls, durable, key, livekit)   # before durable.start()
await campaigns.start(); …; await campaigns.close()
"""

from __future__ import annotations

from compliance.privacy.hash_key import HashKey
from gateway.calls.service import Calls
from gateway.campaigns.agents import RoomAgents
from gateway.campaigns.dialler import Dialler
from gateway.campaigns.dialling import WORK, Dialling
from gateway.campaigns.ports import Agents, Calling
from gateway.campaigns.readiness import AgentExists
from gateway.campaigns.settling import settle_by_call
from gateway.durable.service import Durable


class Campaigns:
    """`dialler`: the executor id of this process. `agents`: left out, those that LiveKit sends to a room."""

    def __init__(
        self, calls: Calls, durable: Durable, key: HashKey, calling: Calling, agent_exists: AgentExists, dialler: str,
        agents: Agents | None = None,
    ) -> None:  # fmt: skip
        begin, clock = calls.begin, calls.clock
        agents = agents or RoomAgents(calls.rooms, clock)
        dialling = Dialling(begin, clock, calls.feed, key, agents, calling, dialler)
        durable.define(WORK, dialling.carry)
        self.dialler = Dialler(begin, clock, key, durable.begin, agent_exists, dialler)
        calls.runner.on_append(settle_by_call)

    async def start(self) -> None:
        await self.dialler.start()

    async def close(self) -> None:
        await self.dialler.close()
