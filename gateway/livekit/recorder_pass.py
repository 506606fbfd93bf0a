"""A recorder's way into a room: hidden, hears all, can say and send nothing, and keeps no room open (kind EGRESS)."""

from __future__ import annotations

from datetime import timedelta

from livekit import api

from gateway.calls.leg_commands import ROLE
from gateway.settings import LiveKitSettings

LIFETIME = timedelta(minutes=1)  # of the way in
RECORDER = "recorder"


def recorder_token(settings: LiveKitSettings, room: str, recording_id: str) -> str:
    """Its identity is the recording's id."""
    grants = api.VideoGrants(
        room_join=True, room=room, can_subscribe=True, can_publish=False, can_publish_data=False,
        can_update_own_metadata=False, hidden=True,
    )  # fmt: skip
    return (
        api.AccessToken(settings.api_key, settings.api_secret.get_secret_value())
        .with_identity(recording_id)
        .with_kind("egress")
        .with_attributes({ROLE: RECORDER})
        .with_grants(grants)
        .with_ttl(LIFETIME)
        .to_jwt()
    )
