"""Captures of a rehearsal by text: the real questions and checks, with keys that come from the rehearsal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime

from agents.capture_words import CaptureResult
from agents.profile import CaptureChoice
from compliance.capture.machine import CaptureMachine, Over, Step
from gateway.calls.capture_facts import CaptureBegan, CaptureEnded, CapturePii, Outcome
from gateway.calls.participants import CAPTURE
from gateway.kernel.ids import new_id
from gateway.rehearsals.text_line import KeptFacts, TextRoom

_OUTCOMES: dict[str, Outcome] = {"complete": "taken", "invalid": "invalid", "timed_out": "timed_out"}


class TextCapture:
    """To the agent it is the control plane; `begun` is told the name of each that begins."""

    def __init__(
        self, choices: list[CaptureChoice], room: TextRoom, facts: KeptFacts, begun: Callable[[str], None]
    ) -> None:
        self._choices = {one.name: one for one in choices}
        self._room, self._facts, self._begun = room, facts, begun
        self._machine: CaptureMachine | None = None
        self._result: asyncio.Future[CaptureResult] | None = None
        self._id = self._name = ""

    @property
    def under_way(self) -> bool:
        return self._machine is not None

    async def capture(self, call_id: str, choice: str, request: str) -> tuple[str, str]:
        loop = asyncio.get_running_loop()
        spec = self._choices[choice].spec
        self._id, self._name = new_id("cap"), choice
        self._machine, self._result = CaptureMachine(spec, datetime.now(UTC).date()), loop.create_future()
        fields = tuple(one.kind for one in spec.fields)
        self._facts.record(CaptureBegan, call_id, capture_id=self._id, fields=fields, talk=spec.talk)
        self._begun(choice)
        self._room.show(**{CAPTURE: json.dumps({"id": self._id})})
        self._carry_out(self._machine.begin(loop.time()), call_id)
        return self._id, ""

    async def capture_result(self, call_id: str, capture_id: str) -> CaptureResult | None:
        return await asyncio.shield(self._result) if self._result else None

    def press(self, key: str, call_id: str) -> None:
        if self._machine:
            self._carry_out(self._machine.press(key, asyncio.get_running_loop().time()), call_id)

    def expire(self, call_id: str) -> None:
        """Whatever is due by now."""
        if self._machine:
            self._carry_out(self._machine.expire(asyncio.get_running_loop().time()), call_id)

    def _carry_out(self, steps: list[Step], call_id: str) -> None:
        over = next((one for one in steps if isinstance(one, Over)), None)
        if over is None or self._machine is None or self._result is None:
            return
        entered, self._machine = self._machine.entered, None
        outcome = _OUTCOMES[over.how]
        brand, last4 = (entered.brand, entered.last4) if outcome == "taken" else ("", "")
        entered.wipe()
        token = "test_rehearsal" if outcome == "taken" else ""
        pii = CapturePii(token=token, last4=last4)
        self._facts.record(CaptureEnded, call_id, capture_id=self._id, outcome=outcome, brand=brand, pii=pii)
        result = CaptureResult(outcome=outcome, name=self._name, brand=brand, token=token, last4=last4)
        self._result.set_result(result)
        self._room.show(**{CAPTURE: ""})
