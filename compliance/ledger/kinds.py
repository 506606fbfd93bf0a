"""What entries can be about: a closed list. A new kind is one more line here. Pure."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    CONSENT = "consent"  # asked for, given, refused, withdrawn
    DISCLOSURE = "disclosure"  # what a caller was told
    RECORDING = "recording"  # begun, not begun, paused, trimmed, ended
    CAPTURE = "capture"  # of card and account digits; never a digit
    TRANSFER = "transfer"
    DIAL = "dial"  # may this number be called
    PLAYBACK = "playback"  # somebody listened, or wanted to
    EXPORT = "export"  # something left the house
    ERASURE = "erasure"
    ADMIN = "admin"  # keys and settings
