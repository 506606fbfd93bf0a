"""What `trunks.ports.Switchboard` promises, asked of the one in memory and of a running livekit-server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import get_args

import pytest
import pytest_asyncio
from livekit import api
from livekit.protocol import sip as proto

from gateway.kernel.errors import NotFound, Unavailable
from gateway.livekit.client import LiveKitClient
from gateway.livekit.switchboard import LiveKitSwitchboard
from trunks.memory_switchboard import MemorySwitchboard
from trunks.ports import Body, Kind, Provisioned, Switchboard

pytestmark = pytest.mark.asyncio(loop_scope="session")
KINDS: tuple[Kind, ...] = get_args(Kind)
each_kind = pytest.mark.parametrize("kind", KINDS)
OURS, OTHERS = "trk_01", "trk_02"


def body_of(kind: Kind, n: int = 0) -> Body:
    """The n-th body; bodies of one kind do not conflict with each other."""
    numbers = [f"+1510555{n:04d}", f"+1510556{n:04d}"]
    return {
        "inbound-trunks": {
            "name": f"carrier {n} – Zürich", "numbers": numbers, "allowed_addresses": ["192.0.2.0/24", "2001:db8::/32"],
            "allowed_numbers": ["+15105550198", "+15105550199"], "auth_username": "u", "auth_password": 'p"\\ü',
        },
        "outbound-trunks": {
            "name": f"way out {n}", "address": "sip.carrier.example:5070", "transport": "tls", "numbers": numbers,
            "auth_username": "u", "auth_password": "p",
        },
        "dispatch-rules": {
            "name": f"rule {n}", "trunk_ids": ["ST_1", "ST_2"], "numbers": numbers, "inbound_numbers": ["+15105550199"],
            "room_prefix": "call-", "agent_name": "gateway", "agent_id": "agt_01",
            "pin": "2468", "hide_phone_number": True, "attributes": {"team": "blue"},
        },
    }[kind]  # fmt: skip


LEAST: dict[Kind, Body] = {
    "inbound-trunks": {
        "name": "x", "numbers": [], "allowed_addresses": ["192.0.2.1"], "allowed_numbers": [], "auth_username": "",
        "auth_password": "",
    },
    "outbound-trunks": {
        "name": "x", "address": "a", "transport": "auto", "numbers": ["+15105550100"], "auth_username": "",
        "auth_password": "",
    },
    "dispatch-rules": {
        "name": "x", "trunk_ids": ["ST_1"], "numbers": [], "inbound_numbers": [], "room_prefix": "c",
        "agent_name": "gateway", "agent_id": "", "pin": "", "hide_phone_number": False, "attributes": {},
    },
}  # fmt: skip


@pytest_asyncio.fixture(params=["memory", "livekit"], loop_scope="session")
async def board(request: pytest.FixtureRequest, client: LiveKitClient) -> AsyncIterator[Switchboard]:
    if request.param == "memory":
        yield MemorySwitchboard()
        return
    board = LiveKitSwitchboard(client)
    for kind in reversed(KINDS):
        for one in await board.list(kind):
            await board.delete(kind, one.livekit_id)
    yield board


async def only(board: Switchboard, kind: Kind) -> Provisioned:
    found = await board.list(kind)
    assert len(found) == 1
    return found[0]


@each_kind
async def test_what_is_created_is_listed_with_its_owner_and_its_body(board: Switchboard, kind: Kind) -> None:
    assert await board.list(kind) == []
    livekit_id = await board.create(kind, OURS, body_of(kind))
    assert livekit_id
    assert await board.list(kind) == [Provisioned(livekit_id, OURS, body_of(kind))]


@each_kind
async def test_the_emptiest_body_comes_back_as_it_went_in(board: Switchboard, kind: Kind) -> None:
    await board.create(kind, OURS, LEAST[kind])
    assert (await only(board, kind)).body == LEAST[kind]


@pytest.mark.parametrize("transport", ["auto", "udp", "tcp", "tls"])
async def test_every_transport_comes_back(board: Switchboard, transport: str) -> None:
    await board.create("outbound-trunks", OURS, body_of("outbound-trunks") | {"transport": transport})
    assert (await only(board, "outbound-trunks")).body["transport"] == transport


@each_kind
async def test_kinds_are_apart(board: Switchboard, kind: Kind) -> None:
    await board.create(kind, OURS, body_of(kind))
    for other in KINDS:
        assert len(await board.list(other)) == (1 if other == kind else 0)


@each_kind
async def test_a_new_body_replaces_the_whole_and_keeps_the_id(board: Switchboard, kind: Kind) -> None:
    livekit_id = await board.create(kind, OURS, body_of(kind, 1))
    for body in (body_of(kind, 2), LEAST[kind]):
        await board.update(kind, livekit_id, OURS, body)
        assert await board.list(kind) == [Provisioned(livekit_id, OURS, body)]


@each_kind
async def test_a_new_body_may_have_a_new_owner(board: Switchboard, kind: Kind) -> None:
    livekit_id = await board.create(kind, OURS, body_of(kind))
    await board.update(kind, livekit_id, OTHERS, body_of(kind))
    assert (await only(board, kind)).owner == OTHERS


@each_kind
async def test_what_is_gone_cannot_be_changed(board: Switchboard, kind: Kind) -> None:
    livekit_id = await board.create(kind, OURS, body_of(kind))
    await board.delete(kind, livekit_id)
    with pytest.raises(NotFound):
        await board.update(kind, livekit_id, OURS, body_of(kind))
    assert await board.list(kind) == []


@each_kind
async def test_deleting_takes_one_away_and_is_done_when_it_is_gone_already(board: Switchboard, kind: Kind) -> None:
    first = await board.create(kind, OURS, body_of(kind, 1))
    second = await board.create(kind, OTHERS, body_of(kind, 2))
    for _ in range(2):
        await board.delete(kind, first)
        assert (await only(board, kind)).livekit_id == second
    await board.delete(kind, "ST_never" if kind != "dispatch-rules" else "SDR_never")


@each_kind
async def test_many_are_listed_all(board: Switchboard, kind: Kind) -> None:
    made = {await board.create(kind, f"trk_{n}", body_of(kind, n)) for n in range(30)}
    found = await board.list(kind)
    assert {one.livekit_id for one in found} == made
    assert {one.owner for one in found} == {f"trk_{n}" for n in range(30)}


FOREIGN = ["", "not json", "[]", '"text"', "null", '{"gateway": 7}', '{"owner": "trk_01"}', "{}"]


@pytest.mark.parametrize("metadata", FOREIGN)
async def test_what_somebody_else_made_in_livekit_has_no_owner(client: LiveKitClient, metadata: str) -> None:
    board = LiveKitSwitchboard(client)
    for kind in KINDS:
        for one in await board.list(kind):
            await board.delete(kind, one.livekit_id)
    async with client.asked() as lk:
        inbound = proto.SIPInboundTrunkInfo(name="theirs", numbers=["+15105550100"], metadata=metadata)
        await lk.sip.create_inbound_trunk(proto.CreateSIPInboundTrunkRequest(trunk=inbound))
        outbound = proto.SIPOutboundTrunkInfo(name="theirs", address="a", numbers=["+15105550100"], metadata=metadata)
        await lk.sip.create_outbound_trunk(proto.CreateSIPOutboundTrunkRequest(trunk=outbound))
        direct = proto.SIPDispatchRule(dispatch_rule_direct=proto.SIPDispatchRuleDirect(room_name="lobby"))
        agents = [api.RoomAgentDispatch(agent_name="theirs", metadata=metadata)]
        rule = proto.SIPDispatchRuleInfo(
            rule=direct, metadata=metadata, room_config=api.RoomConfiguration(agents=agents)
        )
        await lk.sip.create_dispatch_rule(proto.CreateSIPDispatchRuleRequest(dispatch_rule=rule))
    for kind in KINDS:
        assert (await only(board, kind)).owner is None


@each_kind
async def test_in_memory_too_there_may_be_what_somebody_else_made(kind: Kind) -> None:
    board = MemorySwitchboard()
    livekit_id = board.add_foreign(kind, body_of(kind))
    assert await board.list(kind) == [Provisioned(livekit_id, None, body_of(kind))]


@each_kind
async def test_a_livekit_that_does_not_answer_is_unavailable(nobody: LiveKitClient, kind: Kind) -> None:
    board = LiveKitSwitchboard(nobody)
    for act in (
        board.list(kind),
        board.create(kind, OURS, body_of(kind)),
        board.update(kind, "ST_1", OURS, body_of(kind)),
        board.delete(kind, "ST_1"),
    ):
        with pytest.raises(Unavailable) as refused:
            await act
        assert refused.value.todo
