"""The token with which a SIP leg joins its room (LiveKit access token, HS256 JWT)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from google.protobuf.json_format import MessageToDict

from gateway.settings import LiveKitSettings
from gateway.sip.seat import Seat

# livekit-server renews a participant's token while it is connected; this only bounds the join.
LIFETIME = timedelta(minutes=10)


def sip_participant_token(
    livekit: LiveKitSettings, seat: Seat, attributes: dict[str, str], *, now: datetime | None = None
) -> str:
    """Lets the leg join `seat.room` as a participant of kind SIP; the room's configuration, with
    the agent to dispatch, travels in it."""
    issued = now or datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": livekit.api_key,
        "sub": seat.identity,
        "jti": seat.identity,
        "nbf": issued,
        "exp": issued + LIFETIME,
        "name": seat.name,
        "kind": "sip",
        "metadata": seat.metadata,
        "attributes": attributes,
        "video": {
            "roomJoin": True,
            "room": seat.room,
            "canPublish": True,
            "canSubscribe": True,
            "canPublishData": True,
            "canUpdateOwnMetadata": True,
        },
        "roomConfig": MessageToDict(seat.room_config),
    }
    if seat.room_preset:
        claims["roomPreset"] = seat.room_preset
    return jwt.encode(claims, livekit.api_secret.get_secret_value(), algorithm="HS256")
