"""A human's call by the routes: the next trunk where the first does not take it, under one attempt, and never two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from gateway.calls import facts as f
from gateway.calls import transfer_facts as x
from gateway.calls.facts import NumbersPii
from gateway.calls.participants import ASKED_BY
from gateway.calls.stored import read_event
from gateway.kernel.errors import Conflict
from gateway.kernel.ids import new_id
from gateway.livekit.calling import CallOut
from gateway.transfers.humans import Phones
from gateway.transfers.models import TargetRow
from gateway.transfers.ports import HumanDialled, Place
from gateway.transfers.run import TransferRun, TransferServices
from gateway.transfers.story import human_identity
from tests.integration.calls.conftest import World, asked
from tests.integration.calls.test_transfer_run import FIRST, Ports, begin
from tests.unit.calls.story import CALL, T0, XFER, Facts
from trunks.models import TrunkRow
from trunks.routes.models import RouteRow
from trunks.routes.repository import RouteRepository

NUMBER, SHOWN = "+15105550177", "+15105550111"
STAMP = {"created_at": T0, "updated_at": T0}
ROUTED = x.Ring(target_id="tgt_desk", ring_s=20, routed=True)


class Carriers(Ports):
    """LiveKit's part of calling: each call out is admitted as a node would ask, and told of by hand."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.phones = Phones(world.calls.begin, self, world.rooms, world.clock)  # type: ignore[arg-type]
        self.trunks: list[str] = []  # by which was dialled

    async def dial(self, place: Place, human: HumanDialled) -> None:
        await self.phones.dial(place, human)

    async def call(self, out: CallOut) -> None:
        """`gateway.livekit.calling.LiveKitCalling`: refused before it is in the room where admission refuses it."""
        attempt, call_id = out.attributes[ASKED_BY], new_id("call")
        self.calls[attempt] = call_id
        pii = NumbersPii(ani=SHOWN, dnis=out.number)
        given = {"direction": "outbound", "livekit_trunk_id": out.trunk, "pii": pii, "asked_by": attempt}
        verdict = await self.world.calls.admissions.verdict_on(asked(call_id, **given))
        self.trunks.append(out.trunk.replace("ST_", "trk_"))
        await self._note(f"dial {out.trunk}")
        if verdict.verdict != "accept":
            raise Conflict("LiveKit refused", code="livekit.refused")

    async def refuses(self, code: int, slug: str = "unreachable", words: str = "Service Unavailable") -> None:
        await self.tell(FIRST, f.DialFailed, ended_by="carrier", slug=slug, sip_code=code, carrier=words)


@pytest.fixture
async def world(world_with_lookup: World) -> World:
    """Three carriers, for one number in this order: a, b, c."""
    async with world_with_lookup.database.begin() as session:
        for place, name in enumerate(("a", "b", "c")):
            fields = {"numbers": [SHOWN], "livekit_id": f"ST_{name}", "max_calls": 5, "max_duration_s": 600}
            session.add(TrunkRow(id=f"trk_{name}", direction="outbound", name=name, enabled=True, **fields, **STAMP))
            await session.flush()
            route = {"prefix": "1", "trunk_id": f"trk_{name}", "priority": place, "enabled": True}
            session.add(RouteRow(id=f"rte_{name}", name=name, **route, **STAMP))
        person: dict[str, Any] = {"name": "desk", "kind": "phone", "number": NUMBER, "enabled": True, "ring_s": 20}
        more = {"skills": [], "voicemail_detection": False, "allowed_agents": [], "operators_may_send": True}
        session.add(TargetRow(id="tgt_desk", **person, **more, **STAMP))
    return world_with_lookup


@pytest.fixture
def carriers(world: World) -> Carriers:
    return Carriers(world)


def services_of(world: World, carriers: Carriers) -> TransferServices:
    return TransferServices(world.calls.runner, world.calls.begin, world.clock, *[carriers] * 4)  # type: ignore[arg-type]


