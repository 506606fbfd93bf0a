"""A decider's answer as a value: what to record, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.calls.effects import Effect
from gateway.calls.events import Event


@dataclass(frozen=True)
class Decision:
    """Events are recorded first; effects are carried out after they are safe."""

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
