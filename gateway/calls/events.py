"""Events: what we recorded. A fact as it was reported, or an outcome that a decider added to it.

The log of a call (`call_events`) is append-only; status, call record, timeline and transcript are
folds over it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from gateway.calls.facts import Party, Strict
from gateway.calls.own_facts import RecordedFact


class Termination(Strict):
    """How a call ended; a call has exactly one. `slug` and `sentence` are of `gateway.calls.slugs`, `carrier` are
    the far end's own words for refusing a call out."""

    ended_by: Party
    slug: str
    sip_code: int | None = None
    sentence: str
    carrier: str = ""


class CallEnded(Strict):
    """The call is over. Written once; whatever is reported afterwards is late."""

    kind: Literal["call_ended"] = "call_ended"
    termination: Termination


class AgentDispatched(Strict):
    """We asked LiveKit for an agent. `attempt` counts within one absence; LiveKit's own is the first."""

    kind: Literal["agent_dispatched"] = "agent_dispatched"
    attempt: int
    resume: bool


class AgentGivenUp(Strict):
    """No agent came after all attempts; the fallback has to do."""

    kind: Literal["agent_given_up"] = "agent_given_up"
    attempts: int


class RecordingOrdered(Strict):
    """The recorder is to do this. `by`: who holds the recording, or lets it go (operator, capture …)."""

    kind: Literal["recording_ordered"] = "recording_ordered"
    do: Literal["start", "pause", "resume", "stop", "trim"]
    by: str = ""


class RecordingWithheld(Strict):
    """The call is not recorded, and why: a slug such as consent_refused."""

    kind: Literal["recording_withheld"] = "recording_withheld"
    reason: str


Outcome = Annotated[
    CallEnded | AgentDispatched | AgentGivenUp | RecordingOrdered | RecordingWithheld, Field(discriminator="kind")
]


class Event(Strict):
    """One entry of the log. `fact_id` names the fact that caused it, `at` is that fact's time."""

    call_id: str
    fact_id: str
    source: str
    at: datetime
    late: bool = Field(default=False, description="reported after the call had ended")
    repeated: bool = Field(default=False, description="another source had reported it already")
    what: RecordedFact | Outcome


def recorded(fact: RecordedFact, *, late: bool = False, repeated: bool = False) -> Event:
    """The event that keeps `fact`."""
    return Event.model_construct(
        call_id=fact.call_id,
        fact_id=fact.id,
        source=fact.source,
        at=fact.at,
        late=late,
        repeated=repeated,
        what=fact,
    )


def caused(fact: RecordedFact, outcome: Outcome) -> Event:
    """The event that keeps what we concluded from `fact`."""
    return Event.model_construct(
        call_id=fact.call_id,
        fact_id=fact.id,
        source="gateway",
        at=fact.at,
        late=False,
        repeated=False,
        what=outcome,
    )
