"""A caller put through to a human, cold and warm, and given back: how long until they hear each other, and what the
caller hears meanwhile. Each side hums a tone of its own; times are read from what the phones heard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import numpy as np

from bench.figures import Series
from bench.stack import BenchStack
from bench.tone_levels import FRAME, RATE, loudness, standing_out, tone
from gateway.demo.provision import ensure_human
from gateway.phone.phone import Phone
from gateway.phone.script import Press

CALLER_HZ, HUMAN_HZ, AMPLITUDE = 2630, 3210, 3300
HEARD_DB, SILENT_DB = -40.0, -50.0
HUM_S, BRIEFED_S, AFTER_S = 60, 1.5, 2.0
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Round:
    """Times in ms. `joined`: from the key (warm) or the answer (cold) until each hears the other."""

    silence_ms: float
    caller_joined_ms: float | None = None
    human_joined_ms: float | None = None


class Desk:
    """The two phones of one round."""

    def __init__(self, stack: BenchStack) -> None:
        low, high = stack.rtp_ports
        middle = (low + high) // 4 * 2
        self.stack = stack
        self.caller = Phone(rtp_ports=(low, middle - 2))
        self.human = Phone(rtp_ports=(middle, high))
        self.target = ""

    async def ready(self) -> None:
        self.target = await ensure_human(self.stack.plan.api_url, self.stack.api_key, self.human.port)

    async def round(self, mode: str, key: str) -> Round:
        """`key`: what the human presses once told; empty for a cold transfer."""
        human = asyncio.ensure_future(self.human.taken(lambda: self._human(key), within_s=PATIENCE_S))
        try:
            began, over = await self.caller.talk(self.stack.uri, lambda: self._caller(mode, joined=key != "2"))
            pressed = await human
        finally:
            human.cancel()
        return self._read(began, over, pressed, joined=key != "2")

    async def _caller(self, mode: str, *, joined: bool) -> tuple[float, float]:
        """When the transfer was asked for, and when all of it had been heard; monotonic seconds."""
        _hum(self.caller, CALLER_HZ)
        await self.caller.sound()
        call_id = await self._call_id()
        began = time.monotonic()
        await self._post(f"/v1/calls/{call_id}/transfers", {"to": self.target, "mode": mode})
        outcome = await self._outcome(call_id)
        assert (outcome == "connected") is joined, outcome
        over = time.monotonic() + AFTER_S
        while time.monotonic() < over:
            await self.caller.sound()
        return began, over

    async def _human(self, key: str) -> float:
        """When it answered, or pressed."""
        _hum(self.human, HUMAN_HZ)
        at = time.monotonic()
        if key:
            told = time.monotonic() + BRIEFED_S
            while time.monotonic() < told:
                await self.human.sound()
            at = time.monotonic()
            await self.human.press(Press(key))
        await self.human.ended()
        return at

    def _read(self, began: float, over: float, pressed: float, *, joined: bool) -> Round:
        heard = _between(self.caller, began, over)
        if not joined:
            return Round(_longest_silence(heard))
        caller = _first(_between(self.caller, pressed, over), HUMAN_HZ)
        return Round(_longest_silence(heard), caller, _first(_between(self.human, pressed, over), CALLER_HZ))

    async def _call_id(self) -> str:
        while True:
            calls = (await self.stack.get("/v1/calls"))["data"]
            if found := next((c for c in calls if c["sip_call_id"] == self.caller.sip_call_id), None):
                return found["id"]

    async def _outcome(self, call_id: str) -> str:
        while True:
            last = (await self.stack.get(f"/v1/calls/{call_id}/transfers"))["data"][-1]
            if last["outcome"]:
                return last["outcome"]
            await self.caller.sound()

    async def _post(self, path: str, body: dict[str, str]) -> None:
        headers = {"Authorization": f"Bearer {self.stack.api_key}"}
        async with httpx.AsyncClient(base_url=self.stack.plan.api_url, headers=headers, trust_env=False) as client:
            (await client.post(path, json=body)).raise_for_status()


def _hum(phone: Phone, hertz: int) -> None:
    phone.speak_frames(list(tone(hertz, AMPLITUDE, RATE * HUM_S).reshape(-1, FRAME)))


def _between(phone: Phone, start: float, end: float) -> np.ndarray:
    """What it heard between two moments, monotonic seconds."""
    first, last = (int((at - phone.started) * RATE) // FRAME * FRAME for at in (start, end))
    return phone.recording.sides()[1][first:last]


def _first(samples: np.ndarray, hertz: int) -> float | None:
    found = np.flatnonzero(standing_out(samples, hertz) > HEARD_DB)
    return float(found[0]) * 20 if len(found) else None


def _longest_silence(samples: np.ndarray) -> float:
    longest = run = 0
    for quiet in loudness(samples) < SILENT_DB:
        run = run + 1 if quiet else 0
        longest = max(longest, run)
    return longest * 20.0


async def measure(stack: BenchStack, rounds: int, tick: Callable[[str], None]) -> list[Series]:
    """Per round a cold transfer, a warm one that is accepted, and one that is declined."""
    kinds = {"cold": ("cold", ""), "warm, accepted": ("warm", "1"), "warm, declined": ("warm", "2")}
    silence = {name: Series(f"longest silence of the caller, {name}", aim="<= 300") for name in kinds}
    joined = {name: _joined(since) for name, since in (("cold", "answer"), ("warm, accepted", "yes"))}
    for number in range(rounds):
        for name, (mode, key) in kinds.items():
            tick(f"transfers {number}/{rounds}, {name}")
            one = await _one(stack, mode, key)
            silence[name].add(one.silence_ms)
            if name in joined:
                joined[name][0].add(one.caller_joined_ms)
                joined[name][1].add(one.human_joined_ms)
    return [*silence.values(), *(series for pair in joined.values() for series in pair)]


def _joined(since: str) -> tuple[Series, Series]:
    return (
        Series(f"{since} to the caller hearing the human", aim="<= 300"),
        Series(f"{since} to the human hearing the caller", aim="<= 300"),
    )


async def _one(stack: BenchStack, mode: str, key: str) -> Round:
    desk = Desk(stack)
    async with desk.caller, desk.human:
        await desk.ready()
        return await desk.round(mode, key)
