"""The table of recordings: where each is, how it stands, its wrapped key. Nothing here says who speaks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import JSON, BigInteger, Boolean, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime

RecordingStanding = Literal[
    "wanted", "recording", "paused", "stopped", "redacting", "ready", "erased", "failed"
]  # fmt: skip
WRITING: tuple[RecordingStanding, ...] = ("recording", "paused")
UNSETTLED: tuple[RecordingStanding, ...] = ("stopped", "redacting")


class RecordingRow(Base):
    """One file. A call has several when a recorder was lost: each `continues` the one before.

    wanted ──► recording ◄──► paused ──► stopped ──► redacting ──► ready      from each ──► erased
       └──► failed (nothing was written)     ▲ more is to be silenced │
                                             └────────────────────────┘
    """

    __tablename__ = "recordings"
    __table_args__ = (Index("ix_recordings_state_recorder", "state", "recorder"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(40), index=True)
    continues: Mapped[str] = mapped_column(String(40), comment="the recording before it of this call, or empty")
    state: Mapped[RecordingStanding] = mapped_column(String(12))
    hold: Mapped[bool] = mapped_column(Boolean, comment="it is to be paused")
    end: Mapped[bool] = mapped_column(Boolean, comment="it is to be stopped")
    recorder: Mapped[str] = mapped_column(String(100), comment="the process that has the file, or empty")
    instance: Mapped[str] = mapped_column(String(40), comment="of that process: another one has its files no more open")
    heard_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="its last sign of life about this one")
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="the moment of the first sample")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(20), comment="why it ended")
    key_id: Mapped[str] = mapped_column(String(16), index=True, comment="of the key that wrapped its key")
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary, comment="null: it can be played never again")
    store: Mapped[str] = mapped_column(String(8), comment="local or s3")
    file: Mapped[str] = mapped_column(String(120), comment="its name in the store; empty before there is one")
    size: Mapped[int] = mapped_column(BigInteger, comment="bytes of the encrypted file")
    chunks: Mapped[int]
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    complete: Mapped[bool] = mapped_column(Boolean, comment="false: the recorder died, the last second is missing")
    pauses: Mapped[list[list[int]]] = mapped_column(JSON, comment="[from, to] in ms; to: -1 while it lasts")
    silence: Mapped[list[list[int]]] = mapped_column(JSON, comment="[from, to] in ms: to be silent, or it is")
    passed: Mapped[list[list[int]]] = mapped_column(JSON, comment="what the last pass has silenced")
    redacted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, comment="the redaction pass is journalled")
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
