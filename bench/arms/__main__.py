"""`python -m bench.arms`: the same calls to our agent, to stock livekit-agents and to Pipecat, with the same providers
of fixed delays, over the same SIP node; a table with all of them, and a JSON file in bench/results."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console

from bench.arms import ramp, rounds, sounds, table
from bench.arms.arm import HERE, Arm, ours, peer, pipecat, stock
from bench.figures import Series, write
from bench.providers import Delays, provider_server
from gateway.demo.conversation import LINES
from gateway.kernel.logs import quiet_logs

RESULTS = HERE.parent / "results"
LINE = LINES / "i_want_to_pay_my_bill.wav"
VENV = HERE.parents[1] / ".tools" / "pipecat"
ARMS = ("ours", "stock", "turn-model", "pipecat")


def pipecat_python(tick: Callable[[str], None]) -> Path | None:
    """None where it cannot be installed."""
    python = VENV / "bin" / "python"
    uv = os.environ.get("UV") or str(HERE.parents[1] / ".tools" / "bin" / "uv")
    tick("installing Pipecat")
    made = [uv, "venv", "-q", "--allow-existing", "-p", "3.11", str(VENV)]
    for command in (made, [uv, "pip", "install", "-q", "--python", str(python), "-r", str(HERE / "pipecat.txt")]):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
    return python


async def measure(asked: argparse.Namespace, tick: Callable[[str], None]) -> dict[str, list[Series]]:
    delays = Delays()
    async with AsyncExitStack() as open_:
        url = f"{await open_.enter_async_context(provider_server(delays))}/v1"
        arms: list[Arm] = []
        if "ours" in asked.arms:
            arms.append(await open_.enter_async_context(ours(tick, url, max(asked.ramp))))
        others = [stock(turns) for name, turns in (("stock", "vad"), ("turn-model", "default")) if name in asked.arms]
        if "pipecat" in asked.arms and (python := await asyncio.to_thread(pipecat_python, tick)):
            others.append(pipecat(python))
        for name, command, more in others:
            arms.append(await open_.enter_async_context(peer(tick, name, command, url, more)))
        return await _measured(arms, asked, delays.floor, tick)


async def _measured(
    arms: Sequence[Arm], asked: argparse.Namespace, floor_ms: int, tick: Callable[[str], None]
) -> dict[str, list[Series]]:
    found = await rounds.talked(arms, LINE, floor_ms, asked.rounds, asked.seed, tick)
    if asked.nods:
        with tempfile.TemporaryDirectory() as folder:
            story, all_sounds = await sounds.story(Path(folder)), await sounds.sounds(asked.seed)
            for name, series in (await rounds.nodded(arms, story, all_sounds, asked.seed, tick)).items():
                found[name] += series
    for arm in arms:
        found[arm.name] += await ramp.ramped(arm, LINE, asked.ramp, tick)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.arms", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="calls of each arm, one at a time")
    parser.add_argument("--ramp", type=int, nargs="*", default=[1, 5, 10, 20], help="calls at once")
    parser.add_argument("--arms", choices=ARMS, nargs="*", default=list(ARMS))
    parser.add_argument("--no-nods", dest="nods", action="store_false", help="without nods, coughs and noise")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    quiet_logs()
    console, began = Console(stderr=True), time.monotonic()
    with console.status("starting") as status:

        def tick(text: str) -> None:
            status.update(line := f"{time.monotonic() - began:4.0f} s  {text}")
            if not console.is_terminal:
                console.print(line)

        found = asyncio.run(measure(asked, tick))
    table.show(found)
    notes = {"rounds": asked.rounds, "seed": asked.seed, "cores": os.cpu_count(), "load": os.getloadavg()}
    named = [
        Series(f"{arm}: {one.name}", one.unit, one.aim, one.samples) for arm, those in found.items() for one in those
    ]
    console.print(f"written to {write(named, RESULTS, notes)}")


if __name__ == "__main__":
    main()
