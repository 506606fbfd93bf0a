"""Who calls: our test phone, which speaks its wish and then a tone without end, and keeps what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.tone_levels import FRAME, standing_out
from gateway.phone.phone import Phone
from gateway.phone.script import Press, Say
from gateway.stack.ports import PortAllocator
from tests.sip.stack import PATIENCE, RunningStack
from tests.sip.transfers.office import CALLER_HZ, WISH, Office, tone

AUDIBLE_DB, LEAK_DB = -40.0, -60.0
LASTS_FRAMES = 15
GREETING = "demo agent"
TAKEN_UP = "put you through"  # in what the agent then says, whether it may or not
TRIES, TAKES_UP_S = 5, 12.0


class Caller:
    def __init__(self, stack: RunningStack, phone: Phone, wish: Path) -> None:
        self.stack, self.phone, self._wish = stack, phone, wish
        self.call_id = ""

    async def talks(self, office: Office, conversation: Callable[[], Awaitable[None]]) -> dict[str, Any]:
        """Calls the office, waits for the greeting, holds the conversation, hangs up; the closed record."""

        async def whole() -> None:
            self.call_id = (await asyncio.to_thread(office.call, self.phone.sip_call_id))["id"]
            await self.is_told(office, GREETING)
            await conversation()

        try:
            await self.phone.talk(self.stack.uri(office.number), whole)
        except Exception as error:
            error.add_note(self._what_happened(office))
            raise
        return await asyncio.to_thread(self.stack.ended_call, self.phone.sip_call_id)

    def _what_happened(self, office: Office) -> str:
        """As the record tells it: a test that fails once on another machine has only this to say why."""
        if not self.call_id:
            return "the call is not in the record"
        happened = [
            f"{one['recorded_at']} {one['at']} {one['kind']} {str(one['body'])[:300]}"
            for one in office.events(self.call_id)
        ]
        return "\n".join(["what happened (recorded at, at):", *happened])

    async def is_told(self, office: Office, words: str, *, times: int = 1) -> None:
        """By the agent, and the caller heard it: only what was played is in the transcript."""

        def said() -> bool:
            return sum(turn["speaker"] == "agent" and words in turn["text"] for turn in self._transcript()) >= times

        await asyncio.to_thread(self.stack.until, said, f"the agent says: {words}")

    async def asks_for_a_human(self) -> None:
        """Says it again, as anybody would, until the agent takes it up: it may not have been understood."""
        before, said = self._taken_up(), 0
        while True:
            await self.phone.say(Say(WISH, self._wish))
            said += 1
            try:
                await asyncio.to_thread(
                    self.stack.until,
                    lambda: self._taken_up() > before,
                    f"it is taken up; {said} times said",
                    TAKES_UP_S,
                )
            except AssertionError:
                if said == TRIES:
                    raise
            else:
                return

    def _taken_up(self) -> int:
        return sum(turn["speaker"] == "agent" and TAKEN_UP in turn["text"] for turn in self._transcript())

    def _transcript(self) -> list[dict[str, Any]]:
        return self.stack.get(f"/v1/calls/{self.call_id}/transcript")["data"]

    async def presses(self, digits: str) -> None:
        await self.phone.press(Press(digits))

    def hums(self) -> None:
        """From now on, a minute of the tone."""
        self.phone.speak_frames(list(tone(CALLER_HZ, 60).reshape(-1, FRAME)))

    async def told(self, office: Office, kind: str, **body: Any) -> dict[str, Any]:
        return await asyncio.to_thread(office.told, self.call_id, kind, **body)

    @property
    def heard(self) -> np.ndarray:
        """Everything so far."""
        return self.phone.recording.sides()[1]

    async def hears_tone(self, hertz: int, seconds: float = 2.0) -> None:
        async with asyncio.timeout(PATIENCE):
            while seconds_with(self.heard, hertz) < seconds:
                await self.hears_something(0.5)

    async def hears_something(self, seconds: float) -> None:
        """Sound, whatever it is, in so many frames from now on."""
        async with asyncio.timeout(PATIENCE):
            for _ in range(int(seconds * 8000 / FRAME)):
                await self.phone.sound()

    async def was_hung_up_on(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.phone.ended()


@asynccontextmanager
async def caller_with(stack: RunningStack, wish: Path) -> AsyncIterator[Caller]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38)) as phone:
            yield Caller(stack, phone, wish)
    finally:
        ports.close()


def seconds_with(samples: np.ndarray, hertz: int) -> float:
    """How long a tone is heard well."""
    return float((standing_out(samples, hertz) > AUDIBLE_DB).sum()) * FRAME / 8000


def first_with(samples: np.ndarray, hertz: int) -> float:
    """When a tone begins that lasts, however low, in seconds; inf for never. Speech and music have moments of it."""
    found = standing_out(samples, hertz) > LEAK_DB
    runs = np.convolve(found, np.ones(LASTS_FRAMES), "valid") >= LASTS_FRAMES
    return float(np.argmax(runs)) * FRAME / 8000 if runs.any() else float("inf")
