"""The agent's line to the SIP leg: who the caller is, signs of life, keys, the end of the call."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

from livekit import rtc

from agents.skills.digits import Collected, DigitCollector
from gateway.calls.leg_commands import ROLE
from gateway.calls.participants import CALL_ID
from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

ALIVE_TOPIC, HUSH_TOPIC, HANGUP_TOPIC = "gateway.alive", "gateway.hush", "gateway.hangup"
ALIVE_EVERY_S = 1.0
STATUS = "sip.callStatus"

_log = get_logger(__name__)


def is_caller(participant: rtc.RemoteParticipant) -> bool:
    """A SIP leg, or a person in a browser; not another agent or a recorder, nor a human who was called in."""
    return not participant.attributes.get(ROLE) and participant.kind in (
        rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
        rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
    )


async def find_caller(room: rtc.Room, *, within_s: float) -> rtc.RemoteParticipant:
    """The caller, who may arrive after us; raises Unavailable when nobody comes."""
    arrived: asyncio.Future[rtc.RemoteParticipant] = asyncio.get_running_loop().create_future()

    def look(participant: rtc.RemoteParticipant) -> None:
        if is_caller(participant) and not arrived.done():
            arrived.set_result(participant)

    room.on("participant_connected", look)
    try:
        for participant in room.remote_participants.values():
            look(participant)
        async with asyncio.timeout(within_s):
            return await arrived
    except TimeoutError as error:
        raise Unavailable("no caller came to the room") from error
    finally:
        room.off("participant_connected", look)


class CallerLine:
    """One caller of one room."""

    def __init__(self, room: rtc.Room, caller: rtc.RemoteParticipant) -> None:
        self._room = room
        self.caller = caller
        self.left = asyncio.Event()
        self._answered = asyncio.Event()
        self._tasks = TaskSet()
        room.on("participant_disconnected", self._participant_left)
        room.on("disconnected", lambda reason: self.left.set())
        room.on("participant_attributes_changed", self._attributes_changed)
        self._note_status()

    @property
    def call_id(self) -> str:
        return self.caller.attributes.get(CALL_ID, "")

    def start(self) -> None:
        """Signs of life, from now until `close`."""
        self._tasks.start(self._stay_alive(), name="agent:alive")

    async def answered(self) -> None:
        """Returns when the caller can hear us: at once for who is no telephone."""
        await self._answered.wait()

    async def hush(self) -> None:
        """We have fallen silent: what is still on its way to the phone need not be heard."""
        await self._send(HUSH_TOPIC, "1", reliable=False)

    async def ask_hangup(self, reason: str) -> None:
        """Tells the SIP node to end the call."""
        await self._send(HANGUP_TOPIC, json.dumps({"reason": reason}), reliable=True)

    async def close(self) -> None:
        await self._tasks.close()

    async def _stay_alive(self) -> None:
        while not self.left.is_set():
            await self._send(ALIVE_TOPIC, "1", reliable=False)
            await asyncio.sleep(ALIVE_EVERY_S)

    async def _send(self, topic: str, payload: str, *, reliable: bool) -> None:
        try:
            await self._room.local_participant.publish_data(
                payload, reliable=reliable, destination_identities=[self.caller.identity], topic=topic
            )
        except rtc.participant.PublishDataError:
            _log.warning("packet_not_sent", topic=topic)  # the room reconnects, or the call is over

    def _participant_left(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == self.caller.identity:
            self.left.set()

    def _attributes_changed(self, changed: dict[str, str], participant: rtc.Participant) -> None:
        if participant.identity == self.caller.identity:
            self._note_status()

    def _note_status(self) -> None:
        is_sip = self.caller.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP
        if not is_sip or self.caller.attributes.get(STATUS) == "active":
            self._answered.set()


class Keypad:
    """Keys of this caller, and of nobody else in the room, into the collector; `on_free_key` gets those that nobody
    asked for, `takes` sees each first and may keep it. Nothing else happens while it is not `heeded`."""

    def __init__(
        self,
        room: rtc.Room,
        caller: rtc.RemoteParticipant,
        collector: DigitCollector,
    ) -> None:
        self._caller = caller
        self._collector = collector
        self._first_key = asyncio.Event()
        self.collected: asyncio.Queue[Collected] = asyncio.Queue(maxsize=8)
        self.on_first_key = lambda: None
        self.on_free_key: Callable[[str], None] = lambda digit: None
        self.takes: Callable[[str], bool] = lambda digit: False
        self.heeded = True
        self._timer: asyncio.TimerHandle | None = None
        room.on("sip_dtmf_received", self._pressed)

    def expect(self, count: int) -> None:
        self._collector.arm(count, time.monotonic())
        self._set_timer()

    def stop(self) -> None:
        self._collector.disarm()
        self._set_timer()

    def _pressed(self, key: rtc.SipDTMF) -> None:
        if key.participant is None or key.participant.identity != self._caller.identity:
            return
        if self.takes(key.digit) or not self.heeded:
            return
        if self._collector.deadline is None:
            self.on_free_key(key.digit)
        if self._collector.untouched:
            self.on_first_key()
        self._deliver(self._collector.press(key.digit, time.monotonic()))

    def _expired(self) -> None:
        self._timer = None
        self._deliver(self._collector.expire(time.monotonic()))

    def _deliver(self, collected: Collected | None) -> None:
        self._set_timer()
        if collected is not None and not self.collected.full():
            self.collected.put_nowait(collected)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (deadline := self._collector.deadline) is not None:
            delay = max(deadline - time.monotonic(), 0) + 0.01
            self._timer = asyncio.get_running_loop().call_later(delay, self._expired)
