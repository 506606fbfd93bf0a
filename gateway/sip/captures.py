"""The captures of one leg: begins one when the control plane says so, or says at once why not; one at a time."""

from __future__ import annotations

import asyncio
import json
from typing import Protocol

from compliance.capture.machine import Progress
from gateway.calls.capture_facts import CaptureEnded
from gateway.calls.leg_commands import BeginCapture, CancelCapture, CaptureCommand
from gateway.calls.participants import CAPTURE
from gateway.kernel.errors import Conflict, GatewayError, Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.capture_desk import CaptureDesk
from gateway.sip.key_facts import KeyFacts
from gateway.sip.line import PhoneLine
from gateway.sip.room import RoomLink
from gateway.sip.services import NodeServices

TRIES, AGAIN_S = 5, 0.5

_log = get_logger(__name__)


class CapturedLeg(Protocol):
    """`LiveLeg` and `OutboundLeg` are."""

    room: RoomLink
    answered: bool
    keys: KeyFacts

    @property
    def line(self) -> PhoneLine:
        """Raises NotFound while there is none."""
        ...


class Captures:
    def __init__(self, call_id: str, leg: CapturedLeg, services: NodeServices, tasks: TaskSet) -> None:
        self._call_id, self._leg, self._services, self._tasks = call_id, leg, services, tasks
        self._desk: CaptureDesk | None = None
        self._progress = ShownProgress(leg, tasks)

    def take(self, command: CaptureCommand) -> None:
        match command.asked:
            case BeginCapture() as asked:
                try:
                    self._begin(asked)
                except GatewayError as error:
                    self._refuse(asked.capture_id, error)
            case CancelCapture(capture_id=capture_id):
                if self._desk and self._desk.capture_id == capture_id:
                    self._desk.cancel()

    def _begin(self, asked: BeginCapture) -> None:
        """Raises Unavailable, Conflict, BadInput, NotFound; the shield is up when it returns."""
        tokeniser = self._services.tokeniser
        if tokeniser is None:
            raise Unavailable("the phone's SIP node has no tokeniser; set GATEWAY_CAPTURE__TOKENISER there")
        if not self._leg.answered:
            raise Conflict("the phone has not been answered yet")
        tokeniser.check(asked.spec)
        before = self._desk
        if before and not before.is_over:
            raise Conflict("another capture is under way on this phone")
        if before:
            before.give_way()
        facts = self._services.facts
        self._desk = CaptureDesk(asked.capture_id, self._call_id, asked.spec, self._leg.line, facts, self._progress)
        self._leg.keys.hide()
        self._desk.begin()
        self._tasks.start(self._desk.run(tokeniser), name="leg:capture")

    def _refuse(self, capture_id: str, error: GatewayError) -> None:
        self._services.facts.record(
            CaptureEnded, self._call_id, capture_id=capture_id, outcome="failed", problem=error.detail[:300]
        )


class ShownProgress:
    """4 of 16, as an attribute of the leg's participant: for the agent and for screens. The latest is shown."""

    def __init__(self, leg: CapturedLeg, tasks: TaskSet) -> None:
        self._leg, self._tasks = leg, tasks
        self._latest = ""
        self._telling: asyncio.Task[None] | None = None

    def show(self, capture_id: str, step: Progress | None) -> None:
        said = {"id": capture_id, "field": step.field, "keys": step.keys, "of": step.of} if step else None
        self._latest = json.dumps(said) if said else ""
        if self._telling is None or self._telling.done():
            self._telling = self._tasks.start(self._tell(), name="leg:capture-progress")

    async def _tell(self) -> None:
        told: str | None = None
        while told != self._latest:
            told = self._latest
            await self._make_known(told)

    async def _make_known(self, told: str) -> None:
        """LiveKit's client does not say when the server did not take it in time; an agent that is told of no end would
        be deaf for long."""
        room = self._leg.room
        for _ in range(TRIES):
            await room.set_attributes({CAPTURE: told})
            if room.attributes.get(CAPTURE, "") == told or told != self._latest:
                return
            await asyncio.sleep(AGAIN_S)
        _log.warning("capture_progress_not_told", last=not told)
