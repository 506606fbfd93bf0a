"""A caller's audio watched for keys, and silenced while one sounds, so that nobody in the room hears a digit."""

from __future__ import annotations

from gateway.sip.rtp.digits import Pressed
from gateway.sip.rtp.frames import silence
from gateway.sip.rtp.g711 import Samples
from gateway.sip.rtp.tone_detector import ToneDetector


class ToneWatch:
    """With `mute`, at most the frame in which a tone begins gets through, and the one after its end does not."""

    def __init__(self, sample_rate: int, *, mute: bool) -> None:
        self._detector = ToneDetector(sample_rate)
        self.mute = mute
        self._silence = silence(sample_rate)
        self._sounded = False

    def take(self, frame: Samples) -> tuple[Samples, Pressed | None]:
        """The frame as it may be heard, and the key that became certain with it."""
        pressed = self._detector.take(frame)
        hidden = self.mute and (self._detector.sounding or self._sounded)
        self._sounded = self._detector.sounding
        return (self._silence if hidden else frame), pressed