@asynccontextmanager
async def carried(world: World, carriers: Carriers) -> AsyncIterator[asyncio.Task[x.TransferOutcome]]:
    """Leaving the block early is a crash."""
    run = TransferRun(CALL, XFER, services_of(world, carriers))
    world.calls.runner.on_call(run.heard_of)
    task = asyncio.ensure_future(run.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def story(world: World) -> list[str]:
    """Of the attempt, in the caller's record."""
    facts = [read_event(row).what for row in await world.log(CALL)]
    kinds = (x.AttemptPlaced, x.TrunkFailed, x.AttemptMoved, x.AttemptEnded, x.TransferJoined)
    shown = {x.TrunkFailed: "trunk_id", x.AttemptMoved: "stage", x.AttemptEnded: "outcome"}
    return [f"{one.kind} {getattr(one, shown.get(type(one), 'attempt_id'))}" for one in facts if isinstance(one, kinds)]


async def next_trunk(world: World, number: str = NUMBER) -> str:
    async with world.database.begin() as session:
        return (await RouteRepository(session).trunk_for(number, world.clock.now())).id


async def test_a_carrier_that_is_down_is_passed_over_and_the_human_is_reached(world: World, carriers: Carriers) -> None:
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers) as task:
        await carriers.was("dial ST_a")
        await carriers.refuses(503)
        await carriers.was("dial ST_b")
        await carriers.refuses(403, "rejected", "Forbidden")
        await carriers.was("dial ST_c")
        await carriers.rings(FIRST)
        await carriers.picks_up(FIRST)
        assert await asyncio.wait_for(task, 30) == "connected"
    assert carriers.trunks == ["trk_a", "trk_b", "trk_c"]
    told = [one for one in await story(world) if one != "attempt_moved ringing"]  # the answer may be noted first
    assert told == [
        f"attempt_placed {FIRST}", "trunk_failed trk_a", "trunk_failed trk_b", "attempt_moved answered",
        f"transfer_joined {FIRST}",
    ]  # fmt: skip
    assert f"join {human_identity(FIRST)}" in carriers.done


@pytest.mark.parametrize(
    ("code", "slug", "outcome"),
    [(486, "busy", "busy"), (603, "declined", "declined"), (404, "unreachable", "unreachable")],
)
async def test_the_callees_answer_is_not_asked_for_again(
    world: World, carriers: Carriers, code: int, slug: str, outcome: str
) -> None:
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers) as task:
        await carriers.was("dial ST_a")
        await carriers.refuses(code, slug, "no")
        assert await asyncio.wait_for(task, 30) == outcome
    assert carriers.trunks == ["trk_a"]


async def test_what_rang_is_not_dialled_again(world: World, carriers: Carriers) -> None:
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers) as task:
        await carriers.was("dial ST_a")
        await carriers.rings(FIRST)
        await carriers.refuses(503)
        assert await asyncio.wait_for(task, 30) == "unreachable"
    assert carriers.trunks == ["trk_a"]


async def test_silence_is_not_dialled_again(world: World, carriers: Carriers) -> None:
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers) as task:
        await carriers.was("dial ST_a")
        await carriers.tell(FIRST, f.DialFailed, ended_by="callee", slug="no_answer", sip_code=408)
        assert await asyncio.wait_for(task, 30) == "no_answer"
    assert carriers.trunks == ["trk_a"]


async def test_a_trunk_that_is_full_makes_way_for_the_next(world: World, carriers: Carriers) -> None:
    async with world.database.begin() as session:
        trunk = await session.get(TrunkRow, "trk_a")
        assert trunk is not None
        trunk.max_calls = 1
    other = {"direction": "outbound", "livekit_trunk_id": "ST_a", "pii": NumbersPii(ani=SHOWN, dnis="+15105550188")}
    assert (await world.calls.admissions.verdict_on(asked(new_id("call"), **other))).verdict == "accept"
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers) as task:
        await carriers.was("dial ST_b")
        await carriers.picks_up(FIRST)
        assert await asyncio.wait_for(task, 30) == "connected"
    assert carriers.trunks == ["trk_a", "trk_b"]


async def test_after_the_last_trunk_the_human_is_unreachable_with_its_status(world: World, carriers: Carriers) -> None:
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers) as task:
        for name in ("a", "b", "c"):
            await carriers.was(f"dial ST_{name}")
            await carriers.refuses(502, words="Bad Gateway")
        assert await asyncio.wait_for(task, 30) == "unreachable"
    ended = [what for row in await world.log(CALL) if isinstance(what := read_event(row).what, x.AttemptEnded)]
    assert [(one.outcome, one.sip_code) for one in ended] == [("unreachable", 502)]


async def test_a_target_with_a_trunk_of_its_own_goes_by_no_other(world: World, carriers: Carriers) -> None:
    async with world.database.begin() as session:
        target = await session.get(TargetRow, "tgt_desk")
        assert target is not None
        target.trunk_id = "trk_b"
    await begin(world, "cold", (x.Ring(target_id="tgt_desk", ring_s=20),))
    async with carried(world, carriers) as task:
        await carriers.was("dial ST_b")
        await carriers.refuses(503)
        assert await asyncio.wait_for(task, 30) == "unreachable"
    assert carriers.trunks == ["trk_b"]
    assert await story(world) == [f"attempt_placed {FIRST}", "attempt_ended unreachable"]


async def test_whoever_finds_the_second_dial_recorded_never_dials_it(world: World, carriers: Carriers) -> None:
    """A crash between the record and the dial: nobody knows whether it was sent, and so nobody sends it."""
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers):
        await carriers.was("dial ST_a")
    failed = Facts().transfer(x.TrunkFailed, 8, attempt_id=FIRST, trunk_id="trk_a", sip_code=503)
    failed = failed.model_copy(update={"id": f"{XFER}:{FIRST}:trunk-failed-1", "at": world.clock.now()})
    await world.calls.runner.take([failed])
    await carriers.refuses(503)
    async with carried(world, carriers) as task:
        world.clock.go(ROUTED.ring_s + 6)
        assert await asyncio.wait_for(task, 30) == "unknown"
    assert carriers.trunks == ["trk_a"]


