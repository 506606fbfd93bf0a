"""A caller's audio watched for keys, and silenced while one sounds, so that nobody in the room hears a digit."""

from __future__ import annotations

from gateway.sip.rtp.digits import Pressed
from gateway.sip.rtp.frames import silence
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.tone_detector import ToneDetector


class ToneWatch:
    """While `mute` is on, audio comes out one frame later: that in which a tone begins is known for one by the next.

    So no part of a key gets through; a frame without a tone does, unless a tone sounds right before or after it.
    """

    def __init__(self, sample_rate: int, *, mute: bool) -> None:
        self.mute = mute
        self._detector = ToneDetector(sample_rate)
        self._silence = silence(sample_rate)
        self._kept = self._silence  # the frame before, to be given out next
        self._hidden = False  # it has a tone in it, or follows one
        self._sounding = False

    @property
    def sounding(self) -> bool:
        """Or right before the last frame, whose end may be a tone's."""
        return self._sounding or self._hidden

    def take(self, frame: Samples) -> tuple[Samples, Pressed | None]:
        """The frame that may be heard now, and the key that became certain with this one."""
        pressed, sounded = self._detector.take(frame), self._sounding
        self._sounding = self._detector.sounding
        if not self.mute:
            self._kept = self._silence
            return frame, pressed
        out = self._silence if self._hidden or self._sounding else self._kept
        self._kept, self._hidden = frame, sounded or self._sounding
        return out, pressed
