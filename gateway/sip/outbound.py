"""One call out from the request for it to its end: `CreateSIPParticipant`.

admission → room joined (dialing) → INVITE → 18x (ringing, early sound) → 200 (automation, active) → BYE
"""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import suppress

from livekit import rtc

from gateway.calls.admission import AdmissionVerdict, MediaTerms
from gateway.calls.facts import DialProgress, DialSent, LegAnswered, LegJoined
from gateway.kernel.errors import BadInput, Overloaded, Unavailable
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet
from gateway.sip.attributes import LegIdentity, dialog_attributes, header_attributes, outbound_attributes
from gateway.sip.birth import routes_at_birth
from gateway.sip.bus.sip_internal import DialAsked
from gateway.sip.call_state import CallState
from gateway.sip.dial_headers import of_attributes
from gateway.sip.dial_media import terms_within
from gateway.sip.dial_plan import DialPlan, signed
from gateway.sip.endings import Ending, Turned, ending, failed_dial
from gateway.sip.invite import clean
from gateway.sip.leg_audio import LegAudio
from gateway.sip.line import Dtmf, PhoneLine
from gateway.sip.outbound_leg import OutboundLeg
from gateway.sip.outbound_record import record_end
from gateway.sip.outbound_services import OutboundServices
from gateway.sip.redirect import redirect_of, redirected
from gateway.sip.room import RoomLink
from gateway.sip.room_token import sip_participant_token
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.g711 import SAMPLE_RATE
from gateway.sip.seat import AskedSeat
from gateway.sip.steps import Steps
from gateway.sip.transfers import TransferState, bye_means
from gateway.sip.wire.calls import CallFailed, Headers
from gateway.sip.wire.sdp import MediaPolicy, SdpRefused
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.ua import OutgoingCall
from gateway.sip.wire.udp import Address

RINGING_TIMEOUT_S = 30.0  # what livekit-api asks for when nobody says how long
END_WITHIN_S = 2.0  # CANCEL and BYE are repeated for longer, but nobody waits for that
SRTP_KEY_BYTES = 30

# The only reasons that LiveKit lets a participant give; anything else is told to the room as CLIENT_INITIATED.
_LEAVE_REASONS = {
    "no_answer": rtc.DisconnectReason.USER_UNAVAILABLE,
    "busy": rtc.DisconnectReason.USER_REJECTED,
    "declined": rtc.DisconnectReason.USER_REJECTED,
}

_log = get_logger(__name__)


