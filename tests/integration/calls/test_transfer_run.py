"""Transfers carried out on a real database: what is done, in which order, and never twice, whoever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from gateway.calls import facts as f
from gateway.calls import transfer_facts as x
from gateway.calls.cdr import cdr_of
from gateway.calls.stored import read_event
from gateway.kernel.errors import Unavailable
from gateway.kernel.ids import new_id
from gateway.livekit.isolation import Plays
from gateway.livekit.referring import Referred
from gateway.transfers import run as running
from gateway.transfers.ports import HumanDialled, Place
from gateway.transfers.run import TransferRun, TransferServices
from gateway.transfers.story import Attempt, Story, human_identity
from tests.integration.calls.conftest import World
from tests.unit.calls.story import AGENT, CALL, CALLER, NUMBERS, ROOM, XFER, Facts

ANN, BEN = (x.Ring(target_id=f"tgt_{name}", ring_s=20) for name in ("ann", "ben"))
FIRST, SECOND = f"{XFER}-0-0", f"{XFER}-1-0"
PLACE = Place(CALL, ROOM, CALLER, AGENT)


class Ports:
    """The world of a transfer: notes what is asked of it, and tells what is done by hand."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done: list[str] = []
        self.calls: dict[str, str] = {}  # of humans, by attempt
        self.failing: set[str] = set()
        self.dials = True
        self.referred = Referred("unknown")
        self._changed = asyncio.Condition()

    async def _note(self, what: str) -> None:
        fails = what.split()[0] in self.failing
        self.done.append(f"failed {what}" if fails else what)
        async with self._changed:
            self._changed.notify_all()
        if fails:
            raise Unavailable("LiveKit did not answer")

    async def was(self, what: str, *, times: int = 1) -> None:
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: self.done.count(what) >= times)

    async def hold(self, room: str, caller: str, plays: Plays = "music") -> None:
        assert (room, caller) == (ROOM, CALLER)
        await self._note(f"hold {plays}")

    async def consult(self, room: str, caller: str, agent: str, human: str) -> None:
        assert (room, caller, agent) == (ROOM, CALLER, AGENT)
        await self._note(f"consult {human}")

    async def join(self, room: str, identities: Collection[str]) -> None:
        caller, human = identities
        assert (room, caller) == (ROOM, CALLER)
        await self._note(f"join {human}")

    async def back(self, room: str, caller: str) -> None:
        assert (room, caller) == (ROOM, CALLER)
        await self._note("back")

    async def dial(self, place: Place, human: HumanDialled) -> None:
        if self.dials:
            self.calls[human.attempt_id] = new_id("call")
            given = {"direction": "outbound", "asked_by": human.attempt_id, "sip_call_id": "", "pii": NUMBERS}
            await self.tell(human.attempt_id, f.InviteReceived, **given)
        await self._note(f"dial {human.attempt_id}")

    async def drop(self, place: Place, identity: str) -> None:
        await self._note(f"drop {identity}")

    async def refer(self, place: Place, target_id: str) -> Referred:
        await self._note(f"refer {target_id}")
        return self.referred

    async def wait(self, place: Place, transfer_id: str) -> None:
        """Said beside everything else: when is of no importance."""

    async def brief(self, place: Place, attempt: Attempt, story: Story) -> None:
        await self._note(f"brief {attempt.human}")

    async def introduce(self, place: Place, story: Story) -> None:
        await self._note("introduce")

    async def give_back(self, place: Place, transfer_id: str, outcome: x.TransferOutcome, then: x.LastResort) -> None:
        await self._note(f"give_back {outcome}" + ("" if then == "agent" else f" {then}"))

    async def tell(self, attempt_id: str, kind: type[f.Fact], **fields: Any) -> None:
        """Of the call to a human."""
        given = {"id": new_id("evt"), "call_id": self.calls[attempt_id], "source": "node", "seq": 0}
        await self.world.calls.runner.take([kind(**given, at=self.world.clock.now(), **fields)])  # type: ignore[list-item]

    async def rings(self, attempt_id: str) -> None:
        await self.tell(attempt_id, f.DialProgress, sip_code=180)

    async def picks_up(self, attempt_id: str) -> None:
        await self.tell(attempt_id, f.LegAnswered, codec="PCMU")

    async def fails(self, attempt_id: str, slug: str, code: int) -> None:
        await self.tell(attempt_id, f.DialFailed, ended_by="callee", slug=slug, sip_code=code)

    async def answers(self, attempt_id: str, answer: x.Answer) -> None:
        given = {"id": new_id("evt"), "call_id": CALL, "source": "worker", "seq": 0, "at": self.world.clock.now()}
        said = x.ConsultAnswered(**given, transfer_id=XFER, attempt_id=attempt_id, answer=answer, by="key")
        await self.world.calls.runner.take([said])


