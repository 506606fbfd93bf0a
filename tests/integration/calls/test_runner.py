"""The runner on a database: what is stored, what is not stored twice, conflicts, effects."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.calls.cdr import cdr_of
from gateway.calls.memory_rooms import Dispatch, MemoryRooms
from gateway.calls.performing import LEASE
from gateway.calls.ports import RoomParticipant
from gateway.calls.runner import Taken
from gateway.calls.stored import read_event
from gateway.db.session import Database
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import ManualClock, World, make_world
from tests.unit.calls.story import AGENT, CALL, NUMBERS, ROOM, Facts, Playbook


async def test_a_whole_call_is_read_back_as_it_was_decided(world: World) -> None:
    f = Facts()
    facts = [
        f.invite(),
        f.admitted(),
        f.joined(),
        f.agent(),
        f.answered(),
        f.first_audio(),
        f.digit("7"),
        f.said("caller", "hello"),
        f.turn(1, stt=120.0, total=600.0),
        f.tool("look_up"),
        f.missing(3),
        f.lost(5),
        f.fallback(),
        f.hangup(8),
        f.left(),
        f.refused("no_codec", 488),
        f.gone(20),
    ]
    await world.calls.runner.take(facts)
    stored = [read_event(row) for row in await world.log(CALL)]
    played = Playbook().play(*facts)
    assert stored == played.events
    assert cdr_of(stored) == cdr_of(played.events)


async def test_a_fact_is_stored_once(world: World) -> None:
    f = Facts()
    invite, joined = f.invite(), f.joined()
    assert await world.calls.runner.take([invite, joined, joined]) == Taken(stored=2, repeated=1)
    assert await world.calls.runner.take([joined, f.agent()]) == Taken(stored=1, repeated=1)
    assert await world.kinds(CALL) == ["invite_received", "leg_joined", "agent_joined"]


async def test_a_fact_of_no_well_formed_call_is_dropped(world: World) -> None:
    assert await world.calls.runner.take([Facts("call_nonsense").invite()]) == Taken(unknown_call=1)


async def test_a_batch_holds_facts_of_many_calls(world: World) -> None:
    ids = [new_id("call") for _ in range(5)]
    taken = await world.calls.runner.take([fact for i in ids for f in [Facts(i)] for fact in (f.invite(), f.joined())])
    assert taken.stored == 10
    for call_id in ids:
        assert await world.kinds(call_id) == ["invite_received", "leg_joined"]


async def test_control_planes_that_write_at_once_decide_again(database: Database, key_folder: Path) -> None:
    clock, rooms = ManualClock(), MemoryRooms()
    worlds = [make_world(database, key_folder, clock, rooms) for _ in range(3)]
    f = Facts()
    await worlds[0].calls.runner.take([f.invite()])
    batches = [[f.digit("1"), f.digit("2")] for _ in range(12)]
    await asyncio.gather(*(worlds[n % 3].calls.runner.take(batch) for n, batch in enumerate(batches)))
    log = await worlds[0].log(CALL)
    assert [row.seq for row in log] == list(range(1, 26))
    assert {row.fact_id for row in log} >= {fact.id for batch in batches for fact in batch}


async def test_two_endings_at_once_leave_one_termination(database: Database, key_folder: Path) -> None:
    worlds = [make_world(database, key_folder, ManualClock(), MemoryRooms()) for _ in range(2)]
    f = Facts()
    await worlds[0].calls.runner.take([f.invite(), f.joined()])
    await asyncio.gather(worlds[0].calls.runner.take([f.left()]), worlds[1].calls.runner.take([f.gone(10)]))
    assert (await worlds[0].kinds(CALL)).count("call_ended") == 1
    for world in worlds:
        await world.calls.close()


async def test_a_lost_agent_is_replaced_through_the_port(world: World) -> None:
    world.caller_joins()
    world.agent_joins(AGENT)
    f = Facts()
    await world.calls.runner.take([f.admitted(), f.joined(), f.agent(), f.lost(9)])
    await world.calls.runner.settled()
    assert world.rooms.dispatches == [Dispatch(ROOM, "agt_1", CALL, resume=True)]
    assert AGENT not in world.rooms.rooms[ROOM]


async def test_the_room_is_closed_after_the_end_but_not_over_another_caller(world: World) -> None:
    world.caller_joins()
    world.rooms.join(ROOM, RoomParticipant("sip_other", "sip"))
    f = Facts()
    await world.calls.runner.take([f.admitted(), f.joined(), f.left()])
    await world.calls.runner.settled()
    assert ROOM in world.rooms.rooms
    world.rooms.rooms[ROOM].pop("sip_other")
    g = Facts(new_id("call"))
    await world.calls.runner.take([g.admitted(), g.joined(), g.left()])
    await world.calls.runner.settled()
    assert ROOM not in world.rooms.rooms


async def test_an_agent_that_came_meanwhile_is_not_dispatched_twice(world: World) -> None:
    world.caller_joins()
    world.agent_joins(AGENT)
    f = Facts()
    await world.calls.runner.take([f.admitted(), f.joined(), f.missing(3)])
    await world.calls.runner.settled()
    assert world.rooms.dispatches == []
    assert (await world.kinds(CALL))[-1] == "agent_joined"


async def test_livekit_away_is_recorded_and_the_watchdog_asks_again(world: World) -> None:
    f = Facts()
    world.caller_joins()
    await world.calls.runner.take([f.admitted(), f.joined(0)])
    world.rooms.away = True
    await world.tick(3)
    assert (await world.kinds(CALL))[-3:] == ["agent_missing", "agent_dispatched", "effect_failed"]
    world.rooms.away = False
    await world.tick(2.5)
    assert world.rooms.dispatches == [Dispatch(ROOM, "agt_1", CALL, resume=False)]


async def test_effects_of_a_crashed_process_are_carried_out_by_the_next(database: Database, key_folder: Path) -> None:
    clock, rooms = ManualClock(), MemoryRooms()
    crashed = make_world(database, key_folder, clock, rooms)
    crashed.caller_joins()
    f = Facts()
    facts = [f.admitted(), f.joined(), f.left()]
    async with database.begin() as session:  # committed, and then nothing more
        await crashed.calls.runner.record(session, facts)
    after = make_world(database, key_folder, clock, rooms)
    assert await after.calls.runner.performer.take_over() == 0, "still held"
    clock.go(LEASE.total_seconds())
    assert await after.calls.runner.performer.take_over() == 1
    assert ROOM not in rooms.rooms
    assert await after.calls.runner.performer.take_over() == 0, "done once"


async def test_closing_a_room_is_tried_again_until_livekit_is_back(world: World) -> None:
    world.caller_joins()
    world.rooms.away = True
    f = Facts()
    await world.calls.runner.take([f.admitted(), f.joined(), f.left()])
    await world.tick(2)
    world.rooms.away = False
    await world.tick(3)
    assert ROOM not in world.rooms.rooms


async def test_personal_things_stand_only_in_pii_columns(world: World) -> None:
    f = Facts()
    await world.calls.runner.take(
        [f.invite(), f.admitted(), f.joined(), f.said("caller", "my secret"), f.digit("9"), f.left()]
    )
    for row in await world.log(CALL):
        shown = f"{row.body} {row.source} {row.fact_id}"
        for personal in (NUMBERS.ani, NUMBERS.dnis, NUMBERS.source_address, "my secret"):
            assert personal not in shown, row.kind