async def test_whoever_comes_after_a_crash_dials_on_once_where_nothing_was_recorded(
    world: World, carriers: Carriers
) -> None:
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers):
        await carriers.was("dial ST_a")
    await carriers.refuses(503)  # while nobody carries the transfer
    async with carried(world, carriers) as one, carried(world, carriers) as other:
        await carriers.was("dial ST_b")
        await carriers.picks_up(FIRST)
        assert await asyncio.wait_for(asyncio.gather(one, other), 30) == ["connected", "connected"]
    assert carriers.trunks == ["trk_a", "trk_b"]


async def test_two_that_find_the_same_failure_in_the_same_moment_dial_once(world: World, carriers: Carriers) -> None:
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers):
        await carriers.was("dial ST_a")
    runs = [TransferRun(CALL, XFER, services_of(world, carriers)) for _ in range(2)]
    await carriers.refuses(503)
    for run in runs:
        await run._catch_up()
    story, call = await runs[0]._read()
    await asyncio.gather(*(run._note_news(story, Place.of(call)) for run in runs))
    await carriers.was("dial ST_b")
    for run in runs:
        await run._tasks.join()
    assert carriers.trunks == ["trk_a", "trk_b"]


async def test_a_caller_who_has_left_is_called_for_no_more(world: World, carriers: Carriers) -> None:
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers):
        await carriers.was("dial ST_a")
    await world.calls.runner.take([Facts().left(20)])
    await carriers.refuses(503)
    async with carried(world, carriers) as task:
        assert await asyncio.wait_for(task, 30) == "caller_left"
    assert carriers.trunks == ["trk_a"]


async def out(world: World, slug: str, code: int, words: str = "no") -> None:
    """A call out by the first carrier that ends like this; anybody's."""
    call_id, pii = new_id("call"), NumbersPii(ani=SHOWN, dnis="+15105550188")
    given = {"direction": "outbound", "livekit_trunk_id": "ST_a", "pii": pii, "asked_by": "livekit_api"}
    await world.calls.admissions.verdict_on(asked(call_id, **given))
    envelope = {"id": new_id("evt"), "call_id": call_id, "source": "node", "seq": 1, "at": world.clock.now()}
    ended = f.DialFailed(**envelope, ended_by="carrier", slug=slug, sip_code=code, carrier=words)
    await world.calls.runner.take([ended])


async def test_a_trunk_that_fails_again_and_again_is_left_alone_then_tried_by_one_call(world: World) -> None:
    for _ in range(4):
        await out(world, "unreachable", 503)
    assert await next_trunk(world) == "trk_a"
    await out(world, "rejected", 403)
    assert await next_trunk(world) == "trk_b"
    world.clock.go(31)
    assert await next_trunk(world) == "trk_a"  # this call tries it
    assert await next_trunk(world) == "trk_b"
    await out(world, "busy", 486)  # an answer of a callee: it works
    assert await next_trunk(world) == await next_trunk(world) == "trk_a"


async def test_callees_that_are_busy_open_no_circuit_and_break_a_row_of_failures(world: World) -> None:
    for _ in range(3):
        for _ in range(4):
            await out(world, "unreachable", 503)
        await out(world, "busy", 486)
    assert await next_trunk(world) == "trk_a"


async def test_a_probe_that_fails_leaves_the_trunk_alone_for_another_pause(world: World) -> None:
    for _ in range(5):
        await out(world, "unreachable", 500)
    world.clock.go(31)
    assert await next_trunk(world) == "trk_a"
    await out(world, "unreachable", 500)
    world.clock.at += timedelta(seconds=29)
    assert await next_trunk(world) == "trk_b"
    world.clock.go(2)
    assert await next_trunk(world) == "trk_a"


async def test_two_at_once_try_a_half_open_trunk_once(world: World) -> None:
    for _ in range(5):
        await out(world, "unreachable", 500)
    world.clock.go(31)
    assert sorted(await asyncio.gather(*(next_trunk(world) for _ in range(4)))) == ["trk_a", "trk_b", "trk_b", "trk_b"]


async def test_where_no_route_leads_the_human_is_unreachable_at_once(world: World, carriers: Carriers) -> None:
    async with world.database.begin() as session:
        for name in ("a", "b", "c"):
            await session.delete(await session.get(RouteRow, f"rte_{name}"))
    await begin(world, "cold", (ROUTED,))
    async with carried(world, carriers) as task:
        assert await asyncio.wait_for(task, 30) == "unreachable"
    assert carriers.trunks == []
