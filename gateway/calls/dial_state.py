"""What a campaign needs to know of a call out, folded from its events. Pure."""

from __future__ import annotations

from datetime import datetime

from gateway.calls.dial_facts import AnsweredBy, Disposed, OfDial
from gateway.calls.facts import Strict


class DialState(Strict):
    """`answered_by`: `gateway.calls.dial_facts.Answerer`, "" while nobody can say; the latest word counts."""

    answered_by: str = ""
    decided_ms: int | None = None
    disposition: str = ""
    callback_at: datetime | None = None


def with_dial_fact(state: DialState, fact: OfDial) -> DialState:
    match fact:
        case AnsweredBy(who=who, after_ms=after_ms):
            return state.model_copy(update={"answered_by": who, "decided_ms": after_ms})
        case Disposed(disposition=disposition, callback_at=callback_at):
            return state.model_copy(
                update={"disposition": disposition, "callback_at": callback_at or state.callback_at}
            )
        case _:
            return state
