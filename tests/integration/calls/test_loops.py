"""The watchdog and the sweeper over time, on a clock that is moved by hand."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from gateway.calls.memory_rooms import Dispatch, MemoryRooms
from gateway.calls.models import RefusedSourceRow
from gateway.calls.repository import CallRepository
from gateway.db.session import Database
from tests.integration.calls.conftest import ManualClock, World, make_world
from tests.unit.calls.story import AGENT, CALL, ROOM, T0, Facts


async def alive(world: World, *calls: str) -> list[str]:
    return await world.calls.node_is_alive("node-1", list(calls))


async def carried(world: World, seconds: float) -> None:
    """The node reports as it does, every two seconds."""
    while seconds > 0:
        await alive(world, CALL)
        await world.tick(min(2.0, seconds))
        seconds -= 2.0


async def test_an_agent_is_asked_for_at_3_and_5_5_seconds_and_no_more(world: World) -> None:
    world.caller_joins()
    f = Facts()
    await alive(world)
    await world.calls.runner.take([f.admitted(0), f.joined(0)])
    dispatched_after: list[float] = []
    for _ in range(20):
        before = len(world.rooms.dispatches)
        await carried(world, 0.5)
        if len(world.rooms.dispatches) > before:
            dispatched_after.append((world.clock.now() - T0).total_seconds())
    assert dispatched_after == [3.0, 5.5]
    assert world.rooms.dispatches[0] == Dispatch(ROOM, "agt_1", CALL, resume=False)
    assert (await world.kinds(CALL))[-1] == "agent_given_up"


async def test_a_caller_whom_even_the_fallback_left_alone_is_taken_out(world: World) -> None:
    world.caller_joins()
    f = Facts()
    await world.calls.runner.take([f.admitted(0), f.joined(0)])
    await carried(world, 24)
    assert world.rooms.rooms[ROOM] == {}
    await world.calls.runner.take([f.left(23.5, "gateway", "room_closed")])
    assert await world.termination(CALL) == "no_agent"


async def test_a_call_lives_as_long_as_its_node_lists_it(world: World) -> None:
    world.caller_joins()
    f = Facts()
    await world.calls.runner.take([f.admitted(0), f.joined(0), f.agent(0)])
    await carried(world, 30)
    assert await world.termination(CALL) is None


async def test_a_call_of_a_dead_node_is_closed_and_its_room_deleted(world: World) -> None:
    world.caller_joins()
    world.agent_joins(AGENT)
    f = Facts()
    await world.calls.runner.take([f.admitted(0), f.joined(0), f.agent(0)])
    await carried(world, 10)
    await world.tick(3.5)  # the last sign of life was two seconds before
    assert await world.termination(CALL) is None
    await world.tick(3)
    assert await world.termination(CALL) == "node_lost"
    assert ROOM not in world.rooms.rooms


async def test_a_call_that_a_living_node_has_forgotten_is_closed(world: World) -> None:
    world.caller_joins()
    f = Facts()
    await world.calls.runner.take([f.admitted(0), f.joined(0), f.agent(0)])
    await carried(world, 4)
    for _ in range(5):
        await alive(world)
        await world.tick(2)
    assert await world.termination(CALL) == "node_lost"


async def test_a_node_learns_which_of_its_calls_are_over(world: World) -> None:
    f = Facts()
    await world.calls.runner.take([f.admitted(0), f.joined(0), f.gone(1)])
    assert await alive(world, CALL) == [CALL]


async def test_after_a_restart_live_nodes_get_time_to_report(database: Database, key_folder: Path) -> None:
    clock, rooms = ManualClock(), MemoryRooms()
    before = make_world(database, key_folder, clock, rooms)
    before.caller_joins()
    f, g = Facts(), Facts("call_01kbbbbbbbbbbbbbbbbbbbbbbb")
    await before.calls.runner.take([f.admitted(0), f.joined(0), f.agent(0), g.admitted(0)])
    await alive(before, CALL)
    clock.go(600)  # nobody was there to listen
    after = make_world(database, key_folder, clock, rooms)
    for _ in range(4):
        await after.tick(2)
        await alive(after, CALL)
    assert await after.termination(CALL) is None
    assert await after.termination(g.call_id) == "node_lost", "its node lives, and does not have it"


async def test_a_stopped_control_plane_does_not_judge_what_it_could_not_hear(world: World) -> None:
    world.caller_joins()
    f = Facts()
    await world.calls.runner.take([f.admitted(0), f.joined(0), f.agent(0)])
    await carried(world, 4)
    world.clock.go(60)  # the machine slept
    await world.calls.loops.scan()
    assert await world.termination(CALL) is None
    await world.tick(7)
    assert await world.termination(CALL) == "node_lost"


async def test_a_call_of_a_foreign_node_ends_with_its_room(world: World) -> None:
    world.caller_joins()
    f = Facts()
    await world.calls.runner.take([f.admitted(0, node="livekit-sip"), f.joined(0), f.agent(0)])
    await world.tick(60)
    assert await world.termination(CALL) is None
    world.rooms.rooms.clear()
    world.calls.loops.sweeper.room_changed()
    await world.tick(7)
    assert await world.termination(CALL) == "room_lost"


async def test_a_livekit_that_does_not_answer_is_no_lost_room(world: World) -> None:
    world.caller_joins()
    f = Facts()
    await world.calls.runner.take([f.admitted(0), f.joined(0), f.agent(0)])
    world.rooms.away = True
    await carried(world, 40)
    assert await world.termination(CALL) is None


async def test_the_loops_run_by_themselves(world: World) -> None:
    world.caller_joins()
    f = Facts()
    await world.calls.runner.take([f.admitted(0), f.joined(0)])
    ticket = world.calls.feed.ticket()
    world.clock.go(3)
    await world.calls.start()
    await world.calls.feed.wait(ticket, 20)
    await world.calls.runner.settled()
    assert "agent_missing" in await world.kinds(CALL)


async def test_what_only_the_present_needs_is_forgotten(world: World) -> None:
    await alive(world)
    await world.calls.runner.take([Facts().refused("wrong_password", 403)])
    world.clock.go(31 * 86400)
    await world.calls.loops.tidy()
    async with world.database.begin() as session:
        assert await CallRepository(session).reporting_nodes() == set()
        assert (await session.scalars(select(RefusedSourceRow.refused))).all() == []
