"""LiveKit's webhooks: the signature checked, the event read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from google.protobuf.json_format import Parse, ParseError
from jwt import InvalidTokenError
from livekit import api

from gateway.calls.ports import RoomEvent
from gateway.kernel.errors import NotAuthenticated
from gateway.livekit.rooms import read_participant
from gateway.settings import LiveKitSettings


def webhook_reader(settings: LiveKitSettings) -> Callable[[bytes, str], RoomEvent | None]:
    """A function of (raw body, Authorization header); None for an event that is about no room."""
    verifier = api.TokenVerifier(settings.api_key, settings.api_secret.get_secret_value())

    def read(body: bytes, authorization: str) -> RoomEvent | None:
        try:
            signed = verifier.verify(authorization.removeprefix("Bearer ")).sha256 or ""
            event = Parse(body, api.WebhookEvent(), ignore_unknown_fields=True)
        except (InvalidTokenError, ParseError, ValueError, KeyError) as error:
            raise NotAuthenticated("the webhook is not signed with LiveKit's key") from error
        if signed != base64.b64encode(hashlib.sha256(body).digest()).decode():
            raise NotAuthenticated("the webhook's signature is for another body")
        if not event.room.name:
            return None
        participant = read_participant(event.participant) if event.participant.identity else None
        gone_by_itself = event.participant.disconnect_reason == api.DisconnectReason.CLIENT_INITIATED
        at = datetime.fromtimestamp(event.created_at, UTC)
        return RoomEvent(event.id, event.event, event.room.name, at, participant, gone_by_itself)

    return read
