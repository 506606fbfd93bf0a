"""What is in a recording, as who plays it hears it."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np

from tests.sip.stack import RunningStack

RATE = 48_000
THERE, NOT_THERE = 0.05, 0.005  # of the full scale; a tone that is sent has 0.1


class Played:
    """One recording, decoded: `left` and `right`, samples from -1 to 1."""

    def __init__(self, ogg: bytes) -> None:
        with av.open(io.BytesIO(ogg)) as found:
            frames = [frame.to_ndarray() for frame in found.decode(audio=0)]
        sound = np.concatenate([one.reshape(-1, 2) if one.shape[0] == 1 else one.T for one in frames])
        sound = sound / 32_768 if sound.dtype == np.int16 else sound
        self.left, self.right = sound[:, 0], sound[:, 1]

    @property
    def seconds(self) -> float:
        return len(self.left) / RATE


def level(samples: np.ndarray, hertz: float) -> float:
    """Amplitude of a frequency in the quarter of a second where there is most of it."""
    size = RATE // 4
    phase = np.exp(-2j * np.pi * hertz * np.arange(size) / RATE)
    starts = range(0, max(len(samples) - size, 1), size // 2)
    return max(abs(np.dot(samples[at : at + size], phase[: len(samples[at : at + size])])) / size * 2 for at in starts)


def loudness(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0


def recordings_of(stack: RunningStack, call_id: str) -> list[dict[str, Any]]:
    """The oldest first."""
    return sorted(stack.get("/v1/recordings", call_id=call_id)["data"], key=lambda one: one["ordered_at"])


def ready_recordings(stack: RunningStack, call_id: str, count: int = 1) -> list[dict[str, Any]]:
    """All of a call, once they can be played."""

    def ready() -> list[dict[str, Any]] | None:
        found = recordings_of(stack, call_id)
        return found if len(found) == count and all(one["state"] == "ready" for one in found) else None

    return stack.until(ready, f"{count} recordings can be played: {recordings_of(stack, call_id)}")


def play(stack: RunningStack, recording_id: str) -> Played:
    answer = stack.api.get(f"/v1/recordings/{recording_id}/audio")
    assert answer.status_code == 200, answer.text
    return Played(answer.content)
