"""May a capture begin on this call now? What is refused says why and what to do. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from gateway.calls.call import Call
from gateway.calls.participants import CALL_ID
from gateway.calls.ports import RoomParticipant
from gateway.kernel.errors import Conflict


def check(call: Call, now: datetime) -> None:
    """Raises Conflict."""
    if call.ended:
        raise Conflict("the call is over already", code="call.ended", todo="GET /v1/calls")
    if call.answered_at is None or not call.room:
        raise Conflict("the call is not on", code="call.not_on", todo="see the status of the call")
    if call.capture.is_under_way(now):
        raise Conflict(
            "a capture is under way on this call", code="capture.under_way",
            todo=f"DELETE /v1/calls/{call.id}/captures/{call.capture.id} cancels it",
        )  # fmt: skip
    if call.transfer:
        raise Conflict(
            "the caller is being transferred, and hears music or ringback", code="capture.transfer",
            todo=f"wait for its end, or POST /v1/calls/{call.id}/transfers/{call.transfer}/cancel",
        )  # fmt: skip


def check_phone(call: Call, present: Collection[RoomParticipant]) -> None:
    """Only a node of ours keeps keys from the room: another bridge tells everybody in it. Raises Conflict."""
    phone = next((one for one in present if one.identity == call.leg_identity), None)
    if phone is None:
        raise Conflict("the phone is not in the room any more", code="call.not_on", todo="see the status of the call")
    if not phone.attributes.get(CALL_ID):
        raise Conflict(
            "the phone is not on a SIP node of ours, and its keys would be told to everybody in the room",
            code="capture.foreign_leg",
            todo="bring the trunk's calls in through `gateway sip`; livekit-sip cannot keep keys to itself",
        )


def recording_rests(call: Call) -> bool:
    """Nothing of the call goes into a recording now."""
    return not call.recording.is_on or call.recording.state == "paused"
