"""Tells LiveKit how a call goes. Open-source servers throw it away; others show it."""

from __future__ import annotations

import time

from livekit.protocol.sip import SIPCallDirection, SIPCallInfo, SIPCallStatus

from gateway.kernel.errors import Unavailable
from gateway.kernel.logs import get_logger
from gateway.sip.seat import Seat
from gateway.sip.services import NodeServices

_log = get_logger(__name__)


class CallState:
    """Reports in the background; one that cannot be delivered is forgotten."""

    def __init__(
        self, services: NodeServices, leg_id: str, sip_call_id: str, seat: Seat, *, outbound: bool = False
    ) -> None:
        self._services = services
        self._state = SIPCallInfo(
            call_id=leg_id,
            sip_call_id=sip_call_id,
            trunk_id=seat.trunk_id,
            dispatch_rule_id=seat.rule_id,
            room_name=seat.room,
            participant_identity=seat.identity,
            call_direction=SIPCallDirection.SCD_OUTBOUND if outbound else SIPCallDirection.SCD_INBOUND,
            created_at_ns=time.time_ns(),
        )

    def joined(self) -> None:
        self._state.call_status = SIPCallStatus.SCS_PARTICIPANT_JOINED
        self._tell()

    def dialled(self, sip_call_id: str) -> None:
        """The INVITE of a call out has left; told with what comes next."""
        self._state.sip_call_id = sip_call_id

    def answered(self, codec: str) -> None:
        self._state.call_status = SIPCallStatus.SCS_ACTIVE
        self._state.started_at_ns = time.time_ns()
        self._state.audio_codec = codec
        self._tell()

    def failed(self, sip_code: int | None, reason: str) -> None:
        """A call out that was not answered; `ended` follows."""
        self._state.error = reason
        if sip_code:
            self._state.call_status_code.code = sip_code  # pyright: ignore[reportAttributeAccessIssue]
            self._state.call_status_code.status = reason

    def ended(self) -> None:
        self._state.call_status = SIPCallStatus.SCS_DISCONNECTED
        self._state.ended_at_ns = time.time_ns()
        self._tell()

    def _tell(self) -> None:
        now = SIPCallInfo()
        now.CopyFrom(self._state)
        self._services.background.start(self._send(now), name="call:state")

    async def _send(self, state: SIPCallInfo) -> None:
        try:
            await self._services.io_info.tell_state(state)
        except Unavailable as error:
            _log.info("call_state_not_told", code=error.code)
