"""What somebody does to LiveKit by hand: it is shown, repaired where it is ours, and left alone where it is not."""

from __future__ import annotations

import pytest
from livekit import api
from livekit.protocol import sip as proto
from redis.asyncio import Redis

from tests.integration.control_plane.plane import Json, Plane
from tests.integration.provisioning.sights import (
    KINDS,
    OTHER,
    SOME,
    one_of_each,
    read,
    reconciled,
    sync,
    theirs,
)
from tests.integration.switchboard import Switchboard
from trunks.ports import Kind

IN_SYNC: Json = {
    "in_sync": True, "to_create": [], "to_update": [], "to_delete": [], "foreign": [], "last_error": None
}  # fmt: skip


async def each(plane: Plane) -> list[tuple[Kind, Json, str]]:
    """One object of each kind, in LiveKit: kind, ours, LiveKit's id."""
    made = await one_of_each(plane)
    await reconciled(plane)
    found: list[tuple[Kind, Json, str]] = []
    for kind, one in zip(KINDS, made, strict=True):
        assert await sync(plane, kind) == IN_SYNC
        found.append((kind, one, (await read(plane, kind, one))["livekit_id"]))
    return found


async def test_what_was_deleted_by_hand_is_missed_and_made_again(plane: Plane) -> None:
    for kind, ours, livekit_id in reversed(await each(plane)):
        await plane.switchboard.delete(kind, livekit_id)
        state = await sync(plane, kind)
        assert state == IN_SYNC | {"in_sync": False, "to_create": [ours["id"]]}
        await reconciled(plane)
        again = await theirs(plane, kind, ours["id"])
        assert again and again.livekit_id != livekit_id
        assert (await read(plane, kind, ours))["livekit_id"] == again.livekit_id
    rule, trunk = (
        (await plane.switchboard.list("dispatch-rules"))[0],
        (await plane.switchboard.list("inbound-trunks"))[0],
    )
    assert rule.body["trunk_ids"] == [trunk.livekit_id]


async def test_what_was_edited_by_hand_is_seen_and_put_right(plane: Plane, switchboard: Switchboard) -> None:
    found = await each(plane)
    before = {kind: await theirs(plane, kind, ours["id"]) for kind, ours, _ in found}
    (_, inbound, inbound_id), (_, outbound, outbound_id), (_, rule, rule_id) = found
    async with switchboard.livekit_api() as lk:
        await lk.sip.update_inbound_trunk_fields(inbound_id, numbers=[OTHER])
        await lk.sip.update_outbound_trunk_fields(outbound_id, address="198.51.100.9")
        await lk.sip.update_dispatch_rule_fields(rule_id, name="renamed")
    for kind, ours in zip(KINDS, (inbound, outbound, rule), strict=True):
        assert await sync(plane, kind) == IN_SYNC | {"in_sync": False, "to_update": [ours["id"]]}
    await reconciled(plane)
    assert {kind: await theirs(plane, kind, ours["id"]) for kind, ours, _ in found} == before


HANDMADE = [
    proto.SIPDispatchRuleIndividual(room_prefix="call-", pin="1234"),
    proto.SIPDispatchRuleIndividual(room_prefix="call-", no_randomness=True),
    proto.SIPDispatchRuleIndividual(room_prefix="other-"),
]


@pytest.mark.parametrize("individual", HANDMADE, ids=["a PIN", "one room for all calls", "other rooms"])
async def test_a_rule_that_would_answer_calls_otherwise_is_seen_and_put_right(
    plane: Plane, switchboard: Switchboard, individual: proto.SIPDispatchRuleIndividual
) -> None:
    _, _, (_, rule, rule_id) = await each(plane)
    async with switchboard.livekit_api() as lk:
        info = (await lk.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())).items[0]
        info.rule.dispatch_rule_individual.CopyFrom(individual)
        await lk.sip.update_dispatch_rule(rule_id, info)
    assert (await sync(plane, "dispatch-rules"))["to_update"] == [rule["id"]]
    await reconciled(plane)


async def test_what_carries_our_mark_and_is_not_ours_is_taken_away(plane: Plane) -> None:
    for kind, ours, livekit_id in await each(plane):
        known = await theirs(plane, kind, ours["id"])
        assert known
        body = known.body | {"numbers": [OTHER]}
        orphan = await plane.switchboard.create(kind, "trk_of_yesterday", body)
        double = await plane.switchboard.create(kind, ours["id"], body | {"numbers": ["+15105550103"]})
        state = await sync(plane, kind)
        assert not state["in_sync"]
        assert orphan in state["to_delete"]
        assert len(set(state["to_delete"]) & {double, livekit_id}) == 1
        await reconciled(plane)
        kept = await theirs(plane, kind, ours["id"])
        assert kept and kept.body == known.body
        assert len(await plane.switchboard.list(kind)) == 1


