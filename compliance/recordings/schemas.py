"""Recordings as they go over REST."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from compliance.recordings.models import RecordingRow, RecordingStanding
from gateway.rest.written import Written


class RecordingShown(BaseModel):
    """One file of a call; a call whose recorder was lost has several. Times in it are ms from its beginning."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    call_id: str
    continues: str | None = Field(description="the recording before it, whose recorder was lost")
    state: RecordingStanding
    ordered_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    reason: str | None = Field(description="why it ended")
    duration_ms: int
    complete: bool = Field(description="false: the recorder died, and the last second is missing")
    pauses: list[list[int]] = Field(description="[from, to]; to is -1 while it lasts")
    silence: list[list[int]] = Field(description="[from, to]: made silent by the redaction pass, or to be")
    redacted_at: datetime | None = Field(description="the redaction pass is journalled: it can be played")
    erased_at: datetime | None
    store: str
    size: int = Field(description="bytes of the encrypted file")
    chunks: int
    key_id: str = Field(description="of the key that wraps its key")


class LinkAsked(Written):
    minutes: int = Field(default=5, ge=1, le=15)


class LinkMade(BaseModel):
    """`path` plays this recording, without a key, until it expires; it is shown this once."""

    recording_id: str
    path: str = Field(repr=False)
    expires_at: datetime


def shown(row: RecordingRow) -> RecordingShown:
    made = RecordingShown.model_validate(row)
    return made.model_copy(update={"continues": row.continues or None, "reason": row.reason or None})
