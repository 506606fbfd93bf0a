"""The token with which a SIP leg joins its room (LiveKit access token, HS256 JWT)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from google.protobuf.json_format import MessageToDict

from gateway.settings import LiveKitSettings
from gateway.sip.bus.io_info import RuleFound

# livekit-server renews a participant's token while it is connected; this only bounds the join.
LIFETIME = timedelta(minutes=10)


def sip_participant_token(
    livekit: LiveKitSettings, rule: RuleFound, attributes: dict[str, str], *, now: datetime | None = None
) -> str:
    """Lets the leg join `rule.room` as a participant of kind SIP; the room's configuration, with
    the agent to dispatch, travels in it."""
    issued = now or datetime.now(UTC)
    claims: dict[str, Any] = {
        "iss": livekit.api_key,
        "sub": rule.identity,
        "jti": rule.identity,
        "nbf": issued,
        "exp": issued + LIFETIME,
        "name": rule.name,
        "kind": "sip",
        "metadata": rule.metadata,
        "attributes": attributes,
        "video": {
            "roomJoin": True,
            "room": rule.room,
            "canPublish": True,
            "canSubscribe": True,
            "canPublishData": True,
            "canUpdateOwnMetadata": True,
        },
        "roomConfig": MessageToDict(rule.room_config),
    }
    if rule.room_preset:
        claims["roomPreset"] = rule.room_preset
    return jwt.encode(claims, livekit.api_secret.get_secret_value(), algorithm="HS256")
