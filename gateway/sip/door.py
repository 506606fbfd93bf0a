"""Between the answer and the room: a caller who has to key in something first."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from gateway.calls.facts import ChallengeMet
from gateway.kernel.errors import BadInput
from gateway.sip.endings import Turned, ending
from gateway.sip.key_desk import RULE_PIN, TRUST_PIN, KeyDesk, Question, press
from gateway.sip.line import PhoneLine
from gateway.sip.services import NodeServices
from gateway.sip.steps import Steps
from gateway.sip.wire.sdp import SdpRefused
from gateway.sip.wire.ua import IncomingCall

T = TypeVar("T")


@dataclass(frozen=True)
class Door:
    """Of one call; it is answered when the first thing is asked. What is asked for raises Turned without it."""

    call_id: str
    call: IncomingCall
    services: NodeServices
    steps: Steps

    async def rule_pin(self, line: PhoneLine, check: Callable[[str], Awaitable[T | None]]) -> T:
        """What `check` says to the PIN of the dispatch rule."""
        return await self._ask(line, RULE_PIN, check)

    async def challenge(self, line: PhoneLine, by: Literal["press_key", "pin"]) -> None:
        """Lets on who presses the key that is named, or knows the PIN of those for whom nobody vouches."""
        wanted = str(secrets.randbelow(9) + 1)

        async def check(keys: str) -> bool | None:
            good = keys == wanted if by == "press_key" else await self.services.gate.knows_pin(self.call_id, keys)
            return good or None

        await self._ask(line, press(wanted) if by == "press_key" else TRUST_PIN, check)
        self.services.facts.record(ChallengeMet, self.call_id, by=by)

    async def _ask(self, line: PhoneLine, question: Question, check: Callable[[str], Awaitable[T | None]]) -> T:
        desk = KeyDesk(line)
        if not self.call.was_answered:
            try:
                sdp = line.describe(self.call.offer)
            except (SdpRefused, BadInput) as error:
                raise Turned(ending("no_codec")) from error
            self.call.answer(sdp)
            self.steps("answered")
        return await desk.let_in(question, check)
