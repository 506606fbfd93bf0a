"""Serves `CreateSIPParticipant`: any LiveKit client dials through this node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.kernel.errors import Overloaded
from gateway.kernel.logs import get_logger
from gateway.sip.bus.psrpc_pb2 import InternalCreateSIPParticipantResponse
from gateway.sip.bus.serving import RpcRefused
from gateway.sip.bus.sip_internal import DialAsked, dial_asked
from gateway.sip.dial_plan import plan_of
from gateway.sip.endings import Turned
from gateway.sip.outbound import OutboundCall
from gateway.sip.outbound_services import OutboundServices
from gateway.sip.rpc_refusals import refusal_of

SAID_BEFORE_S = 0.5  # the answer has to be back before whoever asked gives up

_log = get_logger(__name__)


class Dialler:
    """`carry` takes over a new call, `has_room` says whether there is a line for one."""

    def __init__(
        self, services: OutboundServices, carry: Callable[[OutboundCall], None], has_room: Callable[[], bool]
    ) -> None:
        self._services, self._carry, self._has_room = services, carry, has_room
        self._under_way: dict[str, OutboundCall] = {}

    async def dial(self, raw: bytes, within_s: float) -> InternalCreateSIPParticipantResponse:
        """Raises RpcRefused, BadInput, Overloaded."""
        asked = dial_asked(raw)
        call = self._under_way.get(asked.leg_id) or self._new(asked)
        try:
            async with asyncio.timeout(max(0.0, within_s - SAID_BEFORE_S)):
                participant_id = await asyncio.shield(call.settled)
        except TimeoutError as error:
            call.give_up()
            raise RpcRefused("deadline_exceeded", "the call was not answered in the time that was given") from error
        except Turned as turned:
            raise refusal_of(turned.ending) from turned
        return InternalCreateSIPParticipantResponse(
            participant_id=participant_id, participant_identity=asked.identity, sip_call_id=asked.leg_id
        )

    def _new(self, asked: DialAsked) -> OutboundCall:
        plan = plan_of(asked)
        if not self._has_room():
            raise Overloaded("the SIP node is at its call limit, or is being stopped", todo="ask again")
        call = OutboundCall(asked, plan, self._services)
        self._under_way[asked.leg_id] = call
        self._carry(call)
        return call

    def over(self, call: OutboundCall) -> None:
        self._under_way.pop(call.leg_id, None)