class OutboundCall:
    """`run` returns when the call is over and everything it held is free again.

    `settled` is for whoever asked: the participant's id once it is in the room, or once the call is answered if that
    was asked for; else Turned, with how the call ended.
    """

    def __init__(self, asked: DialAsked, plan: DialPlan, services: OutboundServices) -> None:
        self.call_id = new_id("call")
        self.leg_id = asked.leg_id
        self.settled: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked, self._plan, self._services = asked, plan, services
        self._node = services.node
        self._steps = Steps(time.monotonic())
        self._tasks = TaskSet()
        self._over: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._verdict: AdmissionVerdict | None = None
        self._leg: OutboundLeg | None = None
        self._dialog: OutgoingCall | None = None
        self._told: set[int] = set()
        self.transfer: TransferState = "none"

    @property
    def dialog(self) -> OutgoingCall | None:
        """The SIP side, once the INVITE is out."""
        return self._dialog

    @property
    def leg(self) -> OutboundLeg | None:
        return self._leg

    @property
    def is_outbound(self) -> bool:
        return True

    @property
    def own_user(self) -> str:
        return self._plan.from_user

    def extra_headers(self) -> Headers:
        """For BYE and REFER, from the participant's attributes as the request maps them."""
        return of_attributes(self._asked.attributes_to_headers, self._leg.room.attributes if self._leg else {})

    def end(self, how: Ending) -> None:
        """The first ending stands."""
        if not self._over.done():
            self._over.set_result(how)

    def give_up(self) -> None:
        """Whoever asked has stopped waiting for the answer."""
        if not (self._leg and self._leg.answered):
            self.end(ending("no_answer", "callee"))

    async def run(self) -> None:
        self._tasks.start(self._set_up_or_end(), name="dial:set-up").add_done_callback(self._set_up_ended)
        try:
            how = await self._over
        finally:  # a node that stops does not wait for the end of every call
            await self._tasks.close()
        await self._finish(how)

    async def _set_up_or_end(self) -> None:
        try:
            await self._set_up()
        except Turned as turned:
            self.end(turned.ending)
        except CallFailed as failed:
            self.end(failed_dial(failed))

    def _set_up_ended(self, task: asyncio.Task[None]) -> None:
        """An error of ours ends the call like any other ending; the task set has logged it."""
        if not task.cancelled() and task.exception() is not None:
            self.end(ending("internal_error"))

    async def _set_up(self) -> None:
        verdict = self._verdict = await self._services.gate.admit(self.call_id, self._asked, self._plan)
        self._plan = signed(self._plan, verdict.identity_pii)
        self._steps("admission")
        terms = terms_within(verdict.policy.media, self._asked.media)
        media = self._open_media(terms)
        leg = await self._join(verdict, media[0])
        if not self._asked.wait_until_answered:
            self._settle()
        timeout = self._asked.ringing_timeout_s or RINGING_TIMEOUT_S
        ringing = asyncio.get_running_loop().call_later(timeout, self.end, ending("no_answer", "callee"))
        try:
            dialog = await self._dial(leg, *media, terms.dtmf)
            try:
                sdp = await dialog.answered()
            except CallFailed as failed:
                await self._follow(failed)
                dialog = await self._dial(leg, *media, terms.dtmf)
                sdp = await dialog.answered()
            await self._answered(leg, dialog, sdp, verdict.policy.max_duration_s)
        finally:
            ringing.cancel()

    async def _follow(self, failed: CallFailed) -> None:
        """Where a 3xx sends the call, once and if that may be dialled. Raises CallFailed, Turned."""
        target = redirect_of(failed, self._plan)
        if target is None:
            raise failed
        self._node.facts.record(DialProgress, self.call_id, sip_code=failed.code, early_media=False)
        await self._services.gate.admit_transfer(self.call_id, new_id("xfer"), target.dialled, outbound=True)
        self._plan = redirected(self._plan, target)

    def _open_media(self, terms: MediaTerms) -> tuple[RtpEndpoint, MediaSession]:
        node = self._node
        policy = MediaPolicy(terms.codecs, terms.encryption)
        try:
            silence = terms.timeout_s or node.settings.sip.media_timeout_s
            frame_rate = 16000 if terms.codecs[:1] == ("G722",) else SAMPLE_RATE  # what they choose is not known yet
            rtp = RtpEndpoint(node.ports, silence_after_s=silence, frame_rate=frame_rate)
        except Overloaded as error:
            raise Turned(ending("over_capacity")) from error
        session_id, key = secrets.randbits(31), secrets.token_bytes(SRTP_KEY_BYTES)
        return rtp, MediaSession(node.advertised_host, rtp.local_port, session_id=session_id, policy=policy, key=key)

    async def _join(self, verdict: AdmissionVerdict, rtp: RtpEndpoint) -> OutboundLeg:
        asked, livekit = self._asked, self._node.settings.livekit
        seat = AskedSeat(asked.room, asked.identity, asked.name, asked.metadata, asked.trunk_id)
        identity = LegIdentity(self.call_id, self.leg_id, "", "", self._plan.host)
        attributes = outbound_attributes(identity, dict(asked.attributes), verdict.attributes)
        leg = OutboundLeg(self.call_id, rtp, self._node, self._steps, self.end, own_number=self.own_user)
        leg.state = CallState(self._node, self.leg_id, "", seat, outbound=True)
        token = asked.token or sip_participant_token(livekit, seat, attributes)
        url, routes = asked.livekit_url or livekit.url, routes_at_birth(asked.attributes)
        leg.room = RoomLink(url, token, leg, frame_rate=rtp.frame_rate, routes=routes)
        LegAudio(self.call_id, leg, self._node, self._tasks)
        self._leg = leg
        try:
            await leg.room.join()
        except Unavailable as error:
            raise Turned(ending("livekit_unavailable")) from error
        self._steps("joined")
        pii = {"identity": asked.identity}
        self._node.facts.record(LegJoined, self.call_id, leg_id=self.leg_id, room=asked.room, pii=pii)
        leg.joined(ringback_for=self._plan.dialled if asked.play_dialtone else None)
        return leg

    async def _dial(self, leg: OutboundLeg, rtp: RtpEndpoint, media: MediaSession, dtmf: Dtmf) -> OutgoingCall:
        """The INVITE is out when this returns; what may come back at once finds its listeners set."""
        try:
            addresses = await self._services.hosts.of(self._plan.host, self._plan.port, self._plan.transport)
            self._steps("resolved")
            dialog = await self._invite(addresses, media.offer())
        except (Unavailable, OSError, TimeoutError) as error:
            _log.info("dial_not_sent", call_id=self.call_id, error=type(error).__name__)
            raise Turned(ending("unreachable", "carrier")) from error
        except (BadInput, ValueError) as error:
            raise Turned(ending("bad_dial_request")) from error
        self._dialog = dialog
        rtp.signalling_host = dialog.hop.address[0]  # a phone behind a NAT sends from there
        leg.line = PhoneLine(dialog, rtp, media, leg, dtmf=dtmf)
        dialog.on_bye = lambda: bye_means(self.transfer, "callee", self.end)
        dialog.on_progress = lambda status, sdp, headers: self._progress(leg, status, sdp)
        leg.tell("dialing", dialog_attributes(dialog.sip_call_id, dialog.local_tag))
        leg.state.dialled(dialog.sip_call_id)
        self._node.facts.record(DialSent, self.call_id, sip_call_id=dialog.sip_call_id, transport=dialog.hop.transport)
        return dialog

    async def _invite(self, addresses: list[Address], offer: bytes) -> OutgoingCall:
        """To the first address that takes a connection; whoever does not answer a datagram is not called elsewhere."""
        *others, last = addresses
        for address in others:
            with suppress(OSError, TimeoutError):
                return await self._invite_at(address, offer)
        return await self._invite_at(last, offer)

    async def _invite_at(self, address: Address, offer: bytes) -> OutgoingCall:
        plan, asked = self._plan, self._asked
        return await self._services.agent.call(
            plan.request_uri,
            offer_sdp=offer,
            from_user=plan.from_user,
            from_host=plan.from_host,
            display_name=plan.display_name,
            to_uri=plan.to_uri,
            headers=plan.headers,
            credentials=(asked.username, asked.password) if asked.username else None,
            transport=plan.transport,
            address=address,
            server_name=plan.host if plan.transport == "tls" else "",
        )

    def _progress(self, leg: OutboundLeg, status: int, sdp: bytes) -> None:
        early = bool(sdp) and self._take_early(leg, sdp)
        if status not in self._told:
            self._node.facts.record(DialProgress, self.call_id, sip_code=status, early_media=early)
        if status in (180, 183) and not self._told & {180, 183}:
            self._steps("ringing")
            leg.tell("ringing")
        self._told.add(status)

    def _take_early(self, leg: OutboundLeg, sdp: bytes) -> bool:
        """Sound before the answer; one that cannot be understood waits for the answer to say better."""
        try:
            leg.line.take(sdp)
        except (SdpRefused, BadInput):
            return False
        self._steps("early_media")
        return True

    async def _answered(self, leg: OutboundLeg, dialog: OutgoingCall, sdp: bytes, max_duration_s: float) -> None:
        headers = ((name, clean(value)) for name, value in dialog.response_headers)
        attributes = header_attributes(headers, dict(self._asked.headers_to_attributes), self._asked.include_headers)
        self._steps("answered")
        try:
            await leg.answer(sdp, max_duration_s=max_duration_s, keys=self._plan.dtmf, attributes=attributes)
        except (SdpRefused, BadInput) as error:
            raise Turned(ending("no_codec")) from error
        setup_ms = dict(self._steps.done)
        self._node.facts.record(LegAnswered, self.call_id, codec=leg.line.codec, setup_ms=setup_ms)
        self._settle()

    def _settle(self) -> None:
        if not self.settled.done():
            self.settled.set_result(self._leg.room.participant_id if self._leg else "")

    # --- the end ----------------------------------------------------------------------------

    async def _finish(self, how: Ending) -> None:
        leg, dialog = self._leg, self._dialog
        answered = leg is not None and leg.answered
        _log.info("call_over", call_id=self.call_id, slug=how.slug, ended_by=how.ended_by, answered=answered)
        record_end(self._node, self.call_id, self._plan, leg, how, admitted=self._verdict is not None)
        if answered:
            self._settle()  # hung up before whoever asked was told
        if not self.settled.done():
            self.settled.set_exception(Turned(how))
            self.settled.exception()  # whoever asked may be gone
        bye = asyncio.ensure_future(dialog.hangup(self.extra_headers())) if dialog else None
        if leg is not None:
            by_us = rtc.DisconnectReason.CLIENT_INITIATED
            await leg.close(by_us if answered else _LEAVE_REASONS.get(how.slug, by_us))
        if bye is not None:
            await asyncio.wait([bye], timeout=END_WITHIN_S)
            bye.cancel()