@pytest.fixture
def ports(world: World) -> Ports:
    return Ports(world)


async def begin(world: World, mode: x.Mode, *waves: tuple[x.Ring, ...]) -> None:
    facts = Facts()
    began = facts.transfer(x.TransferBegan, 5, mode=mode, target_id="tgt_x", asked_by="agt_1", waves=waves or ((ANN,),))
    world.clock.go(5)
    await world.calls.runner.take([facts.invite(), facts.admitted(), facts.joined(), facts.answered(), facts.agent()])
    await world.calls.runner.take([began])


@asynccontextmanager
async def carried(world: World, ports: Ports) -> AsyncIterator[tuple[TransferRun, asyncio.Task[x.TransferOutcome]]]:
    """Somebody carries the transfer; leaving the block early is a crash."""
    services = TransferServices(world.calls.runner, world.calls.begin, world.clock, ports, ports, ports, ports)
    run = TransferRun(CALL, XFER, services)
    world.calls.runner.on_call(run.heard_of)
    task = asyncio.ensure_future(run.run())
    try:
        yield run, task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_cold_transfer_rings_joins_and_is_over_when_the_human_hangs_up(world: World, ports: Ports) -> None:
    await begin(world, "cold")
    world.caller_joins()
    async with carried(world, ports) as (run, task):
        await ports.was(f"dial {FIRST}")
        await ports.rings(FIRST)
        await ports.picks_up(FIRST)
        assert await asyncio.wait_for(task, 30) == "connected"
        assert ports.done[:3] == ["hold ringback", f"dial {FIRST}", f"join {human_identity(FIRST)}"]
        company = asyncio.ensure_future(run.company())
        await ports.tell(FIRST, f.LegLeft, ended_by="callee", slug="completed")
        await asyncio.wait_for(company, 30)
    kinds = await world.kinds(CALL)
    assert kinds[-1] == "human_left" and "attempt_moved" in kinds
    await world.calls.runner.settled()
    assert not await world.rooms.list_participants(ROOM)


async def test_a_warm_transfer_briefs_joins_introduces(world: World, ports: Ports) -> None:
    await begin(world, "warm")
    async with carried(world, ports) as (_, task):
        await ports.was(f"dial {FIRST}")
        await ports.picks_up(FIRST)
        await ports.was(f"brief {human_identity(FIRST)}")
        assert f"join {human_identity(FIRST)}" not in ports.done
        await ports.answers(FIRST, "accepted")
        assert await asyncio.wait_for(task, 30) == "connected"
    human = human_identity(FIRST)
    assert ports.done[:5] == ["hold music", f"dial {FIRST}", f"consult {human}", f"brief {human}", f"join {human}"]
    log = [read_event(row) for row in await world.log(CALL)]
    assert cdr_of(log) is not None


async def test_after_a_no_and_a_busy_the_caller_is_with_the_agent_again(world: World, ports: Ports) -> None:
    await begin(world, "warm", (ANN,), (BEN,))
    async with carried(world, ports) as (_, task):
        await ports.was(f"dial {FIRST}")
        await ports.picks_up(FIRST)
        await ports.was(f"brief {human_identity(FIRST)}")
        await ports.answers(FIRST, "declined")
        await ports.was(f"dial {SECOND}")
        await ports.fails(SECOND, "busy", 486)
        assert await asyncio.wait_for(task, 30) == "busy"
    assert ports.done[-2:] == ["back", "give_back busy"]


async def test_a_caller_who_hangs_up_takes_the_ringing_human_along(world: World, ports: Ports) -> None:
    await begin(world, "warm")
    async with carried(world, ports) as (_, task):
        await ports.was(f"dial {FIRST}")
        await ports.rings(FIRST)
        await world.calls.runner.take([Facts().left(20)])
        assert await asyncio.wait_for(task, 30) == "caller_left"
    assert ports.done[-1] == f"drop {human_identity(FIRST)}"


async def test_no_consult_begins_while_the_two_cannot_be_kept_apart(world: World, ports: Ports) -> None:
    await begin(world, "warm")
    ports.failing = {"consult"}
    async with carried(world, ports) as (_, task):
        await ports.was(f"dial {FIRST}")
        await ports.picks_up(FIRST)
        await ports.was(f"failed consult {human_identity(FIRST)}")
        world.clock.go(20)
        assert await asyncio.wait_for(task, 30) == "unknown"
    assert not [what for what in ports.done if what.startswith(("consult", "brief", "join"))]
    assert ports.done[-2:] == ["back", "give_back unknown"]


