"""One consult on real legs, looked at frame by frame: who heard what that was not meant for them."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from bench.tone_levels import QUIETEST_DB, levels, loudness, standing_out
from gateway.calls.leg_commands import BORN_HEARING, BORN_SPEAKING, HUMAN, ROLE
from tests.integration.transfers.parties import AGENT, SHUT, Human, Parties
from tests.integration.transfers.voices import AGENT_HZ, CALLER_HZ, HUMAN_HZ, LEAK_DB, Heard

Order = Literal["held first", "together", "dialled first"]
Manner = Literal["answers at once", "rings", "sounds early"]
THERE_DB = -26.0  # a tone of -20 dBFS that fills more than half of a window
SILENT_DB = -50.0
SETTLED = 10  # frames that may still be on their way when a command has been confirmed
CONSULT, JOINED = 30, 25  # frames


@dataclass(frozen=True)
class Plan:
    order: Order
    manner: Manner
    born_apart: bool  # hears the agent and is heard from birth on; else shut until the consult
    accepts: bool


def planned(chance: random.Random) -> Plan:
    order: Order = chance.choice(("held first", "together", "dialled first"))
    manner: Manner = chance.choice(("answers at once", "rings", "sounds early"))
    born_apart = order == "held first" and chance.random() < 0.5  # heard by the room: the caller has to be held before
    return Plan(order, manner, born_apart, accepts=chance.random() < 0.5)


@dataclass
class Seen:
    """Levels in dBFS, times in ms. `joined_ms`: from the command until the caller, and the human, hear the other."""

    plan: Plan
    frames: int = 0
    leaked: int = 0
    worst_db: float = QUIETEST_DB
    joined_ms: list[float] = field(default_factory=list)
    silence_ms: float = 0.0
    lost: int = 0


async def consult(some: Parties, human: Human, plan: Plan) -> Seen:
    """The caller talks with the agent before it and after it."""
    seen, isolation = Seen(plan), some.isolation("commands")
    begin = len(some.heard.frames)
    born = {BORN_HEARING: AGENT, BORN_SPEAKING: "true", ROLE: HUMAN} if plan.born_apart else SHUT
    hold = isolation.hold(some.room, some.identity)
    if plan.order == "held first":
        await hold
    dialled = asyncio.ensure_future(_answered(human, some.room, plan.manner, born))
    if plan.order == "dialled first":
        await human.invited.wait()
        await hold
    elif plan.order == "together":
        await hold
    apart = len(some.heard.frames) + SETTLED
    await dialled
    await isolation.consult(some.room, some.identity, AGENT, human.identity)
    await asyncio.gather(
        human.heard.hears(AGENT_HZ, frames=CONSULT), some.agent.heard_of(human.identity).hears(HUMAN_HZ, frames=CONSULT)
    )
    await some.heard.more(SETTLED + CONSULT)
    ended = await (_join if plan.accepts else _decline)(some, human, seen)
    _look(seen, some.heard, begin, ended, HUMAN_HZ)
    _look(seen, some.heard, apart, ended, AGENT_HZ)
    _look(seen, human.heard, 0, ended, CALLER_HZ)
    seen.silence_ms = _silence(some.heard.since(begin))
    seen.lost = human.lost
    return seen


async def _answered(human: Human, room: str, manner: Manner, born: dict[str, str]) -> None:
    await human.is_called(room, **born)
    if manner == "rings":
        human.call.ring()
    elif manner == "sounds early":
        human.callee.sounds_early(human.call)
        human.speaks()
        await human.spoke(CONSULT)
    await human.answers()


async def _join(some: Parties, human: Human, seen: Seen) -> float:
    """When it was asked for, monotonic seconds."""
    asked, at = time.monotonic(), (len(some.heard.frames), len(human.heard.frames))
    await some.isolation("commands").join(some.room, [some.identity, human.identity, AGENT])
    await asyncio.gather(
        some.heard.hears(HUMAN_HZ, frames=JOINED), human.heard.hears(CALLER_HZ, frames=JOINED),
        some.caller_heard(CALLER_HZ),
    )  # fmt: skip
    for heard, hertz, start in ((some.heard, HUMAN_HZ, at[0]), (human.heard, CALLER_HZ, at[1])):
        first = int(np.argmax(levels(heard.since(start), hertz) > THERE_DB))
        seen.joined_ms.append((heard.times[start + first] - asked) * 1000)
    await human.call.hangup()
    await human.left(some)
    await some.heard.stops(HUMAN_HZ)  # the last of it is no leak of the next round
    return asked


async def _decline(some: Parties, human: Human, seen: Seen) -> float:
    await some.rooms.remove_participant(some.room, human.identity)
    await human.left(some)
    ended = time.monotonic()
    await some.isolation("commands").back(some.room, some.identity)
    await asyncio.gather(some.heard.hears(AGENT_HZ), some.caller_heard(CALLER_HZ))
    return ended


def _look(seen: Seen, heard: Heard, start: int, ended: float, hertz: int) -> None:
    """Frames from `start` to those that came before `ended`, whose windows end there too."""
    end = int(np.searchsorted(heard.times, ended))
    found = standing_out(heard.between(start, end), hertz)
    seen.frames += len(found)
    seen.leaked += int((found > LEAK_DB).sum())
    seen.worst_db = max(seen.worst_db, float(max(found, default=QUIETEST_DB)))


def _silence(samples: np.ndarray) -> float:
    """The longest stretch without any sound, music included, ms."""
    longest = run = 0
    for loud in loudness(samples) > SILENT_DB:
        run = 0 if loud else run + 1
        longest = max(longest, run)
    return longest * 20.0
