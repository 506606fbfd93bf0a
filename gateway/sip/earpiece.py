"""What a phone hears: its room, or music or a ringing tone of its own in the place of it. Never a gap."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Literal

from gateway.sip import prompts
from gateway.sip.ringback import Ringback
from gateway.sip.rtp.g711 import Samples

Plays = Literal["music", "ringback", "nothing"]
PARKED_AT_MOST_S = 180  # with music and nobody else: then whoever had it played is thought to be gone as well
FRAMES_A_SECOND = 50


class Earpiece:
    """One frame of 20 ms per tick. A frame of the room that comes while something plays is gone, not saved up."""

    def __init__(self, number: str = "") -> None:
        """The ringing tone is that of the country that `number` (E.164) belongs to."""
        self._number = number
        self._plays: Plays = "nothing"
        self._instead: Callable[[], Samples] | None = None
        self._frames = 0

    def play(self, what: Plays) -> None:
        """From the next frame on, and for ever; "nothing" gives the room back. The same again goes on as it is."""
        if what == self._plays:
            return
        self._plays = what
        self._frames = 0
        self._instead = self._begun(what)

    @property
    def passes_time(self) -> bool:
        """Somebody has the phone wait, and has not done so for longer than anybody should."""
        return self._instead is not None and self._frames < PARKED_AT_MOST_S * FRAMES_A_SECOND

    def _begun(self, what: Plays) -> Callable[[], Samples] | None:
        if what == "music":
            return cycle(prompts.frames_of(prompts.HOLD_MUSIC)).__next__
        return Ringback(self._number).next_frame if what == "ringback" else None

    def next_frame(self, of_room: Samples) -> Samples:
        if self._instead is None:
            return of_room
        self._frames += 1
        return self._instead()
