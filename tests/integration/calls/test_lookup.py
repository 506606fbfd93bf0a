"""Verdicts from real rows: trunk, number, rule and open calls as the database has them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from agents.models import AgentRow
from dispatch_rules.models import RuleRow
from gateway.calls.admission import AdmissionVerdict
from gateway.calls.facts import NumbersPii
from gateway.calls.repository import CallRepository
from gateway.db.session import Database
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import World, asked
from tests.unit.calls.story import CALL, NUMBERS, T0, Facts
from trunks.models import NumberRow, TrunkRow


@dataclass
class Provisioned:
    """One trunk with one number, one rule and one agent; tests change what they need."""

    trunk: TrunkRow
    number: NumberRow
    rule: RuleRow


def rows() -> Provisioned:
    stamp = {"created_at": T0, "updated_at": T0}
    return Provisioned(
        trunk=TrunkRow(
            id="trk_1",
            direction="inbound",
            name="carrier",
            enabled=True,
            allowed_addresses=["192.0.2.0/24"],
            allowed_numbers=[],
            any_number=False,
            on_control_plane_loss="accept",
            max_calls=1,
            numbers=[],
            livekit_id="ST_1",
            **stamp,
        ),
        number=NumberRow(id="num_1", number=NUMBERS.dnis, inbound_trunk_id="trk_1", **stamp),
        rule=RuleRow(
            id="rule_1",
            name="main",
            enabled=True,
            trunk_ids=["trk_1"],
            numbers=[],
            inbound_numbers=[],
            agent_id="agt_1",
            room_prefix="call-",
            fallback_prompt="sorry_call_back",
            max_duration_s=900,
            livekit_id="SDR_1",
            **stamp,
        ),
    )


@pytest.fixture
def world(world_with_lookup: World) -> World:
    return world_with_lookup


async def store(database: Database, known: Provisioned) -> None:
    async with database.begin() as session:
        session.add(AgentRow(id="agt_1", name="demo", content={}, created_at=T0, updated_at=T0))
        session.add(known.trunk)
        await session.flush()
        session.add_all([known.number, known.rule])


async def verdict(world: World, **fields: object) -> AdmissionVerdict:
    return await world.calls.admissions.verdict_on(asked(new_id("call"), **fields))


async def test_a_known_call_is_admitted_with_the_rules_wishes(world: World) -> None:
    await store(world.database, rows())
    given = await verdict(world)
    assert given.verdict == "accept"
    assert given.attributes["gateway.ruleID"] == "rule_1"
    assert (given.policy.max_duration_s, given.policy.on_control_plane_loss) == (900, "accept")


async def test_a_trunks_call_limit_counts_open_calls(world: World) -> None:
    await store(world.database, rows())
    f = Facts()
    assert (await world.calls.admissions.verdict_on(asked(CALL))).verdict == "accept"
    full = await verdict(world)
    assert (full.slug, full.sip_code, full.retry_after_s) == ("over_capacity", 503, 5)
    await world.calls.runner.take([f.left()])
    assert (await verdict(world)).verdict == "accept"


async def test_404_for_a_strange_number_and_403_for_a_strange_address(world: World) -> None:
    await store(world.database, rows())
    other_number = NumbersPii(ani="+15105550111", dnis="+15105550199", source_address="192.0.2.7")
    given = await verdict(world, livekit_trunk_id="", pii=other_number)
    assert (given.slug, given.sip_code) == ("unknown_number", 404)
    stranger = NumbersPii(ani="+15105550111", dnis=NUMBERS.dnis, source_address="203.0.113.5")
    for livekit_trunk_id in ("", "ST_1"):  # LiveKit lets an address pass that is only in the From header
        given = await verdict(world, livekit_trunk_id=livekit_trunk_id, pii=stranger)
        assert (given.slug, given.sip_code) == ("source_not_allowed", 403)


async def test_a_caller_the_trunk_does_not_take(world: World) -> None:
    known = rows()
    known.trunk.allowed_numbers = ["+15105550222"]
    await store(world.database, known)
    assert (await verdict(world, livekit_trunk_id="")).slug == "caller_not_allowed"


@pytest.mark.parametrize("livekit_id", ["ST_1", ""])
async def test_a_trunk_that_livekit_does_not_have_yet(world: World, livekit_id: str) -> None:
    known = rows()
    known.trunk.livekit_id = livekit_id
    await store(world.database, known)
    given = await verdict(world, livekit_trunk_id="")
    assert (given.slug, given.sip_code) == ("no_trunk", 503)


@pytest.mark.parametrize("change", [{"enabled": False}, {"trunk_ids": ["trk_2"]}, {"numbers": ["+15105550199"]}])
async def test_no_rule_takes_the_call(world: World, change: dict[str, object]) -> None:
    known = rows()
    for name, value in change.items():
        setattr(known.rule, name, value)
    await store(world.database, known)
    given = await verdict(world)
    assert (given.slug, given.sip_code) == ("no_rule", 404)


async def test_a_call_let_in_by_the_loss_policy_finds_its_route_afterwards(world: World) -> None:
    await store(world.database, rows())
    f = Facts()
    await world.calls.runner.take(
        [f.invite(admitted_by="loss_policy"), f.joined(), f.invite(admitted_by="loss_policy")]
    )
    async with world.database.begin() as session:
        row = await CallRepository(session).get(CALL)
    assert row and (row.trunk_id, row.state["rule_id"], row.state["agent_id"]) == ("trk_1", "rule_1", "agt_1")
