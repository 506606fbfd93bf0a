"""One inbound call from its INVITE to its end."""

from __future__ import annotations

import asyncio
import secrets

from gateway.calls.admission import LegPolicy
from gateway.calls.facts import InviteReceived, InviteRefused, LegJoined, LegLeft
from gateway.kernel.errors import Overloaded, Unavailable
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.attributes import header_attributes, leg_attributes
from gateway.sip.bus.io_info import CallAsked, PinWanted, RuleFound
from gateway.sip.call_state import CallState
from gateway.sip.caller_words import without_verdicts
from gateway.sip.door import Door
from gateway.sip.endings import Challenged, Ending, Turned, ending
from gateway.sip.gate import Admitted
from gateway.sip.invite import asked_of, clean, identity_of, new_leg_id, numbers_of
from gateway.sip.leg import LiveLeg
from gateway.sip.leg_audio import LegAudio
from gateway.sip.line import NoListener, PhoneLine
from gateway.sip.room import RoomLink
from gateway.sip.room_token import sip_participant_token
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.g711 import SAMPLE_RATE
from gateway.sip.services import NodeServices
from gateway.sip.steps import Steps
from gateway.sip.transfers import TransferState, bye_means
from gateway.sip.wire.calls import Headers
from gateway.sip.wire.sdp import MediaPolicy, SdpRefusal, choose
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import IncomingCall

BYE_WITHIN_S = 2.0
KEY_BYTES = 30  # of an SDES key and its salt
WIDEST = MediaPolicy(("PCMU", "PCMA", "G722"), "allow")  # what no trunk could take is refused before anything is asked

_log = get_logger(__name__)


