"""What can be wrong with a recording's file. Each has a name, so that who looks after it knows what happened."""

from __future__ import annotations

from gateway.kernel.errors import GatewayError

RESTORE = "restore the file from your backup; what is left of it is not to be trusted"


class RecordingBroken(GatewayError):
    """`code`: recording.header_broken, .wrong_key, .chunk_broken, .chunk_moved, .truncated, .trailing.

    `chunk` is the number of the first one that is wrong, from 0; None where that does not apply.
    """

    status, code, title = 409, "recording.broken", "The recording's file is damaged"

    def __init__(self, detail: str, *, code: str, chunk: int | None = None) -> None:
        super().__init__(detail, code=code, todo=RESTORE)
        self.chunk = chunk
