"""The phone of a leg, its dialog and its audio as one thing: moves, hold both ways, keys by whatever method."""

from __future__ import annotations

import asyncio
from itertools import cycle
from typing import Literal, Protocol

from gateway.kernel.errors import BadInput
from gateway.kernel.logs import get_logger
from gateway.sip import prompts
from gateway.sip.rtp.digit_merger import DigitMerger, Way
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.frames import SILENCE
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.info_digits import RELAY, read_info, write_info
from gateway.sip.wire.calls import CallFailed, Refusal
from gateway.sip.wire.in_dialog import CallInDialog
from gateway.sip.wire.sdp import SdpRefused
from gateway.sip.wire.sdp_session import MediaSession

Dtmf = Literal["auto", "rfc4733", "info", "inband"]
PAUSE = "W"
PAUSE_S = 0.5

_log = get_logger(__name__)


class LineListener(Protocol):
    """What a leg wants to know of its phone."""

    def line_said(self, frame: Samples) -> None:
        """20 ms for the room: the caller's, or silence while either side holds."""

    def line_wants(self) -> Samples | None:
        """The next 20 ms for the phone; nobody hears them while either side holds."""

    def line_pressed(self, digit: str, way: Way, duration_ms: int) -> None:
        """One press, by whatever methods it came."""

    def line_held(self, held: bool) -> None:
        """The phone's side holds, or is back."""

    def line_over(self, slug: str) -> None:
        """`media_timeout`, `no_codec` or `session_lost`."""


class NoListener:
    """Before anybody wants to know."""

    def line_said(self, frame: Samples) -> None: ...

    def line_wants(self) -> Samples | None:
        return SILENCE

    def line_pressed(self, digit: str, way: Way, duration_ms: int) -> None: ...

    def line_held(self, held: bool) -> None: ...

    def line_over(self, slug: str) -> None: ...


