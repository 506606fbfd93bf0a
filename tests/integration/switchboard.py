"""A bare switchboard, Redis and livekit-server on free ports, without our own processes around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livekit import api
from pydantic import SecretStr

from gateway.settings import LiveKitSettings
from gateway.stack import livekit_server, redis_server
from gateway.stack.plan import StackPlan, StackPorts
from gateway.stack.ports import PortAllocator
from gateway.stack.program import Child
from gateway.stack.programs import livekit_program, redis_program

NUMBER = "+15105550100"


@dataclass
class Switchboard:
    plan: StackPlan
    redis: Child
    livekit: Child

    @property
    def url(self) -> str:
        return f"ws://{self.plan.host}:{self.plan.ports.livekit_http}"

    @property
    def settings(self) -> LiveKitSettings:
        secret = SecretStr(self.plan.livekit_secret)
        return LiveKitSettings(url=self.url, api_key=self.plan.livekit_key, api_secret=secret)

    def livekit_api(self) -> api.LiveKitAPI:
        return api.LiveKitAPI(self.url.replace("ws", "http"), self.plan.livekit_key, self.plan.livekit_secret)

    def token(self, identity: str, room: str, kind: api.AccessToken.ParticipantKind = "standard") -> str:
        grants = api.VideoGrants(room_join=True, room=room)
        return (
            api.AccessToken(self.plan.livekit_key, self.plan.livekit_secret)
            .with_identity(identity)
            .with_kind(kind)
            .with_grants(grants)
            .to_jwt()
        )

    async def add_trunk_and_rule(
        self,
        *,
        numbers: list[str] | None = None,
        addresses: list[str] | None = None,
        credentials: tuple[str, str] | None = None,
        rule: bool = True,
        include_headers: api.SIPHeaderOptions.ValueType = api.SIPHeaderOptions.SIP_NO_HEADERS,
        **trunk_fields: Any,
    ) -> str:
        """An inbound trunk for `numbers` and a rule with a room per call; the trunk's id."""
        async with self.livekit_api() as lk:
            trunk = await lk.sip.create_inbound_trunk(
                api.CreateSIPInboundTrunkRequest(
                    trunk=api.SIPInboundTrunkInfo(
                        name="trunk", numbers=numbers or [NUMBER], allowed_addresses=addresses or [],
                        auth_username=credentials[0] if credentials else "",
                        auth_password=credentials[1] if credentials else "", include_headers=include_headers,
                        **trunk_fields,
                    )
                )
            )  # fmt: skip
            if rule:
                individual = api.SIPDispatchRuleIndividual(room_prefix="call-")
                await lk.sip.create_dispatch_rule(
                    api.CreateSIPDispatchRuleRequest(
                        trunk_ids=[trunk.sip_trunk_id],
                        rule=api.SIPDispatchRule(dispatch_rule_individual=individual),
                        room_config=api.RoomConfiguration(agents=[api.RoomAgentDispatch(agent_name="gateway")]),
                    )
                )
            return trunk.sip_trunk_id

    async def add_rule(self, trunk_id: str, *, pin: str = "", **fields: Any) -> None:
        """A rule with a room per call; `fields` are those of LiveKit's SIPDispatchRuleInfo."""
        individual = api.SIPDispatchRuleIndividual(room_prefix="call", pin=pin)
        rule = api.SIPDispatchRule(dispatch_rule_individual=individual)
        wanted = api.SIPDispatchRuleInfo(name="rule", rule=rule, trunk_ids=[trunk_id], **fields)
        async with self.livekit_api() as lk:
            await lk.sip.create_dispatch_rule(api.CreateSIPDispatchRuleRequest(dispatch_rule=wanted))


@asynccontextmanager
async def running_switchboard(folder: Path) -> AsyncIterator[Switchboard]:
    ports = PortAllocator()
    plan = StackPlan(folder, StackPorts.allocate(ports, sip=None, api=None))
    redis = Child(redis_program(plan, redis_server.find()), plan.logs)
    livekit = Child(livekit_program(plan, livekit_server.find_or_build(print)), plan.logs)
    try:
        for child in (redis, livekit):
            await child.start()
            await child.wait_ready()
        yield Switchboard(plan, redis, livekit)
    finally:
        await livekit.stop()
        await redis.stop()
        ports.close()
