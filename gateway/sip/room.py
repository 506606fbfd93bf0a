"""The leg's place in its LiveKit room: join, publish, hear the others, data packets, leave."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Collection
from typing import Protocol

from livekit import rtc
from livekit.rtc.participant import PublishDTMFError, PublishTrackError

from gateway.calls import signed_commands
from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.livekit.own_events import only_its_room
from gateway.sip import agent_watch
from gateway.sip.attributes import STATUS
from gateway.sip.birth import OPEN, Routes
from gateway.sip.caller_audio import CallerAudio
from gateway.sip.company import keeps_company, may_keep_company
from gateway.sip.ducking import Ducking
from gateway.sip.mixer import Everybody, Mixer
from gateway.sip.own_attributes import OwnAttributes
from gateway.sip.remote_voices import RemoteVoices
from gateway.sip.room_return import RoomReturn
from gateway.sip.rtp.digits import KEYS
from gateway.sip.rtp.g711 import SAMPLE_RATE, Samples

HANGUP_TOPIC = "gateway.hangup"
JOIN_WITHIN_S = 5.0
LEAVE_WITHIN_S = 3.0
GOODBYE_WITHIN_S = 1.0
SETTLED_S = 1.0  # after which LiveKit writes nothing older
LEAVING = TaskSet()  # of all legs: it outlasts them
DIGITS_WAITING = 64

_CLOSED = {
    rtc.DisconnectReason.PARTICIPANT_REMOVED,
    rtc.DisconnectReason.ROOM_DELETED,
    rtc.DisconnectReason.ROOM_CLOSED,
    rtc.DisconnectReason.DUPLICATE_IDENTITY,
}

_log = get_logger(__name__)


class RoomListener(Protocol):
    """What a leg wants to know of its room."""

    def audio_published(self) -> None:
        """Somebody is about to speak: time to answer."""

    def agent_heard(self, identity: str) -> None:
        """Audio reaches us that is not a person's."""

    def agent_alive(self, identity: str) -> None: ...

    def participant_left(self, identity: str, *, is_agent: bool) -> None: ...

    def hangup_asked(self, reason: str) -> None: ...

    def digit_asked(self, digit: str) -> None:
        """Somebody wants a key sent to the phone."""

    def room_back(self) -> None:
        """The connection was away for a moment."""

    def room_joined_anew(self) -> None:
        """After `room_back`: the room as it was, or one without anybody, since LiveKit died or somebody deleted it."""

    def room_gone(self, slug: str) -> None:
        """`room_closed` or `room_lost`."""