class PhoneLine:
    """Takes over the callbacks of `call` and `rtp`. Offers and answers are those of `media`.

    Before the answer: `describe` for a 200 of ours, `take` for theirs (early media too). `dtmf` is how keys are sent;
    they are taken by every method, tones only where the phone has none better or the trunk says so.
    """

    def __init__(
        self, call: CallInDialog, rtp: RtpEndpoint, media: MediaSession, listener: LineListener, *, dtmf: Dtmf = "auto"
    ) -> None:
        self._call, self._rtp, self._media, self._dtmf = call, rtp, media, dtmf
        self.listener = listener  # another may take the line over
        self._loop = asyncio.get_running_loop()
        self._merger = DigitMerger()
        self._keys = asyncio.Lock()  # in the order they were asked for
        self._music = cycle(prompts.frames_of(prompts.HOLD_MUSIC))
        self._theirs_holds = False
        self.holding = False  # we hold
        call.on_reinvite = self._on_offer
        call.on_late_answer = self._on_late_answer
        call.on_info = self._on_info
        call.on_lost = lambda: self.listener.line_over("session_lost")
        rtp.on_frame = self._on_frame
        rtp.on_digit = lambda digit, ms: self._pressed(digit, "rfc4733", ms)
        rtp.on_tone = lambda digit, ms: self._pressed(digit, "inband", ms)
        rtp.on_silence = lambda: self.listener.line_over("media_timeout")
        rtp.pull = self._next_frame

    # -- offer and answer -------------------------------------------------------------------------------------

    def describe(self, offer: bytes | None) -> bytes:
        """Our half for a 200: the answer to `offer`, or an offer of ours. Raises SdpRefused, BadInput."""
        if offer is None:
            return self._media.offer()
        answer = self._media.answer(offer)
        self._settled()
        return answer

    def take(self, sdp: bytes) -> None:
        """Their answer to an offer of ours. Raises SdpRefused, BadInput."""
        self._media.take_answer(sdp)
        self._settled()

    @property
    def codec(self) -> str:
        """Empty until offer and answer are settled."""
        return self._media.choice.codec if self._media.choice else ""

    @property
    def is_encrypted(self) -> bool:
        return self._media.choice is not None and self._media.choice.crypto is not None

    def _settled(self) -> None:
        choice = self._media.choice
        assert choice is not None
        self._rtp.retarget(choice)
        listens = self._dtmf == "inband" or (self._dtmf == "auto" and choice.telephone_event_pt is None)
        self._rtp.watch_tones(listens)
        if choice.on_hold != self._theirs_holds:
            self._theirs_holds = choice.on_hold
            self.listener.line_held(choice.on_hold)

    def _on_offer(self, offer: bytes | None) -> bytes | Refusal:
        try:
            return self.describe(offer)
        except (SdpRefused, BadInput):
            return Refusal(488)

    def _on_late_answer(self, sdp: bytes) -> None:
        try:
            self.take(sdp)
        except (SdpRefused, BadInput):
            self.listener.line_over("no_codec")

    # -- hold of ours -----------------------------------------------------------------------------------------

    async def hold(self) -> None:
        """Music for the phone and silence for the room, at once; the phone is told, if it understands."""
        await self._set_hold(True)

    async def resume(self) -> None:
        await self._set_hold(False)

    async def _set_hold(self, on: bool) -> None:
        if self.holding is on:
            return
        self.holding = on
        self._media.willing = "sendonly" if on else "sendrecv"
        try:
            self.take(await self._call.reinvite(self._media.offer()))
        except (CallFailed, SdpRefused, BadInput) as error:  # the audio is what counts, and that is held here
            _log.info("hold_not_signalled", on=on, error=type(error).__name__)

    # -- audio ------------------------------------------------------------------------------------------------

    def _on_frame(self, frame: Samples, at: float) -> None:
        if not (self.holding or self._theirs_holds):
            self.listener.line_said(frame)

    def _next_frame(self) -> Samples | None:
        wanted = self.listener.line_wants()  # also while nobody hears it, or its end would be heard after the hold
        if not (self.holding or self._theirs_holds):
            return wanted
        self.listener.line_said(SILENCE)  # ears in the room go on hearing that nothing is said
        return next(self._music) if self.holding else None

    # -- keys -------------------------------------------------------------------------------------------------

    def shield(self, on: bool) -> None:
        """Whether keys are looked for as tones whatever the phone can, and nobody in the room hears any part of one."""
        self._rtp.hide_tones(on)

    @property
    def key_sounds(self) -> bool:
        """A tone is on; known only under the shield, and where tones are looked for."""
        return self._rtp.tone_sounds

    def forget_keys(self) -> None:
        """Those that nobody tells of again."""
        self._merger.forget(self._loop.time())

    def _on_info(self, kind: str, body: bytes) -> int:
        pressed = read_info(kind, body)
        if pressed is None:
            return 415
        self._pressed(pressed.digit, "info", pressed.duration_ms)
        return 200

    def _pressed(self, digit: str, way: Way, duration_ms: int) -> None:
        if self._merger.take(digit, way, self._loop.time()):
            self.listener.line_pressed(digit, way, duration_ms)

    async def press(self, digits: str, tone_ms: int, gap_ms: int) -> None:
        """Sends keys, `w` being a pause of half a second. Raises Unavailable, BadInput, Overloaded."""
        way = self._dtmf
        if way == "auto":
            way = "rfc4733" if self._rtp.takes_events else "inband"
        async with self._keys:
            if way == "rfc4733":
                await self._rtp.send_digits(digits, tone_ms, gap_ms)
            elif way == "inband":
                await self._rtp.send_tones(digits, tone_ms, gap_ms)
            else:
                await self._press_by_info(digits, tone_ms, gap_ms)

    async def _press_by_info(self, digits: str, tone_ms: int, gap_ms: int) -> None:
        for digit in digits.upper().replace(",", PAUSE):
            if digit == PAUSE:
                await asyncio.sleep(PAUSE_S)
                continue
            body = write_info(digit, tone_ms)
            await self._call.send_info(RELAY, body)
            await asyncio.sleep((tone_ms + gap_ms) / 1000)
