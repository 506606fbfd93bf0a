"""One capture on one phone: asks, takes the keys, hands them to the tokeniser, and lets nobody else know them.

It stands between the line and the leg (LineListener) from the moment it is made. Keys end here; the leg's room hears
silence, or the caller without the tones; the phone hears the questions, and the room otherwise. What was keyed in is
wiped whichever way this ends. The shield stays a moment longer, and as long as a key sounds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime
from typing import Any, Protocol

from compliance.capture.machine import Ask, CaptureMachine, Over, Progress, Step
from compliance.capture.spec import CaptureSpec
from compliance.capture.tokeniser import Token, Tokeniser, TokeniserRefused
from gateway.calls.capture_facts import CaptureBegan, CaptureEnded, CaptureProgress, Outcome
from gateway.calls.fact_sender import FactSender
from gateway.kernel.errors import GatewayError
from gateway.kernel.logs import get_logger
from gateway.sip import prompts
from gateway.sip.capture_prompts import AFTER, WAIT, question
from gateway.sip.line import LineListener, PhoneLine
from gateway.sip.rtp.digit_merger import WITHIN_S, Way
from gateway.sip.rtp.frames import silence
from gateway.sip.rtp.g711 import Samples

LINGERS_S = 0.5  # the end of the last key, in the buffer of its audio and on the road
STILL_SOUNDS_S = 0.1  # until one looks again

_log = get_logger(__name__)


class Shown(Protocol):
    """Where it is shown how far a capture is; no digit."""

    def show(self, capture_id: str, step: Progress | None) -> None:
        """None: the capture is over."""


class CaptureDesk:
    """`run` returns when the shield is down."""

    def __init__(
        self, capture_id: str, call_id: str, spec: CaptureSpec, line: PhoneLine, facts: FactSender, shown: Shown
    ) -> None:
        """The shield is up when this returns."""
        self.capture_id, self._call_id, self._spec = capture_id, call_id, spec
        self._line, self._facts, self._shown = line, facts, shown
        self._loop = asyncio.get_running_loop()
        self._machine = CaptureMachine(spec, datetime.now(UTC).date())
        self._over: asyncio.Future[Over | None] = self._loop.create_future()  # None: cancelled
        self._down = asyncio.Event()
        self._prompt: deque[Samples] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False
        self._leg: LineListener = line.listener
        line.listener = self
        line.shield(True)

    def begin(self) -> None:
        """The acknowledgement, and the first question."""
        fields = tuple(one.kind for one in self._spec.fields)
        self._facts.record(CaptureBegan, self._call_id, capture_id=self.capture_id, fields=fields, talk=self._spec.talk)
        self._carry_out(self._machine.begin(self._loop.time()))

    def cancel(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

    @property
    def is_over(self) -> bool:
        """Only the shield may still be up."""
        return self._ended

    async def run(self, tokeniser: Tokeniser) -> None:
        try:
            await self._until_told(tokeniser)
            await self._linger()
        finally:
            self._tell("hung_up")  # unless something was told before
            self._take_down()

    async def _until_told(self, tokeniser: Tokeniser) -> None:
        over = await self._over
        if over is None:
            self._tell("cancelled")
        elif over.how == "complete":
            await self._hand_over(tokeniser)
        else:
            self._tell(over.how, over)

    async def _hand_over(self, tokeniser: Tokeniser) -> None:
        self._play(WAIT)
        asking = asyncio.ensure_future(tokeniser.tokenise(self._machine.entered, request=self.capture_id))
        try:
            await asyncio.wait([asking])
        finally:
            asking.cancel()
            await asyncio.wait([asking])
        match asking.exception():
            case None:
                self._tell("taken", token=asking.result())
            case TokeniserRefused() as error:
                self._tell("refused_by_tokeniser", problem=error.detail)
            case GatewayError() as error:
                self._tell("failed", problem=error.detail)
            case error:  # not with its words: they may have what was keyed in
                _log.error("tokeniser_failed", call_id=self._call_id, error=type(error).__name__)
                self._tell("failed", problem="the tokeniser could not be used")

    def _tell(
        self, outcome: Outcome, over: Over | None = None, *, problem: str = "", token: Token | None = None
    ) -> None:
        """The end, once; from here on there is nothing left to know."""
        if self._ended:
            return
        self._ended = True
        entered = self._machine.entered
        brand, last4, expiry = entered.brand, entered.last4, entered.expiry
        self._machine.wipe()
        self._stop_timer()
        told: dict[str, Any] = {}
        if token:
            told = {"brand": token.brand or brand, "pii": {"token": token.token, "last4": token.last4 or last4}}
            if self._spec.show_expiry and expiry:
                told |= {"expiry_month": expiry.month, "expiry_year": expiry.year}
        self._facts.record(
            CaptureEnded, self._call_id, capture_id=self.capture_id, outcome=outcome, problem=problem[:300],
            field=over.field if over else None, **told,
        )  # fmt: skip
        self._play(AFTER.get(outcome, ()))

    # --- keys and time ----------------------------------------------------------------------

    def _carry_out(self, steps: list[Step]) -> None:
        for step in steps:
            match step:
                case Ask(field=field, attempt=attempt):
                    self._play(question(field, attempt))
                case Progress():
                    self._facts.record(
                        CaptureProgress, self._call_id, capture_id=self.capture_id, field=step.field, keys=step.keys,
                        of=step.of, attempt=step.attempt,
                    )  # fmt: skip
                    self._shown.show(self.capture_id, step)
                case Over() if not self._over.done():
                    self._over.set_result(step)
                case Over():
                    pass
        self._stop_timer()
        if (due := self._machine.deadline) != float("inf"):
            self._timer = self._loop.call_at(due, self._expired)

    def _expired(self) -> None:
        self._carry_out(self._machine.expire(self._loop.time()))

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    # --- the shield -------------------------------------------------------------------------

    async def _linger(self) -> None:
        """Until nothing of a key can reach anybody any more, and the last word is said."""
        self._loop.call_later(LINGERS_S, self._perhaps_down)
        await self._down.wait()

    def _perhaps_down(self) -> None:
        if self._line.key_sounds or self._prompt:
            self._loop.call_later(STILL_SOUNDS_S, self._perhaps_down)
        else:
            self._down.set()

    def give_way(self) -> None:
        """Another capture begins, whose shield is up already."""
        self._take_down(shield=True)
        self._down.set()

    def _take_down(self, *, shield: bool = False) -> None:
        if self._line.listener is not self:
            return
        self._line.listener = self._leg
        self._prompt.clear()
        if not shield:
            self._line.shield(False)
            self._shown.show(self.capture_id, None)
        self._loop.call_later(WITHIN_S, self._line.forget_keys)

    # --- the line (LineListener) ------------------------------------------------------------

    def line_said(self, frame: Samples) -> None:
        self._leg.line_said(frame if self._spec.talk else silence(len(frame) * 50))

    def line_wants(self) -> Samples | None:
        of_leg = self._leg.line_wants()  # also while nobody hears it, or it would be heard late
        return self._prompt.popleft() if self._prompt else of_leg

    def line_pressed(self, digit: str, way: Way, duration_ms: int) -> None:
        if self._ended or self._over.done():
            return
        self._prompt.clear()
        self._carry_out(self._machine.press(digit, self._loop.time()))

    def line_held(self, held: bool) -> None:
        self._leg.line_held(held)

    def line_over(self, slug: str) -> None:
        self._leg.line_over(slug)

    def _play(self, names: tuple[str, ...]) -> None:
        self._prompt.clear()
        for name in names:
            self._prompt.extend(prompts.frames_of(name))
