"""One call with its card: our phone calls, speaks and presses keys as the plan says."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import httpx

from bench.planted_card.plan import Planted
from gateway.kernel.errors import GatewayError
from gateway.phone.phone import Phone
from gateway.phone.script import Listen, Press, Say
from gateway.sip.wire.calls import CallFailed
from gateway.stack.ports import PortAllocator
from tests.sip.transfers.office import spoken

GREETING, ASKED, NUMBER, MONTH, CODE, TAKEN = (
    "demo agent", "account number", "card number on the keypad", "two digits for the month", "security code",
    "card ending in",
)  # fmt: skip
LINES = Path(__file__).parents[2] / "gateway" / "phone" / "lines"
PAY, BY_CARD = LINES / "i_want_to_pay_my_bill.wav", LINES / "i_want_to_pay_by_card.wav"
PATIENCE_S = 14.0  # a capture waits about as long for the first digit, twice
TRIES, AGAIN_S = 20, 3.0
APART_S = 3.5  # between groups of digits: each is a run of its own


class PlantingCaller:
    """`pid_of`: of a process of the stack, by name. `write`: a card into whatever takes words about a call, by its SIP
    Call-ID."""

    def __init__(self, uri: str, folder: Path, pid_of: Callable[[str], int], write: Callable[[str, str], None]) -> None:
        self._uri, self._folder, self._pid_of, self._write = uri, folder, pid_of, write

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
            async with Phone(rtp_ports=(low, low + 38), phrases=(GREETING, ASKED, NUMBER, MONTH, CODE, TAKEN)) as phone:
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
                await phone.say(Say("pay by card", BY_CARD))
                await self._hears(NUMBER)
                await self._press(card[:9])
            case "asked":
                await phone.say(Say("pay my bill", PAY))
                await self._hears(ASKED)
                await self._press(card)
            case "typed":
                self._kill()
                await asyncio.to_thread(self._write, phone.sip_call_id, card)
                await phone.say(Say("pay my bill", PAY))
                await self._hears(ASKED)
            case "unasked":
                await self._press(card)
            case "slowly":
                await phone.say(Say("pay my bill", PAY))
                await self._hears(ASKED)
                for at in range(0, len(card), 4):
                    await self._press(card[at : at + 4])
                    await self._pause()
            case "spoken" | "spoken slowly" as form:
                await phone.say(Say("pay my bill", PAY))
                await self._hears(ASKED)
                step = len(card) if form == "spoken" else 4
                for at in range(0, len(card), step):
                    words = " ".join(card[at : at + step])
                    wav = self._folder / f"said-{self._planted.place}-{at}.wav"
                    await phone.say(Say("", await asyncio.to_thread(spoken, words, wav)))
                    self._kill()
                    await self._pause(1.0)
        await self._pause()

    async def _captured(self) -> None:
        card, phone = self._planted.card, self._phone
        await phone.say(Say("pay by card", BY_CARD))
        await self._hears(NUMBER)
        await self._press(f"{card}#")
        await self._hears(MONTH)
        await phone.press(Press("1231"))
        await self._hears(CODE)
        await phone.press(Press("1234" if card.startswith(("34", "37")) else "123"))
        self._outcome = "captured" if await self._hears(TAKEN) else "not captured"

    async def _press(self, digits: str) -> None:
        half = len(digits) // 2
        await self._phone.press(Press(digits[:half]))
        self._kill()
        await self._phone.press(Press(digits[half:]))

    def _kill(self) -> None:
        who, self._planted = self._planted.kills, Planted(self._planted.place, self._planted.form, self._planted.card)
        if who and (pid := self._pid_of(who)):
            os.killpg(pid, signal.SIGKILL)  # every process of the stack leads a group of its own

    async def _hears(self, phrase: str) -> bool:
        """Goes on without it too: what is looked for is the card, not the conversation."""
        return await self._phone.listen(Listen((phrase,), within_s=PATIENCE_S))

    async def _pause(self, seconds: float = APART_S) -> None:
        await asyncio.sleep(seconds)