async def test_a_caller_who_cannot_be_given_back_yet_is_given_back_later(world: World, ports: Ports) -> None:
    await begin(world, "cold")
    ports.failing = {"back"}
    async with carried(world, ports) as (_, task):
        await ports.was(f"dial {FIRST}")
        await ports.fails(FIRST, "busy", 486)
        await ports.was("failed back", times=2)
        ports.failing = set()
        assert await asyncio.wait_for(task, 30) == "busy"
    assert ports.done[-2:] == ["back", "give_back busy"]


async def test_a_phone_that_rings_though_livekit_did_not_answer_is_not_given_up(world: World, ports: Ports) -> None:
    await begin(world, "cold")
    ports.failing = {"dial"}
    async with carried(world, ports) as (_, task):
        await ports.was(f"failed dial {FIRST}")
        await ports.picks_up(FIRST)
        assert await asyncio.wait_for(task, 30) == "connected"
    assert "attempt_ended" not in await world.kinds(CALL)


async def test_a_phone_that_rings_after_its_attempt_was_given_up_is_hung_up_on(world: World, ports: Ports) -> None:
    await begin(world, "warm", (ANN,), (BEN,))
    async with carried(world, ports) as (_, task):
        await ports.was(f"dial {FIRST}")
        given = {"id": new_id("evt"), "call_id": CALL, "source": "transfers", "seq": 0, "at": world.clock.now()}
        ended = x.AttemptEnded(**given, transfer_id=XFER, attempt_id=FIRST, outcome="unknown")
        await world.calls.runner.take([ended])
        await ports.was(f"dial {SECOND}")
        await ports.rings(FIRST)
        await ports.was(f"drop {human_identity(FIRST)}")
        await ports.fails(SECOND, "busy", 486)
        assert await asyncio.wait_for(task, 30) == "busy"


async def test_a_phone_that_was_never_dialled_is_given_up(
    world: World, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "UNSURE_S", 0.05)
    await begin(world, "cold")
    ports.failing, ports.dials = {"dial"}, False
    async with carried(world, ports) as (_, task):
        assert await asyncio.wait_for(task, 30) == "unreachable"


async def test_an_agent_that_is_not_there_keeps_no_transfer_open(world: World, ports: Ports) -> None:
    await begin(world, "cold")
    ports.failing = {"give_back"}
    async with carried(world, ports) as (_, task):
        await ports.was(f"dial {FIRST}")
        await ports.fails(FIRST, "busy", 486)
        assert await asyncio.wait_for(task, 30) == "busy"
    assert ports.done[-2:] == ["back", "failed give_back busy"]


BRIEFED, BRIEFED_NEXT = (f"brief {human_identity(name)}" for name in (FIRST, SECOND))
STEPS = ("hold music", f"dial {FIRST}", BRIEFED, f"dial {SECOND}", BRIEFED_NEXT)


@pytest.mark.parametrize("last", STEPS)
async def test_whoever_dies_after_any_step_another_goes_on_and_nobody_is_rung_twice(
    world: World, ports: Ports, last: str
) -> None:
    await begin(world, "warm", (ANN,), (BEN,))

    async def humans(until: str = "") -> None:
        """Ann declines, Ben accepts; as far as to the step `until`."""
        for step in STEPS:
            if ports.done.count(step) == 0:
                await ports.was(step)
                if step == until:
                    return
                await react(step)
            elif step == until:
                return

    async def react(step: str) -> None:
        if step.startswith("dial"):
            await ports.picks_up(step.split()[1])
        elif step.startswith("brief"):
            name = step.split()[1].removeprefix("human-")
            await ports.answers(name, "declined" if name == FIRST else "accepted")

    async with carried(world, ports):
        await humans(last)
    await react(last)  # while nobody carries it
    async with carried(world, ports) as (_, task):
        following = asyncio.ensure_future(humans())
        assert await asyncio.wait_for(task, 30) == "connected"
        following.cancel()
    assert ports.done.count(f"dial {FIRST}") == ports.done.count(f"dial {SECOND}") == 1
    assert ports.done.count(f"join {human_identity(SECOND)}") == 1


async def test_two_that_carry_the_same_transfer_ring_everybody_once(world: World, ports: Ports) -> None:
    await begin(world, "cold", (ANN, BEN))
    async with carried(world, ports) as (_, one), carried(world, ports) as (_, other):
        await ports.was(f"dial {FIRST}")
        await ports.was(f"dial {XFER}-0-1")
        await ports.picks_up(f"{XFER}-0-1")
        assert await asyncio.wait_for(asyncio.gather(one, other), 30) == ["connected", "connected"]
    assert ports.done.count(f"dial {FIRST}") == ports.done.count(f"dial {XFER}-0-1") == 1