class InboundCall:
    """`run` returns when the call is over and everything it held is free again."""

    def __init__(self, call: IncomingCall, services: NodeServices) -> None:
        self.call_id = new_id("call")
        self.leg_id = new_leg_id()
        self._call = call
        self._services = services
        self._numbers = numbers_of(call)
        self._steps = Steps(call.received_at)
        self._door = Door(self.call_id, call, services, self._steps)
        self._tasks = TaskSet()
        self._over: asyncio.Future[Ending | None] = asyncio.get_running_loop().create_future()
        self._admitted = False
        self._rtp: RtpEndpoint | None = None
        self._leg: LiveLeg | None = None
        self.transfer: TransferState = "none"
        call.on_cancelled = lambda: self.end(ending("caller_cancelled", "caller"))
        call.on_bye = self._on_bye
        call.on_ack_timeout = lambda: self.end(ending("ack_timeout"))

    @property
    def source(self) -> str:
        return self._call.source[0]

    @property
    def is_setting_up(self) -> bool:
        return not self._call.was_answered and (self._leg is None or not self._leg.is_in_room)

    @property
    def admitted(self) -> bool:
        return self._admitted

    @property
    def slug(self) -> str:
        """How it ended; empty until then, and for a call that was asked for its password."""
        how = self._over.result() if self._over.done() else None
        return how.slug if how else ""

    @property
    def leg(self) -> LiveLeg | None:
        return self._leg

    @property
    def dialog(self) -> IncomingCall:
        return self._call

    @property
    def own_user(self) -> str:
        """Who was called, and so transfers."""
        return self._numbers.dnis

    @property
    def is_outbound(self) -> bool:
        return False

    def extra_headers(self) -> Headers:
        """For BYE and REFER, from the participant's attributes as the trunk maps them."""
        return self._leg.extra_headers() if self._leg else []

    def end(self, how: Ending) -> None:
        """The first ending stands."""
        if not self._over.done():
            self._over.set_result(how)
            if self._leg:
                self._leg.ending = True

    def _on_bye(self) -> None:
        if self._leg is not None and self._leg.falling_back:
            self.end(ending("no_agent", "caller"))
        else:
            bye_means(self.transfer, "caller", self.end)

    async def run(self) -> None:
        self._tasks.start(self._set_up_or_end(), name="call:set-up").add_done_callback(self._set_up_ended)
        try:
            how = await self._over
        finally:  # a node that stops does not wait for the end of every call
            await self._tasks.close()
        if how is not None:
            await self._finish(how)

    async def _set_up_or_end(self) -> None:
        try:
            await self._set_up()
        except Turned as turned:
            self.end(turned.ending)
        except Challenged:
            if not self._over.done():
                self._over.set_result(None)

    def _set_up_ended(self, task: asyncio.Task[None]) -> None:
        """An error of ours ends the call like any other ending; the task set has logged it."""
        if not task.cancelled() and task.exception() is not None:
            self.end(ending("internal_error"))

    async def _set_up(self) -> None:
        self._look_at_offer(WIDEST)
        asked = asked_of(self._call, self.leg_id)
        admitted = await self._services.gate.admit(self._call, asked, self.call_id, self._numbers, self._steps)
        self._admitted = True
        if admitted.admitted_by == "loss_policy":
            self._record_received(admitted)
        self._call.ring()
        self._steps("ringing")
        rule = await self._rule(asked, admitted)
        if rule is None:
            raise Turned(ending("no_rule"))
        self._steps("rules")
        rtp, line = self._open_line(admitted.policy)
        if admitted.challenge:
            await self._door.challenge(line, admitted.challenge)
        if isinstance(rule, PinWanted):
            rule = await self._let_in(line, asked, admitted)
        await self._join(admitted, rule, rtp, line)

    async def _rule(self, asked: CallAsked, admitted: Admitted, pin: str = "") -> RuleFound | PinWanted | None:
        try:
            return await self._services.io_info.rule_for(asked, admitted.trunk_id, {}, pin)
        except Unavailable as error:
            raise Turned(ending("livekit_unavailable")) from error

    async def _let_in(self, line: PhoneLine, asked: CallAsked, admitted: Admitted) -> RuleFound:
        """Asks for the rule's PIN."""

        async def check(pin: str) -> RuleFound | None:
            found = await self._rule(asked, admitted, pin)
            return found if isinstance(found, RuleFound) else None

        return await self._door.rule_pin(line, check)

    def _look_at_offer(self, policy: MediaPolicy) -> int:
        """The sample rate that suits what the phone offers; an INVITE may leave the offer to us."""
        choice = choose(self._call.offer, policy) if self._call.offer else None
        if isinstance(choice, SdpRefusal):
            raise Turned(ending("no_codec"))
        return choice.sample_rate if choice else SAMPLE_RATE

    def _open_line(self, policy: LegPolicy) -> tuple[RtpEndpoint, PhoneLine]:
        media_policy = MediaPolicy(policy.media.codecs, policy.media.encryption)
        frame_rate = self._look_at_offer(media_policy)
        self._rtp = rtp = self._open_rtp(policy.media.timeout_s, frame_rate)
        media = MediaSession(
            self._services.advertised_host, rtp.local_port, session_id=secrets.randbits(31),
            policy=media_policy, key=secrets.token_bytes(KEY_BYTES),
        )  # fmt: skip
        return rtp, PhoneLine(self._call, rtp, media, NoListener(), dtmf=policy.media.dtmf)

    async def _join(self, admitted: Admitted, rule: RuleFound, rtp: RtpEndpoint, line: PhoneLine) -> None:
        livekit = self._services.settings.livekit
        attributes = leg_attributes(
            identity_of(self._call, self.call_id, self.leg_id),
            rule.attributes,
            admitted.attributes,
            self._header_attributes(rule),
        )
        policy = admitted.policy
        leg = LiveLeg(
            self.call_id, self._call, rtp, line, policy, self._services, self._steps, self.end, own_number=self.own_user
        )
        leg.state = CallState(self._services, self.leg_id, clean(self._call.sip_call_id), rule)
        leg.attributes_to_headers = rule.attributes_to_headers
        self._leg = leg
        room = RoomLink(livekit.url, sip_participant_token(livekit, rule, attributes), leg, frame_rate=rtp.frame_rate)
        leg.room = room
        LegAudio(self.call_id, leg, self._services, self._tasks)
        try:
            await room.join()
        except Unavailable as error:
            raise Turned(ending("livekit_unavailable")) from error
        self._steps("joined")
        self._services.facts.record(
            LegJoined,
            self.call_id,
            leg_id=self.leg_id,
            room=rule.room,
            livekit_rule_id=rule.rule_id,
            pii={"identity": rule.identity},
        )
        limits = [limit for limit in (policy.max_duration_s, rule.max_duration_s) if limit]
        waits = [wait for wait in (policy.agent_wait_s, rule.ringing_timeout_s) if wait]
        leg.joined(max_duration_s=min(limits), agent_wait_s=min(waits))

    def _header_attributes(self, rule: RuleFound) -> dict[str, str]:
        headers = ((name, clean(value)) for name, value in without_verdicts(self._call.all_headers))
        hidden = not rule.attributes.get("sip.phoneNumber")
        return header_attributes(headers, rule.headers_to_attributes, rule.include_headers, hidden=hidden)

    def _open_rtp(self, silence: float | None, frame_rate: int) -> RtpEndpoint:
        silence, source = silence or self._services.settings.sip.media_timeout_s, self._call.source[0]
        try:
            return RtpEndpoint(
                self._services.ports, silence_after_s=silence, signalling_host=source, frame_rate=frame_rate
            )
        except Overloaded as error:
            raise Turned(ending("over_capacity")) from error

    def _record_received(self, admitted: Admitted) -> None:
        self._services.facts.record(
            InviteReceived,
            self.call_id,
            livekit_trunk_id=admitted.trunk_id,
            sip_call_id=clean(self._call.sip_call_id),
            transport=self._call.transport,
            node=self._services.node,
            admitted_by="loss_policy",
            pii=self._numbers,
        )

    async def _finish(self, how: Ending) -> None:
        leg = self._leg
        answered = self._call.was_answered or (leg is not None and leg.answered)
        _log.info("call_over", call_id=self.call_id, slug=how.slug, ended_by=how.ended_by, answered=answered)
        self._record_end(how, answered)
        if not answered:
            self._call.reject(how.code, how.phrase, how.headers)
        bye = asyncio.ensure_future(self._call.hangup(self.extra_headers()))
        if leg is not None:
            await leg.close()
        elif self._rtp is not None:
            self._rtp.close()
        await asyncio.wait([bye], timeout=BYE_WITHIN_S)  # it is repeated for longer, but nobody waits for that
        bye.cancel()

    def _record_end(self, how: Ending, answered: bool) -> None:
        facts, leg = self._services.facts, self._leg
        if leg:
            leg.keys.close()
        cancelled = self._admitted and how.slug == "caller_cancelled"
        if answered or cancelled or (leg and leg.is_in_room):
            facts.record(
                LegLeft,
                self.call_id,
                ended_by=how.ended_by,
                slug=how.slug,
                sip_code=None if answered else how.code,
                rtp=leg.stats if leg else {},
            )
        elif not how.recorded:
            record_refusal(self._services, self._call, self.call_id, how)


def record_refusal(services: NodeServices, call: IncomingCall, call_id: str, how: Ending) -> None:
    """A call that got no further than its INVITE, for the call log."""
    services.facts.record(
        InviteRefused,
        call_id,
        sip_call_id=clean(call.sip_call_id),
        transport=call.transport,
        node=services.node,
        sip_code=how.code,
        slug=how.slug,
        ended_by=how.ended_by,
        pii=numbers_of(call),
    )
