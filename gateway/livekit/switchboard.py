"""LiveKit's trunks and dispatch rules as our provisioning sees them. Our id travels in their metadata."""

from __future__ import annotations

import json
from typing import Any

from livekit import api
from livekit.protocol import sip as proto

from gateway.kernel.errors import NotFound
from gateway.livekit.client import LiveKitClient
from trunks.ports import Body, Kind, Provisioned

RULE_ID = "gateway.ruleID"  # attribute of the phone's participant
OWNER = "gateway"
TRANSPORTS = {
    "auto": proto.SIP_TRANSPORT_AUTO,
    "udp": proto.SIP_TRANSPORT_UDP,
    "tcp": proto.SIP_TRANSPORT_TCP,
    "tls": proto.SIP_TRANSPORT_TLS,
}
_TRANSPORT_NAMES = {value: name for name, value in TRANSPORTS.items()}


class LiveKitSwitchboard:
    def __init__(self, client: LiveKitClient) -> None:
        self._client = client

    async def list(self, kind: Kind) -> list[Provisioned]:
        async with self._client.asked() as lk:
            if kind == "inbound-trunks":
                found = await lk.sip.list_inbound_trunk(proto.ListSIPInboundTrunkRequest())
                return [Provisioned(i.sip_trunk_id, owner_of(i.metadata), inbound_body(i)) for i in found.items]
            if kind == "outbound-trunks":
                out = await lk.sip.list_outbound_trunk(proto.ListSIPOutboundTrunkRequest())
                return [Provisioned(i.sip_trunk_id, owner_of(i.metadata), outbound_body(i)) for i in out.items]
            rules = await lk.sip.list_dispatch_rule(proto.ListSIPDispatchRuleRequest())
            return [Provisioned(i.sip_dispatch_rule_id, owner_of(i.metadata), rule_body(i)) for i in rules.items]

    async def create(self, kind: Kind, owner: str, body: Body) -> str:
        async with self._client.asked() as lk:
            if kind == "inbound-trunks":
                trunk = proto.CreateSIPInboundTrunkRequest(trunk=inbound_info(owner, body))
                return (await lk.sip.create_inbound_trunk(trunk)).sip_trunk_id
            if kind == "outbound-trunks":
                out = proto.CreateSIPOutboundTrunkRequest(trunk=outbound_info(owner, body))
                return (await lk.sip.create_outbound_trunk(out)).sip_trunk_id
            rule = proto.CreateSIPDispatchRuleRequest(dispatch_rule=rule_info(owner, body))
            return (await lk.sip.create_dispatch_rule(rule)).sip_dispatch_rule_id

    async def update(self, kind: Kind, livekit_id: str, owner: str, body: Body) -> None:
        async with self._client.asked() as lk:
            if kind == "inbound-trunks":
                await lk.sip.update_inbound_trunk(livekit_id, inbound_info(owner, body))
            elif kind == "outbound-trunks":
                await lk.sip.update_outbound_trunk(livekit_id, outbound_info(owner, body))
            else:
                await lk.sip.update_dispatch_rule(livekit_id, rule_info(owner, body))

    async def delete(self, kind: Kind, livekit_id: str) -> None:
        try:
            async with self._client.asked() as lk:
                if kind == "dispatch-rules":
                    wanted = proto.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=livekit_id)
                    await lk.sip.delete_dispatch_rule(wanted)
                else:
                    await lk.sip.delete_trunk(proto.DeleteSIPTrunkRequest(sip_trunk_id=livekit_id))
        except NotFound:
            return


def mark(owner: str) -> str:
    return json.dumps({OWNER: owner})


def owner_of(metadata: str) -> str | None:
    """Our id in an object's metadata; None for an object that somebody else made."""
    try:
        content: Any = json.loads(metadata)
    except ValueError:
        return None
    owner = content.get(OWNER) if isinstance(content, dict) else None
    return owner if isinstance(owner, str) else None


def inbound_info(owner: str, body: Body) -> proto.SIPInboundTrunkInfo:
    return proto.SIPInboundTrunkInfo(metadata=mark(owner), **body)


def inbound_body(info: proto.SIPInboundTrunkInfo) -> Body:
    return {
        "name": info.name,
        "numbers": sorted(info.numbers),
        "allowed_addresses": sorted(info.allowed_addresses),
        "allowed_numbers": sorted(info.allowed_numbers),
        "auth_username": info.auth_username,
        "auth_password": info.auth_password,
    }


def outbound_info(owner: str, body: Body) -> proto.SIPOutboundTrunkInfo:
    fields: Body = body | {"transport": TRANSPORTS[body["transport"]]}
    return proto.SIPOutboundTrunkInfo(metadata=mark(owner), **fields)


def outbound_body(info: proto.SIPOutboundTrunkInfo) -> Body:
    return {
        "name": info.name,
        "address": info.address,
        "transport": _TRANSPORT_NAMES.get(info.transport, "auto"),
        "numbers": sorted(info.numbers),
        "auth_username": info.auth_username,
        "auth_password": info.auth_password,
    }


def rule_info(owner: str, body: Body) -> proto.SIPDispatchRuleInfo:
    """An individual room per call, with the agent to dispatch in the room's configuration."""
    dispatch = api.RoomAgentDispatch(agent_name=body["agent_name"], metadata=json.dumps({"agent_id": body["agent_id"]}))
    return proto.SIPDispatchRuleInfo(
        name=body["name"],
        metadata=mark(owner),
        trunk_ids=body["trunk_ids"],
        numbers=body["numbers"],
        inbound_numbers=body["inbound_numbers"],
        rule=proto.SIPDispatchRule(
            dispatch_rule_individual=proto.SIPDispatchRuleIndividual(room_prefix=body["room_prefix"], pin=body["pin"])
        ),
        room_config=api.RoomConfiguration(agents=[dispatch]),
        attributes={**body["attributes"], RULE_ID: owner},
        hide_phone_number=body["hide_phone_number"],
    )


def rule_body(info: proto.SIPDispatchRuleInfo) -> Body:
    agents = info.room_config.agents
    try:
        agent_id = json.loads(agents[0].metadata).get("agent_id", "") if agents else ""
    except (ValueError, AttributeError):
        agent_id = ""
    individual = info.rule.dispatch_rule_individual
    # Never ours, and it breaks calls: shown, so that the rule differs from the wanted one and is put right.
    by_hand = {"no_randomness": True} if individual.no_randomness else {}
    return by_hand | {
        "name": info.name,
        "trunk_ids": sorted(info.trunk_ids),
        "numbers": sorted(info.numbers),
        "inbound_numbers": sorted(info.inbound_numbers),
        "room_prefix": individual.room_prefix,
        "agent_name": agents[0].agent_name if agents else "",
        "agent_id": agent_id,
        "pin": individual.pin,
        "hide_phone_number": info.hide_phone_number,
        "attributes": {name: value for name, value in info.attributes.items() if name != RULE_ID},
    }
