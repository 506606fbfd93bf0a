"""`make leak-test`: N consults on real legs; how loud anybody was on a leg that was not to hear it.

A node and a LiveKit of its own, a caller, an agent and a human on the phone who each speak a tone of their own, and
commands signed as by the control plane. N=200, SEED=1, JSON=1 for one line of JSON at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import wave
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.leak_round import Seen, consult, planned
from bench.tone_levels import RATE
from gateway.kernel.logs import quiet_logs
from gateway.sip.node import SipNode
from tests.integration.sip_node.callee import callee_and_client
from tests.integration.sip_node.caller import Caller, settings_for
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import Switchboard, running_switchboard
from tests.integration.transfers.parties import Human, parties
from tests.integration.transfers.voices import LEAK_DB

ROUNDS, ROUNDS_PER_CALL = 200, 10
KEPT = 4  # recordings of so many rounds, and of every round that leaked


class Spread(NamedTuple):
    median: float
    most: float  # 95 %
    longest: float


@dataclass(frozen=True)
class Figures:
    rounds: int
    accepted: int
    frames: int
    leaked: int
    worst_db: float
    silence_ms: float
    caller_joined_ms: Spread
    human_joined_ms: Spread
    lost: int


async def measure(rounds: int, seed: int, folder: Path) -> tuple[Figures, list[Seen]]:
    """Recordings go to `folder`."""
    chance, seen, lost = random.Random(seed), list[Seen](), 0
    async with running_switchboard(folder) as switchboard:
        control_plane = FakeControlPlane()
        settings = settings_for(switchboard, folder / "state", max_calls=4)
        node = SipNode(settings, control_plane_transport=control_plane.transport)
        await node.start()
        await switchboard.add_trunk_and_rule()
        try:
            while len(seen) < rounds:
                count = min(ROUNDS_PER_CALL, rounds - len(seen))
                lost += await _call(switchboard, node, control_plane, folder, chance, count, seen)
        finally:
            await node.stop()
    return _figures(seen, lost), seen


async def _call(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, folder: Path, chance: random.Random,
    rounds: int, seen: list[Seen],
) -> int:  # fmt: skip
    """One caller with so many consults; packets that the caller did not get."""
    caller = Caller(switchboard)
    await caller.agent.start()
    try:
        async with (
            callee_and_client(switchboard) as (callee, client),
            parties(switchboard, node, control_plane, caller, folder, provision=False) as some,
        ):
            for _ in range(rounds):
                number = len(seen) + 1
                start, human = len(some.heard.frames), Human(f"human-{number}", callee, client)
                one = await consult(some, human, planned(chance))
                seen.append(one)
                human.hangs_up_for_good()
                if number <= KEPT or one.leaked:
                    write(folder / f"round-{number:03}-caller.wav", some.heard.since(start))
                    write(folder / f"round-{number:03}-human.wav", human.heard.since())
                print(f"\r{number} consults, {sum(each.leaked for each in seen)} leaks", end="", file=sys.stderr)
            return int(caller.rtp.stats["lost"])
    finally:
        caller.rtp.close()
        await caller.agent.stop()


def write(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def _figures(seen: list[Seen], lost: int) -> Figures:
    return Figures(
        rounds=len(seen),
        accepted=sum(one.plan.accepts for one in seen),
        frames=sum(one.frames for one in seen),
        leaked=sum(one.leaked for one in seen),
        worst_db=round(max(one.worst_db for one in seen), 1),
        silence_ms=max(one.silence_ms for one in seen),
        caller_joined_ms=_spread(one.joined_ms[0] for one in seen if one.plan.accepts),
        human_joined_ms=_spread(one.joined_ms[1] for one in seen if one.plan.accepts),
        lost=lost + sum(one.lost for one in seen),
    )


def _spread(times: Iterable[float]) -> Spread:
    ordered = sorted(times) or [0.0]
    places = (len(ordered) // 2, int(len(ordered) * 0.95), -1)
    return Spread(*(round(ordered[place], 1) for place in places))


def show(figures: Figures, seen: list[Seen]) -> None:
    print(f"consults                                {figures.rounds}, of which {figures.accepted} were accepted")
    for what, count in sorted(Counter(f"{one.plan.order}, human {one.plan.manner}" for one in seen).items()):
        print(f"  {what:38}{count}")
    print(f"frames looked at                        {figures.frames}")
    print(f"frames above {LEAK_DB:.0f} dBFS on the wrong leg  {figures.leaked} (aim: 0)")
    print(f"worst level on the wrong leg            {figures.worst_db} dBFS")
    print(f"longest silence the caller heard        {figures.silence_ms:.0f} ms (aim: <= 300)")
    for who, spread in (("caller", figures.caller_joined_ms), ("human", figures.human_joined_ms)):
        rest = f"median {spread.median}, 95 % {spread.most}, longest {spread.longest} ms"
        print(f"join to the {who} hearing the other{' ' * (9 - len(who))}{rest}")
    print(f"packets lost                            {figures.lost} (aim: 0)")


def main() -> None:
    quiet_logs()
    rounds, seed = int(os.environ.get("N") or ROUNDS), int(os.environ.get("SEED") or 1)
    folder = Path(tempfile.mkdtemp(prefix="gateway-leaks-"))
    figures, seen = asyncio.run(measure(rounds, seed, folder))
    print(file=sys.stderr)
    print(f"recordings                              {folder}", file=sys.stderr)
    show(figures, seen)
    if os.environ.get("JSON"):
        print(json.dumps(asdict(figures)))
    sys.exit(1 if figures.leaked else 0)


if __name__ == "__main__":
    main()
