"""An agent becomes quieter the moment the phone's user begins to speak, before anybody has decided whether that is an
interruption. Pure: levels in, a gain out, 20 ms at a time.

What counts as speech lasts (a click does not), stands out from the noise of the line, and is no echo of what the phone
was just played.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from gateway.sip.rtp.g711 import Samples

DUCKED = 0.25  # -12 dB
AFTER_FRAMES, OF_FRAMES = 4, 5  # so many of the last frames are loud: 80 to 100 ms
QUIET_FRAMES = 15  # without speech, until it is as loud as before
LONGEST_FRAMES = 75  # then whoever talks has interrupted, or it is no speech
QUIETEST_DB, ABOVE_NOISE_DB, BELOW_ECHO_DB = -38.0, 12.0, 18.0
NOISE_RISES_DB = 0.15  # per frame: 7.5 dB a second
ECHO_FRAMES = 15  # a phone's echo comes back within 300 ms
FLOOR_DB = -96.0


def level_db(frame: Samples) -> float:
    """Of full scale."""
    rms = math.sqrt(float(np.dot(wide := frame.astype(np.float32), wide)) / max(len(frame), 1))
    return 20 * math.log10(max(rms, 0.5) / 32768)


class Ducking:
    """`hear` each frame of the phone, `gain` for each frame of the room."""

    def __init__(self) -> None:
        self._noise_db = -60.0
        self._loud: deque[bool] = deque(maxlen=OF_FRAMES)
        self._played: deque[float] = deque(maxlen=ECHO_FRAMES)
        self._quiet = 0
        self._ducked = 0  # frames
        self._worn_out = False  # the noise goes on: nothing more until it has ended
        self.gain = 1.0

    def hear(self, frame: Samples) -> None:
        level = level_db(frame)
        loudest = max(self._played, default=FLOOR_DB)
        loud = level > max(QUIETEST_DB, self._noise_db + ABOVE_NOISE_DB, loudest - BELOW_ECHO_DB)
        self._noise_db = min(level, self._noise_db + NOISE_RISES_DB) if level > FLOOR_DB + 6 else self._noise_db
        self._loud.append(loud)
        self._quiet = 0 if loud else self._quiet + 1
        if self._quiet >= QUIET_FRAMES:
            self.gain, self._ducked, self._worn_out = 1.0, 0, False
        elif not self._worn_out and sum(self._loud) >= AFTER_FRAMES:
            self.gain = DUCKED
        if self.gain < 1.0:
            self._ducked += 1
            if self._ducked > LONGEST_FRAMES:
                self.gain, self._worn_out = 1.0, True

    def played(self, frame: Samples) -> None:
        """What the phone was given."""
        self._played.append(level_db(frame))


class Fade:
    """A gain that changes within a frame, not between two."""

    def __init__(self, size: int) -> None:
        self._before = 1.0
        self._ramp = np.linspace(0, 1, size, dtype=np.float32)

    def at(self, frame: Samples, gain: float) -> Samples:
        """The same frame where nothing changes."""
        before, self._before = self._before, gain
        if before == gain == 1.0:
            return frame
        if before == gain:
            return (frame * np.float32(gain)).astype(np.int16)
        return (frame * (before + (gain - before) * self._ramp)).astype(np.int16)
