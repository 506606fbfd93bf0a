"""Since when each human has had no caller, from the record. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from gateway.calls.events import CallEnded, Event
from gateway.calls.transfer_facts import AttemptPlaced, HumanLeft, TransferJoined

JOINED = "transfer_joined"
KINDS = ("attempt_placed", JOINED, "human_left")  # all that this reads, and how calls ended in which somebody joined


def idle_since(events: Iterable[Event], now: datetime) -> dict[str, datetime | None]:
    """By target; who has a caller now has been idle since `now`. Who is not named had no caller in this time.

    A human loses the caller by leaving, by the caller's end, or to the next human whom the caller is joined with.
    """
    target_of: dict[str, str] = {}  # attempts
    with_caller: dict[str, tuple[str, str]] = {}  # transfer and target, by call
    idle: dict[str, datetime | None] = {}
    for event in events:
        match event.what:
            case AttemptPlaced(attempt_id=attempt, target_id=target):
                target_of[attempt] = target
            case TransferJoined(attempt_id=attempt, transfer_id=transfer) if attempt in target_of and not event.late:
                if event.call_id in with_caller:
                    idle[with_caller[event.call_id][1]] = event.at
                with_caller[event.call_id] = (transfer, target_of[attempt])
                idle[target_of[attempt]] = now
            case HumanLeft(transfer_id=transfer) if with_caller.get(event.call_id, ("", ""))[0] == transfer:
                idle[with_caller.pop(event.call_id)[1]] = event.at
            case CallEnded() if event.call_id in with_caller:
                idle[with_caller.pop(event.call_id)[1]] = event.at
            case _:
                pass
    return idle
