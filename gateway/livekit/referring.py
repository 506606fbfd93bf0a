"""REFER by LiveKit's own request for it: whichever node has the leg sends it and follows it to its end."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration
from livekit import api
from livekit.protocol import sip as proto

from gateway.calls.refer_facts import ReferEnd
from gateway.kernel.errors import Unavailable
from gateway.livekit.client import LiveKitClient

FOLLOWED_S = 30
_NOBODY_KNOWS = frozenset({"canceled", "deadline_exceeded", "unknown", "unavailable", "internal"})


@dataclass(frozen=True)
class Referred:
    """How a REFER ended; `code` is the SIP status of the far end."""

    end: ReferEnd
    code: int | None = None


class LiveKitReferring:
    def __init__(self, client: LiveKitClient) -> None:
        self._client = client

    async def refer(self, room: str, identity: str, to: str) -> Referred:
        """`to`: a tel: or sip: URI. Returns when somebody has told how it ended, or nobody has in time."""
        asked = proto.TransferSIPParticipantRequest(
            room_name=room, participant_identity=identity, transfer_to=to, play_dialtone=True,
            ringing_timeout=Duration(seconds=FOLLOWED_S),
        )  # fmt: skip
        try:
            async with self._client.asked() as lk:
                try:
                    await lk.sip.transfer_sip_participant(asked)
                except api.TwirpError as error:
                    return _end_of(error)
        except Unavailable:
            return Referred("unknown")
        return Referred("done")


def _end_of(error: api.TwirpError) -> Referred:
    if isinstance(error, api.SipCallError) and error.sip_status_code:
        return Referred("refused", error.sip_status_code)
    return Referred("unknown" if error.code in _NOBODY_KNOWS else "failed")
