"""What a leg says came of a command, read from its call's record: whichever control plane was told, it is there."""

from __future__ import annotations

import asyncio

from gateway.calls.facts import AudioSet
from gateway.calls.performing import Begin
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_event
from gateway.kernel.errors import Unavailable

WITHIN_S = 3.0
LOOK_EVERY_S = 0.02  # a fact has no way of its own from one control plane to another


class RecordedConfirmations:
    """The `Confirmations` of a control plane."""

    def __init__(self, begin: Begin, *, within_s: float = WITHIN_S) -> None:
        self._begin, self._within_s = begin, within_s

    async def problem_of(self, call_id: str, command_id: str) -> str:
        seen = 0
        try:
            async with asyncio.timeout(self._within_s):
                while True:
                    async with self._begin() as session:
                        log = await CallRepository(session).log(call_id, after=seen)
                    for entry in log:
                        told = read_event(entry).what
                        if isinstance(told, AudioSet) and told.command_id == command_id:
                            return told.problem
                        seen = entry.seq
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError as error:
            raise Unavailable("the leg did not confirm in time", code="isolation.unconfirmed") from error
