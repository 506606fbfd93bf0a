"""Where an attempt takes place: LiveKit's names, made from its id, so that whoever finds one knows the other. Pure."""

from __future__ import annotations

from gateway.kernel.ids import is_id

_ROOM = "campaign-"


def room_of(attempt_id: str) -> str:
    return _ROOM + attempt_id


def attempt_of_room(room: str) -> str | None:
    """None for a room of another kind."""
    return attempt_of(room.removeprefix(_ROOM)) if room.startswith(_ROOM) else None


def attempt_of(name: str) -> str | None:
    """The attempt that wanted a call, by the call's `asked_by`."""
    return name if is_id("att", name) else None