class RoomLink:
    def __init__(
        self, url: str, token: str, listener: RoomListener, *, frame_rate: int = SAMPLE_RATE, routes: Routes = OPEN
    ) -> None:
        """`routes` hold until somebody says otherwise, from before the first sound of either side."""
        self._url = url
        self._token = token
        self._listener = listener
        self._room = rtc.Room()
        self._audio = CallerAudio(frame_rate)
        self._mixer = Mixer(frame_rate)
        self._ducking = Ducking()
        self.hear(routes.hears)
        self.speak(routes.speaks)
        self._tasks = TaskSet()
        self._own = OwnAttributes()
        self._voices = RemoteVoices(self._room, self._mixer, frame_rate, self._tasks)
        self._joining: asyncio.Future[None] | None = None
        self._digits: asyncio.Queue[str] = asyncio.Queue(maxsize=DIGITS_WAITING)
        self._leaving = False
        self.relays_digits = False  # keys of other phones in the room are sent on to ours
        self._return = RoomReturn(
            self._room, self._tasks, on_back=self._on_back, on_lost=lambda: self._gone("room_lost"),
            on_anew=self._on_anew,
        )  # fmt: skip
        self.on_command: Callable[[bytes], None] = lambda message: None  # of the control plane, through LiveKit
        self._subscribe_events()

    def _subscribe_events(self) -> None:
        on = self._room.on
        on("track_published", self._on_publication)
        on("track_subscribed", self._on_track)
        on("track_unsubscribed", lambda track, publication, participant: self._voices.drop(track.sid))
        on("participant_attributes_changed", self._on_attributes)
        on("participant_disconnected", self._on_participant_left)
        on("data_received", self._on_packet)
        on("sip_dtmf_received", self._on_digit)
        on("disconnected", self._on_disconnected)

    async def join(self) -> None:
        """In the room, and our track published. Raises Unavailable."""
        # Shielded: an abandoned join would go on in LiveKit's library, and leave a ghost in the room.
        self._joining = asyncio.ensure_future(self._join())
        try:
            async with asyncio.timeout(JOIN_WITHIN_S):
                await asyncio.shield(self._joining)
        except TimeoutError as error:
            raise Unavailable("LiveKit did not let the leg join in time", code="livekit.timeout") from error

    async def _join(self) -> None:
        options = rtc.RoomOptions(auto_subscribe=True, connect_timeout=JOIN_WITHIN_S - 1)
        try:
            await self._room.connect(self._url, self._token, options)
            only_its_room(self._room)
            track = rtc.LocalAudioTrack.create_audio_track("phone", self._audio.source)
            publish = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False, red=False)
            await self._room.local_participant.publish_track(track, publish)
        except (rtc.ConnectError, PublishTrackError) as error:
            raise Unavailable("LiveKit did not let the leg join", code="livekit.join") from error
        self._return.joined()
        for participant in self._room.remote_participants.values():  # they were there before us
            for publication in participant.track_publications.values():
                self._on_publication(publication, participant)
        self._tasks.start(self._press_waiting(), name="leg:digits")

    def caller_said(self, frame: Samples) -> None:
        self._audio.put(frame)
        if self._audio.speaking and self._mixer.has_agent:
            self._ducking.hear(frame)

    def mix(self) -> Samples:
        """The next 20 ms of everybody who is heard; an agent is quieter while the phone's user speaks."""
        if not self._mixer.has_agent:
            return self._mixer.mix()
        frame = self._mixer.mix(self._ducking.gain)
        self._ducking.played(frame)
        return frame

    def hear(self, who: Everybody | Collection[str]) -> None:
        """Whom the phone hears from the next frame on: ALL, or exactly these identities. Raises BadInput."""
        self._mixer.hear(who)

    def speak(self, on: bool) -> None:
        """Whether the room hears the phone from the next frame on."""
        self._audio.speak(on)

    def press(self, digit: str) -> None:
        """A key of the caller's, told to the room; keys keep their order."""
        try:
            self._digits.put_nowait(digit)
        except asyncio.QueueFull:
            _log.warning("digit_dropped_room_slow")

    async def _press_waiting(self) -> None:
        while True:
            digit = await self._digits.get()
            try:
                await self._room.local_participant.publish_dtmf(code=KEYS.index(digit), digit=digit.lower())
            except PublishDTMFError:
                _log.warning("digit_not_published")

    async def set_status(self, status: str, others: dict[str, str] | None = None) -> None:
        """`sip.callStatus` (dialing, ringing, automation, active, hangup), and other attributes with it."""
        await self.set_attributes({**(others or {}), STATUS: status})
        if status == "active":
            self._tasks.start(self._tell_again(), name="leg:attributes-again")

    async def _tell_again(self) -> None:
        await asyncio.sleep(SETTLED_S)
        if self._room.isconnected():
            await self._own.tell_again(self._room.local_participant)

    async def set_attributes(self, attributes: dict[str, str]) -> None:
        """Of our own participant; an empty value takes one away. While the connection is away they wait."""
        await self._own.tell(attributes, self._room.local_participant if self._room.isconnected() else None)

    @property
    def participant_id(self) -> str:
        return self._room.local_participant.sid if self._room.isconnected() else ""

    @property
    def attributes(self) -> dict[str, str]:
        """Of our own participant, as the room has them, or had when we were last in it; whoever may can change them."""
        return dict(self._room.local_participant.attributes) if self._return.has_joined else {}

    def has_company(self) -> bool:
        """A person is there whom the phone may hear."""
        others = self._room.remote_participants if self._room.isconnected() else {}
        heard = (others.get(identity) for identity in self._mixer.audible())
        return any(keeps_company(one.kind, one.attributes) for one in heard if one is not None)

    def _on_attributes(self, changed: dict[str, str], participant: rtc.Participant) -> None:
        self._own.heed_change()
        self._voices.heed_attributes(participant)

    def _on_publication(self, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        if publication.kind == rtc.TrackKind.KIND_AUDIO and self._voices.are_for_us(participant):
            self._listener.audio_published()

    def _on_track(
        self, track: rtc.Track, publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if track.kind != rtc.TrackKind.KIND_AUDIO:
            return
        if self._voices.take(track, publication, participant) and not may_keep_company(participant.kind):
            self._listener.agent_heard(participant.identity)

    def _on_participant_left(self, participant: rtc.RemoteParticipant) -> None:
        self._voices.forget(participant)
        is_agent = participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        self._listener.participant_left(participant.identity, is_agent=is_agent)

    def _on_packet(self, packet: rtc.DataPacket) -> None:
        if packet.participant is None:
            if packet.topic == signed_commands.TOPIC:
                self.on_command(packet.data)
            return
        if packet.topic == agent_watch.HUSH_TOPIC:
            self._mixer.hush(packet.participant.identity)
        elif packet.topic == agent_watch.TOPIC:
            self._listener.agent_alive(packet.participant.identity)
        elif packet.topic == HANGUP_TOPIC:
            self._listener.hangup_asked(_reason_in(packet.data))

    def _on_digit(self, key: rtc.SipDTMF) -> None:
        sender = key.participant
        if sender and sender.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP and not self.relays_digits:
            return  # LiveKit tells everybody; what one phone keys in is no business of another's
        digit = key.digit.upper()
        if digit in KEYS and len(digit) == 1:
            self._listener.digit_asked(digit)

    def _on_anew(self) -> None:
        self._listener.room_joined_anew()

    def _on_back(self) -> None:
        self._tasks.start(self.set_attributes({}), name="leg:attributes")  # what could not be told meanwhile
        self._listener.room_back()

    def _on_disconnected(self, reason: rtc.DisconnectReason.ValueType) -> None:
        self._gone("room_closed" if reason in _CLOSED else "room_lost")

    def _gone(self, slug: str) -> None:
        self._return.stop_waiting()
        if not self._leaving:
            self._listener.room_gone(slug)

    @property
    def stats(self) -> dict[str, float]:
        return {"to_room_dropped": self._audio.dropped, "from_room_dropped": self._mixer.dropped}

    async def leave(self, reason: rtc.DisconnectReason.ValueType = rtc.DisconnectReason.CLIENT_INITIATED) -> None:
        """Leaves the room, even one that is just being joined or whose connection is away.

        That may take longer than anybody waits for. It is done nevertheless, or LiveKit's library would go on by itself
        and leave a ghost in the room, for whom a caller could not be given back."""
        self._leaving = True
        self._return.stop_waiting()
        going = LEAVING.start(self._go(reason), name="room:leave")
        done, _ = await asyncio.wait([going], timeout=LEAVE_WITHIN_S)
        if not done:
            _log.warning("room_left_late")
        await self._tasks.close()
        await self._audio.close()

    async def _go(self, reason: rtc.DisconnectReason.ValueType) -> None:
        if self._joining:
            await asyncio.wait([self._joining])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_WITHIN_S):
                await self.set_status("hangup")
        await self._room.disconnect(reason=reason)


def _reason_in(raw: bytes) -> str:
    try:
        body = json.loads(raw)
    except ValueError:
        return "completed"
    reason = body.get("reason") if isinstance(body, dict) else None
    return reason if isinstance(reason, str) else "completed"
