"""How it stands with transfers when an agent takes a call over. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from gateway.calls.events import Event
from gateway.calls.facts import Utterance
from gateway.calls.transfer_facts import HumanLeft, LastResort, TransferBegan, TransferOutcome, TransferSettled

Standing = Literal["none", "under_way", "handed_back"] | TransferOutcome


def standing_of(log: Iterable[Event]) -> Standing:
    """`none`: there was none, or the caller has been told how it went."""
    standing: Standing = "none"
    for event in log:
        match event.what:
            case TransferBegan():
                standing = "under_way"
            case TransferSettled(outcome=outcome):
                standing = outcome
            case HumanLeft(handed_back=True):
                standing = "handed_back"
            case Utterance(speaker="agent") if standing != "under_way":
                standing = "none"
            case _:
                pass
    return standing


def resort_of(log: Iterable[Event]) -> LastResort:
    """What the caller gets now that the last transfer has come to nothing; the agent, unless that is the case."""
    resort: LastResort = "agent"
    asked: LastResort = "agent"
    for event in log:
        match event.what:
            case TransferBegan(last_resort=wished, replaces=replaces):
                asked, resort = "agent" if replaces else wished, "agent"
            case TransferSettled(outcome=outcome):
                resort = "agent" if outcome in ("connected", "cancelled", "caller_left") else asked
            case _:
                pass
    return resort
