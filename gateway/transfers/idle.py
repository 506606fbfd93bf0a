"""Since when each human has had no caller, from the record. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gateway.calls.events import Event
from gateway.calls.transfer_facts import AttemptPlaced, HumanLeft, TransferJoined

KINDS = ("attempt_placed", "transfer_joined", "human_left")  # all that this reads


def idle_since(events: Iterable[Event], now: datetime) -> dict[str, datetime | None]:
    """By target; who has a caller now has been idle since `now`. Who is not named had no caller in this time."""
    target_of: dict[str, str] = {}  # attempts
    with_caller: dict[str, str] = {}  # target by transfer
    idle: dict[str, datetime | None] = {}
    for event in events:
        match event.what:
            case AttemptPlaced(attempt_id=attempt, target_id=target):
                target_of[attempt] = target
            case TransferJoined(attempt_id=attempt, transfer_id=transfer) if attempt in target_of:
                with_caller[transfer] = target_of[attempt]
                idle[target_of[attempt]] = now
            case HumanLeft(transfer_id=transfer, at=at) if transfer in with_caller:
                idle[with_caller.pop(transfer)] = at
            case _:
                pass
    return idle
