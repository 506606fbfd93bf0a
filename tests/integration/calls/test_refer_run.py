"""A transfer that begins with a REFER, on a real database: sent once whoever dies, and gone on with when it fails."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from gateway.calls import facts as f
from gateway.calls import transfer_facts as x
from gateway.calls.stored import read_event
from gateway.livekit.referring import Referred
from gateway.transfers.moves import REFERRED_WITHIN_S
from gateway.transfers.refer_capability import learn_refer
from gateway.transfers.story import human_identity, tell
from tests.integration.calls.conftest import World
from tests.integration.calls.test_transfer_run import ANN, FIRST, Ports, carried, ports
from tests.unit.calls.story import CALL, T0, XFER, Facts
from trunks.models import TrunkRow

__all__ = ["ports"]
TRUNK = "trk_1"
REFERRED, DIALLED = "refer tgt_ann", f"dial {FIRST}"


async def begin(world: World) -> None:
    """On a trunk of which nothing is known."""
    async with world.database.begin() as session:
        session.add(TrunkRow(id=TRUNK, direction="inbound", name="carrier", created_at=T0, updated_at=T0))
    world.calls.runner.on_append(learn_refer)
    facts = Facts()
    began = facts.transfer(
        x.TransferBegan, 5, mode="cold", target_id="tgt_ann", asked_by="agt_1", waves=((ANN,),), refers=True
    )
    world.clock.go(5)
    await world.calls.runner.take([facts.invite(), facts.admitted(), facts.joined(), facts.answered(), facts.agent()])
    await world.calls.runner.take([began])


async def node_tells(world: World, outcome: str, **fields: Any) -> None:
    """Under the node's own name for it."""
    given = {"id": f"evt_{outcome}", "call_id": CALL, "source": "node:1", "seq": 90, "at": world.clock.now()}
    told = f.TransferEnded.model_validate(given | {"transfer_id": "xfer_node", "outcome": outcome} | fields)
    await world.calls.runner.take([told])


async def known(world: World) -> tuple[str, str]:
    async with world.database.begin() as session:
        row = (await session.scalars(select(TrunkRow).where(TrunkRow.id == TRUNK))).one()
        return row.refer, row.refer_how


async def settled(world: World) -> x.By:
    story = tell([read_event(row).what for row in await world.log(CALL)], XFER)  # type: ignore[misc]
    assert story and story.outcome == "connected"
    return story.by


async def test_a_refer_that_is_done_needs_no_bridge_and_is_remembered(world: World, ports: Ports) -> None:
    ports.referred = Referred("done")
    await begin(world)
    async with carried(world, ports) as (_, task):
        assert await asyncio.wait_for(task, 30) == "connected"
    assert [what for what in ports.done if what != "wait"] == [REFERRED]
    assert await settled(world) == "refer"
    assert await known(world) == ("works", "a transfer was completed")


@pytest.mark.parametrize("node_reports", [True, False])
async def test_a_refer_that_is_refused_goes_on_as_a_bridge_and_is_remembered(
    world: World, ports: Ports, node_reports: bool
) -> None:
    ports.referred = Referred("refused", 405)
    if node_reports:
        await world.calls.node_is_alive("node-1", [])
    await begin(world)
    async with carried(world, ports) as (_, task):
        await ports.was(REFERRED)
        if node_reports:
            await node_tells(world, "failure", sip_code=405)
        await ports.was(DIALLED)
        await ports.picks_up(FIRST)
        assert await asyncio.wait_for(task, 30) == "connected"
    assert ports.done[:4] == [REFERRED, "hold ringback", DIALLED, f"join {human_identity(FIRST)}"]
    assert await settled(world) == "bridge"
    assert await known(world) == ("refused", "a REFER was answered with 405")
    assert ("refer_ended" in await world.kinds(CALL)) is not node_reports


@pytest.mark.parametrize(
    ("told", "remembered"),
    [
        ({"outcome": "failure", "sip_code": 404, "taken": True}, "unknown"),  # the target's, not the trunk's
        ({"outcome": "failure", "sip_code": 500}, "unknown"),
        ({"outcome": "refused", "sip_code": 403}, "unknown"),  # by us
        ({"outcome": "unknown"}, "unknown"),
    ],
)
async def test_what_says_nothing_of_the_trunk_teaches_nothing(
    world: World, ports: Ports, told: dict[str, Any], remembered: str
) -> None:
    await world.calls.node_is_alive("node-1", [])
    await begin(world)
    async with carried(world, ports) as (_, _):
        await ports.was(REFERRED)
        await node_tells(world, **told)
        await ports.was(DIALLED)
    assert (await known(world))[0] == remembered
    assert ports.done.count(REFERRED) == 1


async def test_a_human_who_was_busy_for_the_phone_is_not_called_by_us(world: World, ports: Ports) -> None:
    await world.calls.node_is_alive("node-1", [])
    await begin(world)
    async with carried(world, ports) as (_, task):
        await ports.was(REFERRED)
        await node_tells(world, "failure", sip_code=486, taken=True)
        assert await asyncio.wait_for(task, 30) == "busy"
    assert DIALLED not in ports.done and ports.done[-2:] == ["back", "give_back busy"]


async def test_whoever_dies_after_the_refer_another_goes_on_and_never_sends_it_again(
    world: World, ports: Ports
) -> None:
    await world.calls.node_is_alive("node-1", [])
    await begin(world)
    async with carried(world, ports):
        await ports.was(REFERRED)
    async with carried(world, ports) as (_, task):
        world.clock.go(REFERRED_WITHIN_S)  # nobody tells
        await ports.was(DIALLED)
        await ports.picks_up(FIRST)
        assert await asyncio.wait_for(task, 30) == "connected"
    assert ports.done.count(REFERRED) == 1


async def test_a_phone_that_goes_there_after_all_ends_the_bridge(world: World, ports: Ports) -> None:
    await world.calls.node_is_alive("node-1", [])
    await begin(world)
    async with carried(world, ports) as (_, task):
        await ports.was(REFERRED)
        await node_tells(world, "unknown")
        await ports.was(DIALLED)
        await world.calls.runner.take([Facts().left(60, "caller", "transferred")])
        assert await asyncio.wait_for(task, 30) == "connected"
    assert await settled(world) == "refer"
    assert f"drop {human_identity(FIRST)}" in ports.done


async def test_a_plain_transfer_of_anybody_teaches_as_well(world: World) -> None:
    """An agent, or any client of LiveKit's, may ask for one."""
    await begin(world)
    await node_tells(world, "success", sip_code=200, taken=True)
    assert (await known(world))[0] == "works"
    await node_tells(world, "failure", sip_code=603)
    assert (await known(world)) == ("refused", "a REFER was answered with 603")
