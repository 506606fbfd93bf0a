"""A leg's place in a room, wherever it comes from: a dispatch rule, or a request for a call out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from livekit.protocol.room import RoomConfiguration


class Seat(Protocol):
    """`gateway.sip.bus.io_info.RuleFound` is one."""

    @property
    def room(self) -> str: ...
    @property
    def identity(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def metadata(self) -> str: ...
    @property
    def trunk_id(self) -> str: ...
    @property
    def rule_id(self) -> str: ...
    @property
    def room_preset(self) -> str: ...
    @property
    def room_config(self) -> RoomConfiguration: ...


@dataclass(frozen=True)
class AskedSeat:
    """The place that a request for a call out names; its room is made by whoever comes first."""

    room: str
    identity: str
    name: str
    metadata: str
    trunk_id: str
    rule_id: str = ""
    room_preset: str = ""
    room_config: RoomConfiguration = field(default_factory=RoomConfiguration)
