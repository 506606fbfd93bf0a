"""What a recorder tells the control plane every two seconds, and what it is told. Over /internal: keys are in it."""

from __future__ import annotations

from typing import Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

MOST_HELD = 500


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecorderReport(Told):
    """A sign of life. `files`: every file in its folder, so that what nobody needs any more can go."""

    instance: str = Field(max_length=40, description="another one after each start")
    held: list[str] = Field(default=[], max_length=MOST_HELD, description="recordings that it writes, or begins")
    settling: list[str] = Field(default=[], max_length=MOST_HELD)
    room_for: int = Field(default=0, ge=0, le=MOST_HELD)
    files: list[str] = Field(default=[], max_length=MOST_HELD)


class RecordOrder(Told):
    """Join this room and write. `caller`: the identity whose sound is the left channel."""

    recording_id: str
    call_id: str
    room: str = Field(repr=False)
    caller: str = Field(repr=False)
    paused: bool
    key: Base64Bytes = Field(repr=False)


class SettleOrder(Told):
    """Run the redaction pass: `file` of `source` becomes `wanted`, with `silence` in it, in the store that is set."""

    recording_id: str
    call_id: str
    key: Base64Bytes = Field(repr=False)
    source: Literal["local", "s3"]
    file: str
    wanted: str
    complete: bool
    duration_ms: int
    silence: list[list[int]]


class Orders(Told):
    """`stop`, `pause`, `resume`: of those it holds, should a command have been lost. `gone`: files to remove."""

    record: list[RecordOrder] = []
    settle: list[SettleOrder] = []
    stop: list[str] = []
    pause: list[str] = []
    resume: list[str] = []
    gone: list[str] = []

    @property
    def any(self) -> bool:
        return any((self.record, self.settle, self.stop, self.pause, self.resume, self.gone))


class PassDone(Told):
    """The pass is made, and `file` is on disk. `silenced`: what was silenced."""

    file: str = Field(max_length=120)
    size: int = Field(ge=0)
    chunks: int = Field(ge=0)
    duration_ms: int = Field(ge=0)
    silenced: list[list[int]]


class PassJournalled(Told):
    """Any other file of this recording can go now."""

    file: str
