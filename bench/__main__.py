"""`make bench`: a table on the screen and a JSON file in bench/results. BENCH="--rounds 5 --only turns" for less."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console

from bench import legs, load, round_trip, rtp_path, set_up, stir, transfers, turns
from bench.figures import Series, show, write
from bench.providers import Delays, provider_server
from bench.stack import BenchStack, bench_stack
from gateway.demo.conversation import LINES
from gateway.kernel.logs import quiet_logs

RESULTS = Path(__file__).parent / "results"
LINE = LINES / "i_want_to_pay_my_bill.wav"
PARTS = ("rtp", "stir", "set-up", "media", "load", "legs", "turns", "transfers")


async def measure(parts: list[str], rounds: int, calls: int, tick: Callable[[str], None]) -> list[Series]:
    found: list[Series] = []
    if "rtp" in parts:
        found += rtp_path.measure(rounds, tick)
    if "stir" in parts:
        found += stir.measure(rounds, tick)
    if set(parts) & {"set-up", "media", "load", "transfers"}:
        async with bench_stack(tick) as stack:
            if "set-up" in parts:
                found += await set_up.measure(stack, rounds, tick)
            if "media" in parts:
                found += await round_trip.measure(stack, rounds, tick)
            if "load" in parts:
                found += await load.measure(stack, calls, tick)
            if "transfers" in parts:
                found += await transfers.measure(stack, rounds, tick)
    if "legs" in parts:
        async with bench_stack(tick, workers=0, **legs.UNLIMITED) as stack:
            found += await legs.measure(stack, tick)
    if "turns" in parts:
        async with with_providers(tick) as (stack, delays):
            found += await turns.measure(stack, LINE, delays.floor, rounds, tick)
    return found


@asynccontextmanager
async def with_providers(tick: Callable[[str], None]) -> AsyncIterator[tuple[BenchStack, Delays]]:
    """A stack whose ears, brain and mouth are OpenAI-compatible servers of fixed delays."""
    delays = Delays()
    async with provider_server(delays) as url:
        environment: dict[str, str] = {}
        for kind in ("STT", "LLM", "TTS"):
            environment |= {
                f"GATEWAY_SPEECH__{kind}": "openai",
                f"GATEWAY_SPEECH__{kind}_MODEL": "bench",
                f"GATEWAY_SPEECH__{kind}_BASE_URL": f"{url}/v1",
            }
        async with bench_stack(tick, **environment) as stack:
            yield stack, delays


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="calls per figure")
    parser.add_argument("--calls", type=int, default=10, help="calls at once")
    parser.add_argument("--only", choices=PARTS, nargs="*", default=list(PARTS))
    asked = parser.parse_args()
    quiet_logs()
    console = Console(stderr=True)
    began = time.monotonic()
    with console.status("starting") as status:

        def tick(text: str) -> None:
            status.update(f"{time.monotonic() - began:4.0f} s  {text}")

        found = asyncio.run(measure(asked.only, asked.rounds, asked.calls, tick))
    show(found)
    notes = {"rounds": asked.rounds, "calls": asked.calls, "cores": os.cpu_count(), "load": os.getloadavg()}
    console.print(f"written to {write(found, RESULTS, notes)}")


if __name__ == "__main__":
    main()
