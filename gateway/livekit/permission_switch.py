"""Opens and shuts a phone by LiveKit alone, for SIP services that take no commands, such as livekit-sip.

Shut is: its tracks muted by the server, and a permission that lets it subscribe to nobody; both hold whatever the SIP
service asks for. It hears silence then, not music. Two things undo a mute: a track that is published anew (a new
connection of the SIP service) and a SIP service that un-mutes it. Whoever keeps a caller apart for long calls `hold` or
`consult` again when LiveKit tells of a track that was published or un-muted. Un-muting needs `enable_remote_unmute`.
"""

from __future__ import annotations

from livekit import api
from livekit.protocol import models

from gateway.calls.ports import RoomParticipant
from gateway.kernel.errors import Conflict, Unavailable
from gateway.livekit.client import LiveKitClient
from gateway.livekit.isolation import Plays


class PermissionSwitch:
    """A `PhoneSwitch`."""

    def __init__(self, client: LiveKitClient) -> None:
        self._client = client

    async def shut(self, room: str, phone: RoomParticipant, plays: Plays | None) -> None:
        await self._set(room, phone.identity, opened=False)

    async def confide(self, room: str, phone: RoomParticipant, agent: str) -> None:
        """It hears everybody who is heard: the others have to be shut before."""
        await self._set(room, phone.identity, opened=True)

    async def open(self, room: str, phone: RoomParticipant) -> None:
        await self._set(room, phone.identity, opened=True)

    async def _set(self, room: str, identity: str, *, opened: bool) -> None:
        who = api.RoomParticipantIdentity(room=room, identity=identity)
        async with self._client.asked() as lk:
            before = await lk.room.get_participant(who)
            if not _tracks(before) and not opened:
                raise Conflict("the phone has no track that could be muted", code="isolation.no_track")
            for track in _tracks(before):
                if track.muted is opened:
                    await lk.room.mute_published_track(
                        api.MuteRoomTrackRequest(room=room, identity=identity, track_sid=track.sid, muted=not opened)
                    )
            if before.permission.can_subscribe is not opened:
                await lk.room.update_participant(
                    api.UpdateParticipantRequest(
                        room=room, identity=identity, permission=_permission(before, can_subscribe=opened)
                    )
                )
            after = await lk.room.get_participant(who)
        if not _is(after, opened=opened):
            raise Unavailable("LiveKit did not change what the phone may hear", code="isolation.refused")


def _tracks(info: models.ParticipantInfo) -> list[models.TrackInfo]:
    return [track for track in info.tracks if track.type == models.TrackType.AUDIO]


def _permission(info: models.ParticipantInfo, *, can_subscribe: bool) -> models.ParticipantPermission:
    """The whole of it: what is left out would be taken away, and a track that may not be published is gone for good."""
    whole = models.ParticipantPermission()
    whole.CopyFrom(info.permission)
    whole.can_subscribe = can_subscribe
    return whole


def _is(info: models.ParticipantInfo, *, opened: bool) -> bool:
    muted = [track.muted for track in _tracks(info)]
    return info.permission.can_subscribe is opened and not any(one is opened for one in muted)
