"""What is recorded about the recording of a call. The recorder reports what it did; `RecordingAsked` is ours.

Times within a recording are milliseconds from its beginning; a pause is silence in it, so they are those of the call.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from gateway.calls.facts import Fact

Do = Literal["start", "pause", "resume", "stop"]
# asked: by whoever may; recorder_ended: the process was told to end; left_room: LiveKit put the recorder out
StopReason = Literal["asked", "call_ended", "recorder_ended", "left_room"]


class OfRecording(Fact):
    recording_id: str = Field(max_length=64, description="rec_…")


class RecordingStarted(OfRecording):
    """The recorder is in the room and writes. `at` is the moment of its first sample."""

    urgent: ClassVar[bool] = True

    kind: Literal["recording_started"] = "recording_started"
    paused: bool = Field(default=False, description="it began with silence, until it is told to go on")


class RecordingPaused(OfRecording):
    """From `at_ms` on nothing that is said goes into the recording: the acknowledgement of the command."""

    urgent: ClassVar[bool] = True

    kind: Literal["recording_paused"] = "recording_paused"
    at_ms: int = Field(ge=0)


class RecordingResumed(OfRecording):
    urgent: ClassVar[bool] = True

    kind: Literal["recording_resumed"] = "recording_resumed"
    at_ms: int = Field(ge=0)


class RecordingTrimmed(OfRecording):
    """What was recorded between these is forgotten: it is silence before anybody can play the recording."""

    urgent: ClassVar[bool] = True

    kind: Literal["recording_trimmed"] = "recording_trimmed"
    from_ms: int = Field(ge=0)
    to_ms: int = Field(ge=0)


class RecordingStopped(OfRecording):
    """The file is whole and closed. It cannot be played before `RecordingReady`."""

    urgent: ClassVar[bool] = True

    kind: Literal["recording_stopped"] = "recording_stopped"
    reason: StopReason
    chunks: int = Field(ge=0)
    size: int = Field(ge=0, description="bytes of the encrypted file")
    duration_ms: int = Field(ge=0)


class RecordingFailed(OfRecording):
    """It ended without having been closed. What was written until a second before is readable.

    `reason`: recorder_lost (no sign of life), disk, room (it could not come back into the room), defect.
    """

    urgent: ClassVar[bool] = True

    kind: Literal["recording_failed"] = "recording_failed"
    reason: Literal["recorder_lost", "disk", "room", "defect"]


class RecordingNotStarted(OfRecording):
    """It was ordered, and nobody records; what was ordered stays so until the call ends.

    `reason`: no_recorder (none took it in time), room (its room cannot be joined), disk.
    """

    urgent: ClassVar[bool] = True

    kind: Literal["recording_not_started"] = "recording_not_started"
    reason: Literal["no_recorder", "room", "disk"]


class RecordingReady(OfRecording):
    """The redaction pass is journalled: `silenced` spans are silence in the file that is kept, and it can be played."""

    kind: Literal["recording_ready"] = "recording_ready"
    silenced: int = Field(default=0, ge=0)
    complete: bool = Field(default=True, description="false: the recorder died, and the last second is missing")
    chunks: int = Field(default=0, ge=0)
    size: int = Field(default=0, ge=0)
    duration_ms: int = Field(default=0, ge=0)


class RecordingAsked(Fact):
    """Somebody who may wants the recording to start, pause, go on or stop. Stated by the control plane."""

    kind: Literal["recording_asked"] = "recording_asked"
    do: Do
    key_id: str = Field(default="", max_length=100)


ReportedRecordingFact = (
    RecordingStarted
    | RecordingPaused
    | RecordingResumed
    | RecordingTrimmed
    | RecordingStopped
    | RecordingFailed
    | RecordingNotStarted
    | RecordingReady
)
