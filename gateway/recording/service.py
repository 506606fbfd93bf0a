"""Recordings in the control plane, put together: for the composition root."""

from __future__ import annotations

from typing import Any

from compliance.recordings.key_file import KeyFile
from compliance.recordings.links import Links
from compliance.recordings.repository import RecordingRepository
from compliance.recordings.service import RecordingPlayer
from compliance.recordings.storage import Storage
from gateway.calls.service import Calls
from gateway.kernel.errors import SetupError
from gateway.recording.desk import RecordingDesk
from gateway.recording.office import RecordingOffice
from gateway.recording.rows import write_recordings
from gateway.settings import Settings

LINKS = "recording-links.key"


class Recordings:
    """Made before `calls` starts."""

    def __init__(self, settings: Settings, calls: Calls) -> None:
        self._calls = calls
        self.keys = KeyFile(settings.recordings_key_file)
        self.storage = Storage(settings.recordings_dir, settings.recordings.s3, calls.clock)
        self.player = RecordingPlayer(self.keys, self.storage, Links(settings.keys_dir / LINKS))
        self.desk = RecordingDesk(calls, self.keys, self.storage.kept_kind)
        self.office = RecordingOffice(self.desk)
        calls.runner.on_append(write_recordings)
        calls.runner.performer.recordings = self.desk
        calls.watch_rooms(self.office)

    def put_on(self, state: Any) -> None:
        state.recordings, state.recording_office = self.player, self.office

    async def open(self) -> None:
        """Raises SetupError when there are recordings, and the key that wraps theirs is gone."""
        if not self.keys.exists:
            async with self._calls.begin() as session:
                if await RecordingRepository(session).any_key():
                    raise SetupError(
                        "the key file of the recordings is missing, and there are recordings that need it",
                        todo="set GATEWAY_RECORDINGS__KEY_FILE to it, or restore it from your backup",
                    )
        self.keys.ensure()

    def close(self) -> None:
        self.storage.close()
