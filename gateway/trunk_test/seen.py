"""What a trunk test has seen so far: written by the test, judged by `verdicts`."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.sip.wire.refer import ReferOutcome


@dataclass(frozen=True)
class Keys:
    """The key that is pressed by each method: three that differ, so that each is known by which it was."""

    rfc4733: str = "1"
    info: str = "5"
    inband: str = "9"


KEYS = Keys()


@dataclass
class Incoming:
    """The call that came back. `refused`: slug and sentence. `keys`: what its record has, by digit the method."""

    call_id: str
    trunk_id: str = ""
    caller: str = field(default="", repr=False)
    refused: tuple[str, str] | None = None
    answered: bool = False
    keys: dict[str, str] = field(default_factory=dict)
    held: bool = False
    rtp: dict[str, float] = field(default_factory=dict)


@dataclass
class Seen:
    """`nowhere`: why nothing could be sent at all. `options`: status, 0 for none, and milliseconds. `failed`: the final
    status of the call out. `own_number`: the call should come back. `chirps_back`: milliseconds there and back.
    `echo_problem`: why nothing could be sent back from the room."""

    shown: str = field(default="", repr=False)
    own_number: bool = True
    nowhere: str = ""
    options: tuple[int, float] | None = None
    rang_ms: float | None = None
    answered_ms: float | None = None
    failed: int | None = None
    codec: str = ""
    encrypted: bool = False
    takes_events: bool | None = None
    incoming: Incoming | None = None
    waited_for_it: bool = False
    heard_sound: bool | None = None
    echo_problem: str = ""
    chirps_sent: int = 0
    chirps_back: list[float] = field(default_factory=list)
    rtp: dict[str, float] = field(default_factory=dict)
    info_status: int | None = None
    pressed: bool = False
    tones_back: set[str] = field(default_factory=set)
    hold_status: int | None = None
    refer: ReferOutcome | None = None
