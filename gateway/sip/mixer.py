"""Who of the room is heard on the phone, and all of them as one voice: short queues, one sum per clock tick."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from gateway.kernel.errors import BadInput
from gateway.sip.ducking import Fade
from gateway.sip.limiter import Limiter
from gateway.sip.rtp.frames import FrameQueue, silence
from gateway.sip.rtp.g711 import SAMPLE_RATE, Samples

QUEUE_FRAMES = 4
HUSHED_FRAMES = 12  # as long as a jitter buffer and the way take; sooner than any agent goes on


class Everybody(Enum):
    """The one value that means all sources, those included that come later or cannot be named."""

    ALL = "all"


ALL = Everybody.ALL
Hearing = Everybody | frozenset[str]


@dataclass
class _Source:
    identity: str
    heard: bool
    fade: Fade | None  # of one that yields
    hushed: int = 0  # frames
    frames: FrameQueue = field(default_factory=lambda: FrameQueue(QUEUE_FRAMES))


class Mixer:
    """Frames are int16, 20 ms at `frame_rate`. Late audio is dropped by the queues, never saved up.

    A source is a track; several may belong to one identity. What `hear` was told last holds from the next frame on,
    also for tracks that come later. Who is not named is not heard: neither strangers nor a track without a name.
    """

    def __init__(self, frame_rate: int = SAMPLE_RATE) -> None:
        self._sources: dict[str, _Source] = {}
        self._hearing: Hearing = ALL
        self._silence = silence(frame_rate)
        self._limiter = Limiter(len(self._silence))
        self._dropped = 0  # by tracks that are gone

    @property
    def hearing(self) -> Hearing:
        return self._hearing

    def hear(self, who: Everybody | Collection[str]) -> None:
        """Exactly these identities from the next frame on. Raises BadInput for what is no such list; then nobody is."""
        wanted = _understood(who)
        self._hearing = frozenset() if wanted is None else wanted
        for source in self._sources.values():
            heard = self._hears(source.identity)
            if heard and not source.heard:
                source.frames.clear()  # it was said to others
            source.heard = heard
        if wanted is None:
            raise BadInput("who is heard must be ALL or a list of identities", field="hear")

    def audible(self) -> set[str]:
        """Whose tracks are there and heard."""
        return {source.identity for source in self._sources.values() if source.heard}

    def open(self, track: str, identity: str = "", *, yields: bool = False) -> FrameQueue:
        """A queue for the frames of a new track; one that `yields` is an agent's."""
        source = self._sources[track] = _Source(
            identity, self._hears(identity), Fade(len(self._silence)) if yields else None
        )
        return source.frames

    def hush(self, identity: str) -> None:
        """An agent has fallen silent: what is still on its way from there is not heard."""
        for source in self._sources.values():
            if source.fade and source.identity == identity:
                source.frames.clear()
                source.hushed = HUSHED_FRAMES

    def close(self, track: str) -> None:
        if source := self._sources.pop(track, None):
            self._dropped += source.frames.dropped

    @property
    def has_agent(self) -> bool:
        return any(source.fade and source.heard for source in self._sources.values())

    def mix(self, gain: float = 1.0) -> Samples:
        """One frame of everybody who is heard, those who yield at `gain`; silence when nobody of them speaks."""
        frames: list[Samples] = []
        for source in self._sources.values():
            frame = source.frames.take()  # of the others too, or they would be heard late once they may
            if frame is not None and source.heard:
                frames.append(source.fade.at(frame, 0.0 if source.hushed else gain) if source.fade else frame)
            source.hushed = max(0, source.hushed - 1)
        if len(frames) > 1:
            return self._limiter.limited(np.add.reduce(frames, dtype=np.int32))
        if not frames:
            self._limiter.rest()
            return self._silence
        return self._limiter.single(frames[0])

    def _hears(self, identity: str) -> bool:
        return self._hearing is ALL or (bool(identity) and identity in self._hearing)

    @property
    def dropped(self) -> int:
        return self._dropped + sum(source.frames.dropped for source in self._sources.values())


def _understood(who: object) -> Hearing | None:
    if who is ALL:
        return ALL
    if isinstance(who, str | bytes) or not isinstance(who, Collection):
        return None
    return frozenset(who) if all(isinstance(name, str) for name in who) else None
