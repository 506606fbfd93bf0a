"""What the agent of a call out tells of it: who answered, and what came of the talk."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from gateway.calls.facts import Fact

# announcement: the network says why the number cannot be reached, after three tones (ITU-T E.180)
Answerer = Literal["human", "voicemail", "ivr", "screening", "fax", "silence", "announcement"]


class OfDial(Fact):
    """Of a call out that a campaign wanted."""


class AnsweredBy(OfDial):
    """`after_ms`: from the answer to the moment when it was clear."""

    kind: Literal["answered_by"] = "answered_by"
    who: Answerer
    after_ms: int = Field(ge=0)


class Disposed(OfDial):
    """The agent's word on the call, one of those that its operator uses. `callback_at`: the person asked for it."""

    kind: Literal["disposed"] = "disposed"
    disposition: str = Field(max_length=40, pattern=r"^[a-z0-9_\-]+$")
    callback_at: datetime | None = None


class OptedOut(OfDial):
    """Whoever talks with us does not want to be called again: on file before the next dial, by whoever dials."""

    urgent: ClassVar[bool] = True

    kind: Literal["opted_out"] = "opted_out"
    how: Literal["spoken", "keyed"]


ReportedDialFact = AnsweredBy | Disposed | OptedOut


def sentence_of_dial(what: OfDial) -> str:
    match what:
        case AnsweredBy(who=who, after_ms=after_ms):
            return f"Who answered was clear after {after_ms / 1000:.1f} s: {who}."
        case Disposed(disposition=disposition, callback_at=callback_at):
            ending = ", and a callback was asked for." if callback_at else "."
            return f"The agent put the call down as {disposition}{ending}"
        case OptedOut(how=how):
            return f"No more calls were asked for, {'by a key' if how == 'keyed' else 'in words'}."
        case _:
            return "Something was reported of the call out."
