"""Whether a call may be recorded, as its record tells, and what follows from each answer. Pure.

"" ──► given ◄──► revoked          by law and terms (`Call.disclosure`) an answer may not be enough
 └───► refused ──► given           who said no may still say yes
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from compliance.consent.plan import DisclosurePlan
from gateway.calls import recording
from gateway.calls.consent_facts import ConsentGiven, ConsentRefused, ConsentRevoked, DisclosurePlayed, OfConsent
from gateway.calls.decision import Decision
from gateway.calls.events import Event, recorded
from gateway.calls.facts import Strict

_ENOUGH = {
    "none": {"not_needed", "staying", "key", "voice"},
    "notice": {"staying", "key", "voice"},
    "ask": {"key", "voice"},
}


class ConsentState(Strict):
    standing: Literal["", "given", "refused", "revoked"] = ""
    method: str = ""
    since: datetime | None = None
    told: tuple[str, ...] = Field(default=(), description="sayings that were played whole")


class Consenting(recording.Recordable, Protocol):
    """A `gateway.calls.call.Call`."""

    @property
    def disclosure(self) -> DisclosurePlan | None: ...
    @property
    def consent(self) -> ConsentState: ...


def on_consent(call: Consenting, fact: OfConsent) -> Decision:
    """Starts the recording, or ends it, or says why there is none."""
    kept = recorded(fact)  # pyright: ignore[reportArgumentType] - every kind of it is a recorded fact
    more = _following(call, fact)
    return Decision((kept, *more.events), more.effects)


def is_enough(plan: DisclosurePlan | None, given: ConsentGiven, told: tuple[str, ...]) -> bool:
    """`staying` is an answer only of who has heard that the call is recorded."""
    if plan is None or plan.record == "no" or given.method not in _ENOUGH[plan.record]:
        return False
    return given.method != "staying" or "notice" in told


def _following(call: Consenting, fact: OfConsent) -> Decision:
    match fact:
        case ConsentGiven() if call.consent.standing == "given":
            return Decision()
        case ConsentGiven() if not is_enough(call.disclosure, fact, call.consent.told):
            return recording.withhold(fact, "consent_not_enough")
        case ConsentGiven():
            return recording.start(call, fact)
        case ConsentRefused():
            return recording.withhold(fact, "consent_refused")
        case ConsentRevoked():
            return _revoked(call, fact)
        case _:
            return Decision()


def _revoked(call: Consenting, fact: ConsentRevoked) -> Decision:
    trims = call.disclosure is None or call.disclosure.on_revocation == "trim"
    steps = [recording.trim(call, fact)] if trims else []
    steps += [recording.stop(call, fact), recording.withhold(fact, "consent_revoked")]
    return Decision(tuple(e for one in steps for e in one.events), tuple(e for one in steps for e in one.effects))


def consent_after(now: ConsentState, plan: DisclosurePlan | None, event: Event) -> ConsentState:
    """The state after an event about it; what came too late, or was not enough, changes nothing."""
    match event.what:
        case DisclosurePlayed(saying=saying, whole=True) if saying not in now.told:
            return now.model_copy(update={"told": (*now.told, saying)})
        case ConsentGiven() as given if is_enough(plan, given, now.told):
            changes = {"standing": "given", "method": given.method}
        case ConsentRefused() as refused if now.standing != "given":
            changes = {"standing": "refused", "method": refused.method}
        case ConsentRevoked() as revoked:
            changes = {"standing": "revoked", "method": revoked.method}
        case _:
            return now
    return now.model_copy(update=changes | {"since": event.at})
