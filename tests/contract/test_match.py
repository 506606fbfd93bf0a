"""`dispatch_rules.match` against a running livekit-server: the same rule for every one of 600 generated calls.

LiveKit is asked over the bus, as our SIP node asks it: first for the trunk, then for the rule."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from random import Random

import pytest
import pytest_asyncio

from dispatch_rules.conflicts import conflict
from dispatch_rules.match import Terms, match
from gateway.livekit.client import LiveKitClient
from gateway.livekit.switchboard import LiveKitSwitchboard
from gateway.sip.bus.connection import BusConnection
from gateway.sip.bus.io_info import SERVICE, CallAsked, IoInfo, Party
from gateway.sip.bus.psrpc import PsrpcClient
from tests.contract.test_switchboard import KINDS
from tests.integration.switchboard import Switchboard

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALLS_PER_WORLD, WORLDS = 60, 10
CALLED = [f"+1510555010{n}" for n in range(6)]
CALLING = [f"+1510555019{n}" for n in range(4)]
STRANGE = ["anonymous", "alice", "15105550100", "15105550190", "+1 510 555 0190", "911"]


@dataclass
class World:
    """Trunks and rules as LiveKit has them; `terms` name trunks by LiveKit's ids, `rules` ours by LiveKit's."""

    trunks: list[str] = field(default_factory=list)
    terms: list[Terms] = field(default_factory=list)
    rules: dict[str, str] = field(default_factory=dict)


@pytest_asyncio.fixture(loop_scope="session")
async def io_info(switchboard: Switchboard) -> AsyncIterator[IoInfo]:
    bus = BusConnection(switchboard.plan.redis_url)
    io_info = IoInfo(PsrpcClient(bus, SERVICE))
    await bus.start()
    yield io_info
    await bus.close()


@pytest_asyncio.fixture(loop_scope="session")
async def board(client: LiveKitClient) -> LiveKitSwitchboard:
    board = LiveKitSwitchboard(client)
    for kind in reversed(KINDS):
        for one in await board.list(kind):
            await board.delete(kind, one.livekit_id)
    return board


def some(random: Random, values: list[str], least: int = 0) -> list[str]:
    return sorted(random.sample(values, random.randint(least, min(3, len(values)))))


async def make_world(board: LiveKitSwitchboard, random: Random) -> World:
    """Two trunks with numbers, one for all the rest, and rules that `conflicts` lets stand beside each other."""
    world = World()
    for n, numbers in enumerate((CALLED[:2], CALLED[2:4], [])):
        body = {
            "name": f"trunk {n}", "numbers": numbers, "allowed_addresses": ["192.0.2.0/24"], "allowed_numbers": [],
            "auth_username": "", "auth_password": "",
        }  # fmt: skip
        world.trunks.append(await board.create("inbound-trunks", f"trk_{n}", body))
    for n in range(40):
        terms = Terms(
            id=f"rule_{n:02}",
            name=f"rule {n}",
            trunk_ids=some(random, world.trunks, least=1),
            numbers=some(random, CALLED),
            inbound_numbers=some(random, CALLING),
            enabled=random.random() > 0.1,
        )
        if conflict(terms, world.terms) is None:
            world.terms.append(terms)
    random.shuffle(world.terms)  # LiveKit is not to see them in the order of our ids
    for terms in world.terms:
        if terms.enabled:
            body = {
                "name": terms.name, "trunk_ids": list(terms.trunk_ids), "numbers": list(terms.numbers),
                "inbound_numbers": list(terms.inbound_numbers), "room_prefix": random.choice(["call-", "a-", "z-"]),
                "agent_name": "gateway", "agent_id": "agt_1",
                "pin": "", "hide_phone_number": False, "attributes": {},
            }  # fmt: skip
            world.rules[await board.create("dispatch-rules", terms.id, body)] = terms.id
    return world


async def compared(world: World, io_info: IoInfo, called: str, calling: str) -> str:
    """How the call ended, the same for both."""
    asked = CallAsked("SCL_1", "a@b", "192.0.2.7", Party(calling, "carrier.example"), Party(called, "127.0.0.1", 5060))
    trunk_id = (await io_info.trunk_for(asked)).trunk_id
    assert trunk_id in world.trunks
    found = await io_info.rule_for(asked, trunk_id, {})
    theirs = world.rules[found.attributes["sip.ruleID"]] if found else None
    ours = match(world.terms, trunk_id, called, calling)
    assert (ours.id if ours else None) == theirs, f"{calling} calls {called} by trunk {world.trunks.index(trunk_id)}"
    if ours is None:
        return "no rule"
    return f"{bool(ours.numbers)} {bool(ours.inbound_numbers)}"


@pytest.mark.parametrize("seed", range(WORLDS))
async def test_our_rule_is_livekits_rule(board: LiveKitSwitchboard, io_info: IoInfo, seed: int) -> None:
    random = Random(seed)
    world = await make_world(board, random)
    calls = [
        (random.choice(CALLED * 4 + STRANGE), random.choice(CALLING * 4 + STRANGE)) for _ in range(CALLS_PER_WORLD)
    ]
    ends = Counter[str]()
    for begin in range(0, len(calls), 10):  # LiveKit answers a question within two seconds, or not at all
        ends.update(await asyncio.gather(*(compared(world, io_info, *call) for call in calls[begin : begin + 10])))
    assert ends.total() == CALLS_PER_WORLD
    assert len(ends) >= 3, f"the rules are too much alike to tell anything: {ends}"
    assert ends["True True"], f"no call was taken by an exact rule: {ends}"
