"""Carries out what the control plane tells a leg about its audio, in order, and reports what came of it; hands on what
it tells about keys that nobody may know."""

from __future__ import annotations

import asyncio
from typing import Protocol

from gateway.calls.facts import AudioSet
from gateway.calls.leg_commands import AudioCommand, CaptureCommand, CommandDoor
from gateway.kernel.errors import GatewayError, NotAuthenticated
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.captures import Captures
from gateway.sip.earpiece import Earpiece
from gateway.sip.key_facts import KeyFacts
from gateway.sip.line import PhoneLine
from gateway.sip.mixer import ALL
from gateway.sip.room import RoomLink
from gateway.sip.services import NodeServices

WAITING = 32

_log = get_logger(__name__)


class CommandedLeg(Protocol):
    """`LiveLeg` and `OutboundLeg` are."""

    room: RoomLink
    earpiece: Earpiece
    answered: bool
    keys: KeyFacts

    @property
    def line(self) -> PhoneLine:
        """Raises NotFound while there is none."""
        ...


class LegAudio:
    """Takes the command messages of the leg's room; routes change at once, a hold when the phone has been told.

    Made before the leg joins, so that it misses none.
    """

    def __init__(self, call_id: str, leg: CommandedLeg, services: NodeServices, tasks: TaskSet) -> None:
        self._call_id, self._leg, self._facts = call_id, leg, services.facts
        self._captures = Captures(call_id, leg, services, tasks)
        self._door = CommandDoor(services.tokens, call_id)
        self._waiting: asyncio.Queue[AudioCommand] = asyncio.Queue(maxsize=WAITING)
        tasks.start(self._carry_out(), name="leg:commands")
        leg.room.on_command = self.take

    def take(self, message: bytes) -> None:
        try:
            command = self._door.take(message)
        except NotAuthenticated as error:
            _log.warning("command_refused", call_id=self._call_id, reason=error.detail)
            return
        if isinstance(command, CaptureCommand):
            self._captures.take(command)
            return
        try:
            self._set_routes(command)
            self._waiting.put_nowait(command)
        except (GatewayError, asyncio.QueueFull) as error:
            self._report(command, getattr(error, "detail", "too many commands are waiting"))

    def _set_routes(self, command: AudioCommand) -> None:
        asked, room = command.asked, self._leg.room
        if asked.hears is not None:
            room.hear(ALL if asked.hears == "all" else asked.hears)
        if asked.speaks is not None:
            room.speak(asked.speaks)
        if asked.relays_digits is not None:
            room.relays_digits = asked.relays_digits
        if asked.plays is not None:
            self._leg.earpiece.play(asked.plays)

    async def _carry_out(self) -> None:
        while True:
            command = await self._waiting.get()
            try:
                if command.asked.held is True:
                    await self._leg.line.hold()
                elif command.asked.held is False:
                    await self._leg.line.resume()
            except GatewayError as error:
                self._report(command, error.detail)
            else:
                self._report(command, "")

    def _report(self, command: AudioCommand, problem: str) -> None:
        self._facts.record(AudioSet, self._call_id, command_id=command.id, problem=problem)
