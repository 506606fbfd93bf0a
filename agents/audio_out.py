"""The agent's voice in the room: published at once, in 20 ms frames, with an honest record of what was heard.

It extends livekit-agents' own room output (pinned to 1.8.9), which does pausing, resuming and barge-in, and
differs in four ways: frames of 20 ms instead of 50, so that a barge-in stops sooner; a shorter queue; it is published
before the session starts, because the SIP node answers the call when it sees the track; and a sentence that was cut
off is recorded only as far as it was played.
"""

from __future__ import annotations

from collections.abc import Callable

from livekit import rtc
from livekit.agents.utils.audio import AudioByteStream
from livekit.agents.voice.io import TextOutput
from livekit.agents.voice.room_io._output import _ParticipantAudioOutput

FRAMES_PER_SECOND = 50
QUEUE_MS = 120  # what is lost of a sentence that is interrupted in vain, and gone on with
SPOKEN_CHARACTERS_PER_SECOND = 15.0  # until the whole sentence has been synthesised
TRACK = "agent"


def heard_part(text: str, played_s: float, whole_s: float) -> str:
    """The words of `text` that fit into `played_s` seconds of `whole_s` (0: not known yet)."""
    rate = len(text) / whole_s if whole_s > 0 else SPOKEN_CHARACTERS_PER_SECOND
    cut = int(played_s * rate)
    if cut >= len(text):
        return text
    return text[:cut].rpartition(" ")[0]


class SpokenText(TextOutput):
    """Remembers the text of the sentence that is being spoken."""

    def __init__(self) -> None:
        super().__init__(label="SpokenText", next_in_chain=None)
        self.text = ""

    async def capture_text(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """The sentence is complete; it stays until it has been played."""


class CallAudio(_ParticipantAudioOutput):
    """The agent's audio track."""

    def __init__(self, room: rtc.Room, *, sample_rate: int) -> None:
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        super().__init__(room, sample_rate=sample_rate, num_channels=1, track_publish_options=options, track_name=TRACK)
        self._audio_source = rtc.AudioSource(sample_rate, 1, queue_size_ms=QUEUE_MS)
        self._audio_bstream = AudioByteStream(sample_rate, 1, samples_per_channel=sample_rate // FRAMES_PER_SECOND)
        self._complete = False
        self._whole_s = 0.0
        self.spoken = SpokenText()
        self.on_pause: Callable[[], object] = lambda: None

    @property
    def speaking(self) -> str | None:
        """The text that is being spoken, also while it is paused; None while nothing is."""
        return self.spoken.text if self._first_frame_event.is_set() else None

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        self._whole_s = 0.0 if self._complete else self._whole_s
        self._complete = False
        await super().capture_frame(frame)
        self._whole_s += frame.duration

    def pause(self) -> None:
        super().pause()
        self.on_pause()

    def flush(self) -> None:
        self._complete = True
        super().flush()

    def on_playback_finished(
        self, *, playback_position: float, interrupted: bool, synchronized_transcript: str | None = None
    ) -> None:
        text, self.spoken.text = self.spoken.text, ""
        if interrupted:
            synchronized_transcript = heard_part(text, playback_position, self._whole_s if self._complete else 0.0)
        super().on_playback_finished(
            playback_position=playback_position,
            interrupted=interrupted,
            synchronized_transcript=synchronized_transcript,
        )
