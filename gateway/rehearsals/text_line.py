"""A caller's line without a room and without sound: what an agent asks of LiveKit in a call, answered from memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from livekit import rtc
from livekit.agents import APIConnectOptions, tts
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.utils import shortuuid

from agents.channel import HANGUP_TOPIC
from agents.skills.digits import Collected, DigitCollector
from gateway.calls.facts import Fact
from gateway.kernel.clock import SystemClock
from gateway.kernel.ids import new_id

RATE = 8000
F = TypeVar("F", bound=Fact)


class TextCaller:
    """The participant that calls."""

    identity, kind = "sip_rehearsal", rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.track_publications: dict[str, Any] = {}


class TextRoom(rtc.EventEmitter[str]):
    """`hung_up` is told the reason when the agent ends the call."""

    name = "rehearsal"

    def __init__(self, caller: TextCaller, hung_up: Callable[[str], None]) -> None:
        super().__init__()
        self._caller, self._hung_up = caller, hung_up
        self.local_participant = self
        self.remote_participants: dict[str, Any] = {}

    @property
    def room(self) -> TextRoom:
        """As a job has it."""
        return self

    async def publish_data(self, payload: str, *, topic: str = "", **_: object) -> None:
        if topic == HANGUP_TOPIC:
            self._hung_up(json.loads(payload)["reason"])
            self.leave()

    async def delete_room(self) -> None:
        self.leave()

    def leave(self) -> None:
        self.emit("participant_disconnected", self._caller)

    def press(self, digit: str) -> None:
        self.emit("sip_dtmf_received", rtc.SipDTMF(code=0, digit=digit, participant=self._caller))  # type: ignore[arg-type]

    def show(self, **attributes: str) -> None:
        """Attributes of the caller's that have changed."""
        self._caller.attributes |= attributes
        self.emit("participant_attributes_changed", attributes, self._caller)


class KeptFacts:
    """What the agent reports of the call. `told` hears of each."""

    def __init__(self, told: Callable[[Fact], None]) -> None:
        self._told = told
        self._count = 0

    def record(self, fact: type[F], call_id: str, *, at: datetime | None = None, **fields: object) -> F:
        self._count += 1
        known = {"id": new_id("evt"), "call_id": call_id, "source": "rehearsal", "seq": self._count}
        made = fact.model_validate({**known, "at": at or SystemClock().now(), **fields})
        self._told(made)
        return made


class SkippingCollector(DigitCollector):
    """On a clock that is put forward by `skipped` seconds."""

    def __init__(self, skipped: Callable[[], float]) -> None:
        super().__init__()
        self._skipped = skipped

    @property
    def deadline(self) -> float | None:
        due = super().deadline
        return None if due is None else due - self._skipped()

    def arm(self, count: int, now: float) -> None:
        super().arm(count, now + self._skipped())

    def press(self, digit: str, now: float) -> Collected | None:
        return super().press(digit, now + self._skipped())

    def expire(self, now: float) -> Collected | None:
        return super().expire(now + self._skipped())


class NoVoice(tts.TTS):
    """Makes a sentence of one silent frame."""

    def __init__(self) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE, num_channels=1)

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return _Silence(tts=self, input_text=text, conn_options=conn_options)


class _Silence(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=shortuuid("say_"), sample_rate=RATE, num_channels=1, mime_type="audio/pcm", frame_size_ms=20
        )
        output_emitter.push(bytes(2 * RATE // 50))
        output_emitter.flush()
