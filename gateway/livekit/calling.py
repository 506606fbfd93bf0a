"""Calls out by LiveKit's own request for it: whichever node serves LiveKit dials."""

from __future__ import annotations

from dataclasses import dataclass, field

from google.protobuf.duration_pb2 import Duration
from livekit.protocol import sip as proto

from gateway.livekit.client import LiveKitClient


@dataclass(frozen=True)
class CallOut:
    """`number` as it is dialled. `uri`: dialled in its place, where the node knows how (a full SIP address)."""

    trunk: str
    room: str
    identity: str
    number: str = field(default="", repr=False)
    uri: str = field(default="", repr=False)
    shows: str = field(default="", repr=False)
    ring_s: int = 25
    attributes: dict[str, str] = field(default_factory=dict)


class LiveKitCalling:
    def __init__(self, client: LiveKitClient) -> None:
        self._client = client

    async def call(self, out: CallOut) -> None:
        """Returns when it is under way; what becomes of it is told by its record. Raises NotFound, Conflict (not
        allowed) or Unavailable."""
        asked = proto.CreateSIPParticipantRequest(
            sip_trunk_id=out.trunk, sip_call_to=out.number, sip_number=out.shows, room_name=out.room,
            participant_identity=out.identity, participant_attributes=out.attributes,
            ringing_timeout=Duration(seconds=out.ring_s), hide_phone_number=True,
        )  # fmt: skip
        if out.uri:
            asked.sip_request_uri.raw = out.uri
        async with self._client.asked() as lk:
            await lk.sip.create_sip_participant(asked)
