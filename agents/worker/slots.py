"""Whether this process takes one more call: by their number, and by how late it already is."""

from __future__ import annotations

from livekit.agents import AgentServer, JobRequest

from agents.worker.loop_lag import LoopLag
from gateway.kernel.logs import get_logger

LATE_MS = 120.0  # what a call's sound is queued for (agents/audio_out.py)

_log = get_logger(__name__)


class CallSlots:
    """`lag` is that of the process, whose calls hold each other up. A busy CPU is no reason to refuse a call; sound
    that would come too late is."""

    def __init__(self, most: int, lag: LoopLag) -> None:
        self._most, self._lag = most, lag
        self._launching = 0

    def load(self, server: AgentServer) -> float:
        """0 to 1, what LiveKit weighs workers by: the fuller or the later one is asked less."""
        return min(max(self._taken(server) / self._most, self._lag.typical_ms / LATE_MS), 1.0)

    async def offer(self, server: AgentServer, request: JobRequest) -> None:
        """Takes the call if there is room for it; else LiveKit asks the next process."""
        taken = self._taken(server)
        if taken >= self._most:
            _log.warning("call_refused_worker_full", most=self._most)
            await request.reject(terminate=False)
            return
        if taken and self._lag.typical_ms > LATE_MS:  # an empty one has nothing that it could protect
            _log.warning("call_refused_worker_late", calls=taken, late_ms=round(self._lag.typical_ms))
            await request.reject(terminate=False)
            return
        self._launching += 1
        try:
            await request.accept()
        finally:
            self._launching -= 1

    def _taken(self, server: AgentServer) -> int:
        return len(server.active_jobs) + self._launching
