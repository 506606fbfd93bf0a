"""Does the agent still live? It says so every second once it is in the room. Pure."""

from __future__ import annotations

from typing import Literal, NamedTuple

TOPIC = "gateway.alive"
HUSH_TOPIC = "gateway.hush"  # it has been interrupted
SILENT_AFTER_S = 2.5


class Lost(NamedTuple):
    identity: str
    reason: Literal["left", "silent"]


class AgentWatch:
    """Watches whoever gave a sign of life; a lost one is reported once and not believed again."""

    def __init__(self) -> None:
        self._heard_at: dict[str, float] = {}
        self._lost: set[str] = set()

    @property
    def anyone(self) -> bool:
        return bool(self._heard_at)

    def alive(self, identity: str, now: float) -> None:
        if identity not in self._lost:
            self._heard_at[identity] = now

    def left(self, identity: str, *, is_agent: bool) -> Lost | None:
        """The participant is gone; None if it was no agent, or was lost before."""
        gave_signs = self._heard_at.pop(identity, None) is not None
        if identity in self._lost or not (gave_signs or is_agent):
            return None
        self._lost.add(identity)
        return Lost(identity, "left")

    def overdue(self, now: float) -> list[Lost]:
        """Agents that have been silent for too long."""
        silent = [identity for identity, at in self._heard_at.items() if now - at > SILENT_AFTER_S]
        for identity in silent:
            del self._heard_at[identity]
            self._lost.add(identity)
        return [Lost(identity, "silent") for identity in silent]

    def forgive(self, now: float) -> None:
        """Our own connection was away: what we did not hear says nothing about the agent."""
        for identity in self._heard_at:
            self._heard_at[identity] = now
