"""Passes: what lets a person with a browser into the room of a call. The adapter is `gateway/livekit/passes.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Entry:
    """Who comes into which room as what. Nobody who comes by a pass can send data, or change what is said of it."""

    room: str
    identity: str
    attributes: Mapping[str, str]
    speaks: bool = False  # by a microphone; nothing else can be published
    hidden: bool = False  # the others in the room do not see it


@dataclass(frozen=True)
class Pass:
    """`url` is where a browser connects, with `token`, until `expires_at`."""

    url: str
    token: str = field(repr=False)
    expires_at: datetime


class Passes(Protocol):
    def give(self, entry: Entry) -> Pass: ...
