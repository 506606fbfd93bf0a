"""What happens in each transfer, and which process dies when: the same seed, the same plan. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Victim = Literal["control-plane", "worker-1", "worker-2", "sip-node", "livekit-server", "redis", "nobody"]
# when it dies: the first time that this has happened in the transfer that was chosen, and a little later
Moment = Literal["asked", "waiting", "invited", "answered", "told", "pressed", "talking", "over"]
Manner = Literal["accepts", "declines", "busy", "never answers", "refuses", "leaves"]
Shape = Literal["one", "in order", "all at once"]
Mode = Literal["warm", "cold"]

VICTIMS: tuple[Victim, ...] = (
    "control-plane", "worker-1", "worker-2", "sip-node", "livekit-server", "redis", "nobody",
)  # fmt: skip
MOMENTS: tuple[Moment, ...] = ("asked", "waiting", "invited", "answered", "told", "pressed", "talking", "over")
DESKS = 3  # humans of each caller's own


@dataclass(frozen=True)
class Transfer:
    """`manners`: of each human, of whom a single one is the first. `by_key`: the caller asks the agent by a key, else
    an operator by REST. `impatient_s`: after so long the caller hangs up who nobody talks to, None for never.
    """

    mode: Mode
    shape: Shape
    manners: tuple[Manner, ...]
    by_key: bool
    last_resort: Literal["agent", "callback", "goodbye"]
    ends: Literal["caller", "human", "hands back"]
    asks_after_s: float
    answers_after_s: float
    presses_after_s: float
    impatient_s: float | None


@dataclass(frozen=True)
class Kill:
    """`whose`: the transfer by whose course the moment is told; `after_s` later the victim dies."""

    victim: Victim
    whose: int
    moment: Moment
    after_s: float


@dataclass(frozen=True)
class Batch:
    """Transfers at the same time, of which each meets the same kill, in whatever state it is."""

    transfers: tuple[Transfer, ...]
    kill: Kill


def planned(seed: int, transfers: int, at_a_time: int) -> list[Batch]:
    chance = random.Random(seed)
    counts = [min(at_a_time, transfers - first) for first in range(0, transfers, at_a_time)]
    return [_batch(chance, count) for count in counts]


def _batch(chance: random.Random, count: int) -> Batch:
    some = tuple(_transfer(chance) for _ in range(count))
    kill = Kill(chance.choice(VICTIMS), chance.randrange(count), chance.choice(MOMENTS), chance.uniform(0, 2))
    return Batch(some, kill)


def _transfer(chance: random.Random) -> Transfer:
    manners: tuple[Manner, ...] = ("accepts", "accepts", "declines", "busy", "never answers", "refuses", "leaves")
    return Transfer(
        mode=chance.choice(("warm", "warm", "cold")),
        shape=chance.choice(("one", "in order", "all at once")),
        manners=tuple(chance.choice(manners) for _ in range(DESKS)),
        by_key=chance.random() < 0.5,
        last_resort=chance.choice(("agent", "agent", "callback", "goodbye")),
        ends=chance.choice(("caller", "caller", "human", "hands back")),
        asks_after_s=chance.uniform(0, 5),
        answers_after_s=chance.uniform(0.1, 3),
        presses_after_s=chance.uniform(0.2, 4),
        impatient_s=chance.uniform(1, 12) if chance.random() < 0.08 else None,
    )
