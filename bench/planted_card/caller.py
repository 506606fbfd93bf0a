"""One call with its card: our phone calls, speaks and presses keys as the plan says."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from bench.planted_card.plan import Planted
from gateway.kernel.errors import GatewayError
from gateway.phone.phone import Phone
from gateway.phone.script import Press, Say
from gateway.sip.wire.calls import CallFailed
from gateway.stack.ports import PortAllocator
from tests.sip.stack import RunningStack
from tests.sip.transfers.office import spoken

GREETING, ASKED = "demo agent", "please key in"
LINES = Path(__file__).parents[2] / "gateway" / "phone" / "lines"
PAY, BY_CARD = LINES / "i_want_to_pay_my_bill.wav", LINES / "i_want_to_pay_by_card.wav"
PATIENCE_S = 14.0  # a capture waits about as long for the first digit, twice
TRIES, AGAIN_S = 20, 3.0
APART_S = 3.5  # between groups of digits: each is a run of its own


class PlantingCaller:
    """`folder`: for the sound of what it says."""

    def __init__(self, stack: RunningStack, number: str, folder: Path) -> None:
        self._stack, self._uri, self._folder = stack, stack.uri(number), folder

    async def call(self, planted: Planted) -> str:
        """What came of it, for the table: done, captured or not, or cut where a process was killed.

        Raises CallFailed when nobody takes the call for a minute; who is refused while a process comes back calls
        again.
        """
        for left in reversed(range(TRIES)):
            try:
                return await self._try(planted)
            except CallFailed:
                if not left:
                    raise
                await self._pause(AGAIN_S)
        raise AssertionError("unreachable")

    async def _try(self, planted: Planted) -> str:
        ports = PortAllocator()
        low = ports.block(40)
        try:
            async with Phone(rtp_ports=(low, low + 38)) as phone:
                self._phone, self._planted, self._outcome = phone, planted, "done"
                await phone.talk(self._uri, self._conversation)
            return self._outcome
        except (GatewayError, TimeoutError, httpx.HTTPError) as error:
            return f"cut: {type(error).__name__}"
        finally:
            ports.close()

    async def _conversation(self) -> None:
        card, phone = self._planted.card, self._phone
        await self._hears(GREETING)
        match self._planted.form:
            case "captured":
                await self._captured()
            case "early":
                await phone.press(Press(card))
                await self._captured()
            case "abandoned":
                await self._says_until(Say("pay by card", BY_CARD), self._capture_began)
                await self._press(card[:9])
            case "asked":
                await self._asks()
                await self._press(card)
            case "typed":
                self._kill()
                await asyncio.to_thread(self._write)
                await self._asks()
            case "unasked":
                await self._press(card)
            case "slowly":
                await self._asks()
                for at in range(0, len(card), 4):
                    await self._press(card[at : at + 4])
                    await self._pause()
            case "spoken" | "spoken slowly" as form:
                step = len(card) if form == "spoken" else 4
                if not await self._asks():  # docs/redaction.md says what becomes of what nobody has asked for
                    self._outcome = "not asked"
                    return
                for at in range(0, len(card), step):
                    words = " ".join(card[at : at + step])
                    wav = self._folder / f"said-{self._planted.place}-{at}.wav"
                    await phone.say(Say("", await asyncio.to_thread(spoken, words, wav)))
                    self._kill()
                    await self._pause(1.0)
        await self._pause()

    async def _captured(self) -> None:
        card, code = self._planted.card, "1234" if self._planted.card.startswith(("34", "37")) else "123"
        await self._says_until(Say("pay by card", BY_CARD), self._capture_began)
        await self._press(f"{card}#")
        await self._phone.press(Press(f"1231{code}"))
        self._outcome = "captured" if await self._was("capture_ended", outcome="taken") else "not captured"

    async def _asks(self) -> bool:
        """For the bill; has the agent asked for a number then?"""
        return await self._says_until(Say("pay my bill", PAY), lambda: self._hears(ASKED))

    def _capture_began(self) -> Awaitable[bool]:
        return self._was("capture_began")

    async def _says_until(self, wish: Say, taken_up: Callable[[], Awaitable[bool]]) -> bool:
        """Again, as anybody would: the agent may have been killed while it listened."""
        for _ in range(3):
            await self._phone.say(wish)
            if await taken_up():
                return True
        return False

    async def _press(self, digits: str) -> None:
        half = len(digits) // 2
        await self._phone.press(Press(digits[:half]))
        self._kill()
        await self._phone.press(Press(digits[half:]))

    def _kill(self) -> None:
        who, self._planted = self._planted.kills, Planted(self._planted.place, self._planted.form, self._planted.card)
        if who and (pid := self._stack.pids().get(who, 0)):
            os.killpg(pid, signal.SIGKILL)  # every process of the stack leads a group of its own

    async def _hears(self, words: str) -> bool:
        """Goes on without it too: what is looked for is the card, not the conversation."""
        return await self._known(lambda: self._stack.was_told(self._phone.sip_call_id, words, PATIENCE_S))

    async def _was(self, kind: str, **body: object) -> bool:
        """Has the record of the call this entry?"""
        return await self._known(lambda: self._stack.until(lambda: self._entry(kind, body), kind, PATIENCE_S))

    def _entry(self, kind: str, body: dict[str, object]) -> bool:
        call = self._stack.call_of(self._phone.sip_call_id)
        entries = self._stack.get(f"/v1/calls/{call['id']}/events", limit=500)["data"] if call else []
        return any(one["kind"] == kind and body.items() <= one["body"].items() for one in entries)

    async def _known(self, ask: Callable[[], object]) -> bool:
        try:
            await asyncio.to_thread(ask)
        except AssertionError:  # not in time
            return False
        return True

    def _write(self) -> None:
        """The card, to the agent, and for a human that there is not."""
        stack = self._stack
        call = stack.until(lambda: stack.call_of(self._phone.sip_call_id), "the call has a record")
        path, words = f"/v1/calls/{call['id']}", f"the card is {self._planted.card}, code 123"
        stack.api.post(f"{path}/notes", json={"text": words}).raise_for_status()
        stack.api.post(f"{path}/transfers", json={"to": "tgt_nobody", "note": words})

    async def _pause(self, seconds: float = APART_S) -> None:
        await asyncio.sleep(seconds)