async def test_what_is_foreign_is_shown_and_left_alone(plane: Plane, switchboard: Switchboard) -> None:
    async with switchboard.livekit_api() as lk:
        inbound = proto.SIPInboundTrunkInfo(name="theirs", numbers=[OTHER])
        trunk = await lk.sip.create_inbound_trunk(proto.CreateSIPInboundTrunkRequest(trunk=inbound))
        outbound = proto.SIPOutboundTrunkInfo(name="theirs", address="a.example", numbers=[OTHER])
        way_out = await lk.sip.create_outbound_trunk(proto.CreateSIPOutboundTrunkRequest(trunk=outbound))
        lobby = proto.SIPDispatchRule(dispatch_rule_direct=proto.SIPDispatchRuleDirect(room_name="lobby"))
        info = proto.SIPDispatchRuleInfo(rule=lobby, trunk_ids=[trunk.sip_trunk_id], metadata='{"theirs": 1}')
        rule = await lk.sip.create_dispatch_rule(proto.CreateSIPDispatchRuleRequest(dispatch_rule=info))
    foreign = (trunk.sip_trunk_id, way_out.sip_trunk_id, rule.sip_dispatch_rule_id)
    made = await one_of_each(plane)
    await reconciled(plane)
    for kind, livekit_id in zip(KINDS, foreign, strict=True):
        assert await sync(plane, kind) == IN_SYNC | {"foreign": [livekit_id]}
    for one, path in zip(reversed(made), ("dispatch-rules", "outbound-trunks"), strict=False):
        await plane.admin.delete(f"/v1/{path}/{one['id']}")
    await reconciled(plane)
    async with switchboard.livekit_api() as lk:
        rules = await lk.sip.list_dispatch_rule(api.ListSIPDispatchRuleRequest())
        assert [(one.sip_dispatch_rule_id, one.metadata) for one in rules.items] == [(foreign[2], '{"theirs": 1}')]
        trunks = await lk.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())
        assert trunk in trunks.items


async def test_after_redis_lost_the_sip_keys_everything_is_there_again(plane: Plane, switchboard: Switchboard) -> None:
    found = await each(plane)
    async with Redis.from_url(switchboard.plan.redis_url) as redis:
        keys = [key async for key in redis.scan_iter("sip_*")]
        assert len(keys) >= 3
        await redis.delete(*keys)
    for kind, ours, _ in found:
        if kind != "dispatch-rules":
            assert (await sync(plane, kind))["to_create"] == [ours["id"]]
        assert not (await sync(plane, kind))["in_sync"]
    await reconciled(plane)
    trunk, rule = (
        (await plane.switchboard.list("inbound-trunks"))[0],
        (await plane.switchboard.list("dispatch-rules"))[0],
    )
    assert rule.body["trunk_ids"] == [trunk.livekit_id]
    assert trunk.body["numbers"] == [SOME]


async def test_what_livekit_refuses_holds_nothing_else_up(plane: Plane, switchboard: Switchboard) -> None:
    inbound, _, rule = await one_of_each(plane)
    await reconciled(plane)
    async with switchboard.livekit_api() as lk:
        info = proto.SIPInboundTrunkInfo(name="theirs", numbers=[OTHER])
        foreign = await lk.sip.create_inbound_trunk(proto.CreateSIPInboundTrunkRequest(trunk=info))
    contested = await plane.number(OTHER, inbound)
    blocked, free = await plane.trunk("blocked"), await plane.trunk("free")
    await plane.number("+15105550104", free)
    await plane.number("+15105550105", blocked)
    await plane.admin.patch(f"/v1/dispatch-rules/{rule['id']}", json={"numbers": []})

    assert not await plane.provisioning.reconcile()
    state = await sync(plane, "inbound-trunks")
    assert (state["in_sync"], state["to_update"], state["to_create"]) == (False, [inbound["id"]], [])
    assert OTHER in state["last_error"]
    assert (await sync(plane, "dispatch-rules")) == IN_SYNC, "the other kinds go on"
    for trunk in (free, blocked):
        assert await theirs(plane, "inbound-trunks", trunk["id"])
    known = await theirs(plane, "inbound-trunks", inbound["id"])
    assert known and known.body["numbers"] == [SOME], "it works as before"

    await plane.switchboard.delete("inbound-trunks", foreign.sip_trunk_id)
    await reconciled(plane)
    assert (await sync(plane, "inbound-trunks"))["last_error"] is None
    known = await theirs(plane, "inbound-trunks", inbound["id"])
    assert known and known.body["numbers"] == sorted([SOME, contested["number"]])
