"""What a phone can be told to do, and what it tells while doing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Listen:
    """Wait until one of `phrases` is heard and the other side has finished speaking."""

    phrases: tuple[str, ...]
    within_s: float = 30.0


@dataclass(frozen=True)
class Say:
    """Speak a line: an 8 kHz mono 16-bit wav file, and its words."""

    text: str
    wav: Path


@dataclass(frozen=True)
class StayOn:
    """Wait until the other side hangs up."""

    within_s: float = 30.0


@dataclass(frozen=True)
class Press:
    """Press keys, as RFC 4733 events."""

    digits: str


@dataclass(frozen=True)
class HangUp:
    pass


Step = Listen | Say | Press | StayOn | HangUp


@dataclass(frozen=True)
class PhoneEvent:
    """`kind`: ringing, answered, said, heard, pressed, missed, ended. `ms` is the time that kind is about:
    answered and ringing since the INVITE, heard since the end of what the phone said before (None if nothing was).
    `text` of ended: own when the phone hung up, other when the other side did."""

    kind: str
    text: str = ""
    ms: float | None = None
