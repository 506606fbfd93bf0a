"""Passes into rooms are LiveKit access tokens, good for one minute's way in (`gateway.calls.passes`)."""

from __future__ import annotations

from datetime import timedelta

from livekit import api

from gateway.calls.passes import Entry, Pass
from gateway.kernel.clock import Clock
from gateway.settings import LiveKitSettings

# It bounds the way in only: whoever is in the room gets fresh tokens from LiveKit, which takes none back.
LIFETIME = timedelta(minutes=1)


class LiveKitPasses:
    def __init__(self, settings: LiveKitSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock

    def give(self, entry: Entry) -> Pass:
        settings, expires_at = self._settings, self._clock.now() + LIFETIME
        grants = api.VideoGrants(
            room_join=True, room=entry.room, can_subscribe=True, can_publish=entry.speaks, can_publish_data=False,
            can_publish_sources=["microphone"] if entry.speaks else [], can_update_own_metadata=False,
            hidden=entry.hidden,
        )  # fmt: skip
        token = (
            api.AccessToken(settings.api_key, settings.api_secret.get_secret_value())
            .with_identity(entry.identity)
            .with_kind("standard")
            .with_attributes(dict(entry.attributes))
            .with_grants(grants)
            .with_ttl(LIFETIME)
        )
        return Pass(settings.public_url or settings.url, token.to_jwt(), expires_at)
