"""One call at a time, the arms in another order in each round: what a caller notices of each."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.arms.arm import Arm
from bench.arms.nodding import A_CALL, GAP_S, Heard, nodding_call
from bench.arms.sounds import Sound
from bench.caller import measured_call
from bench.figures import Series
from gateway.phone.script import Say

SERIES = {
    "answer_ms": ("INVITE to 200", ""),
    "greeting_ms": ("INVITE to greeting", "p95 <= 250"),
    "reply_ms": ("end of speech to reply (TTFA)", ""),
    "stop_ms": ("barge-in: first word to silence", "<= 350 / 450"),
}
OVER = "the same over the providers' {}"


async def talked(
    arms: Sequence[Arm], line: Path, floor_ms: int, rounds: int, seed: int, tick: Callable[[str], None]
) -> dict[str, list[Series]]:
    """By arm. The first call of each is not counted: what is loaded once is not what a caller waits for."""
    found = {arm.name: {key: Series(name, aim=aim) for key, (name, aim) in SERIES.items()} for arm in arms}
    over = {arm.name: Series(OVER.format(floor_ms), aim="<= 120 / 180") for arm in arms}
    shuffled = random.Random(seed)
    for number in range(rounds + 1):
        for arm in shuffled.sample(list(arms), len(arms)):
            tick(f"call {number} of {rounds}: {arm.name}")
            marks = await measured_call(arm.stack.uri, line, arm.stack.rtp_ports)
            if number:
                for key, series in found[arm.name].items():
                    series.add(getattr(marks, key))
                over[arm.name].add(marks.reply_ms - floor_ms if marks.reply_ms is not None else None)
    return {name: [*series.values(), over[name]] for name, series in found.items()}


async def nodded(
    arms: Sequence[Arm], story: Say, sounds: Sequence[Sound], seed: int, tick: Callable[[str], None]
) -> dict[str, list[Series]]:
    """How often an agent falls silent, or for good, for a sound that is no turn; by kind of sound."""
    shuffled = random.Random(seed)
    heard: dict[str, list[Heard]] = {arm.name: [] for arm in arms}
    mixed = shuffled.sample(list(sounds), len(sounds))
    for at in range(0, len(mixed), A_CALL):
        for arm in shuffled.sample(list(arms), len(arms)):
            tick(f"nods {at} of {len(mixed)}: {arm.name}")
            heard[arm.name] += await nodding_call(arm.stack.uri, story, mixed[at : at + A_CALL], arm.stack.rtp_ports)
    return {name: _stops(those) for name, those in heard.items()}


def _stops(heard: Sequence[Heard]) -> list[Series]:
    found = []
    for kind in ("all", "nod", "hum", "cough", "noise"):
        those = [one for one in heard if kind in ("all", one.kind)]
        series = Series(f"falls silent for {kind}", f"% of {len(those)}", aim="<= 5" if kind == "all" else "")
        if those:
            series.add(100 * sum(one.silent_s > GAP_S for one in those) / len(those))
        found.append(series)
    gone = Series("and stays silent", f"% of {len(heard)}")
    if heard:
        gone.add(100 * sum(not one.resumed for one in heard) / len(heard))
    return [*found, gone]
