"""What has to be said on one call, and what has to be answered before it is recorded. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.consent.places import Candidate, candidates
from compliance.consent.rules import STRICTEST, Asked, Duty, Rulebook, stricter
from compliance.consent.terms import DisclosureTerms, Language

MOST_RULES = 40  # named in the evidence; the ones that decided come first


class Considered(BaseModel):
    """One place that a party may be in, and what it asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: str = Field(description='"": unknown')
    evidence: str
    recording: Asked
    tell_ai: bool


class DisclosurePlan(BaseModel):
    """For the worker, and kept with the admission."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tell_ai: bool
    record: Literal["no", "none", "notice", "ask"] = Field(
        description="no: not recorded; none: recorded, nothing need be said; notice; ask"
    )
    language: Language = "en"
    on_revocation: Literal["stop", "trim"] = "trim"
    rules: tuple[str, ...] = Field(default=(), description="rules that applied, with their versions")
    considered: tuple[Considered, ...] = ()

    @property
    def says_nothing(self) -> bool:
        return not self.tell_ai and self.record in ("no", "none")


def plan_for(
    terms: DisclosureTerms, number: str, own_places: Sequence[str], on: date, rulebook: Rulebook
) -> DisclosurePlan:
    """The strictest of all places that a party may be in; of an unknown one the strictest there is."""
    found = [(one, _duty(one, on, rulebook)) for one in candidates(number, terms.caller_places, own_places)]
    law = stricter(duty.recording for _, duty in found)
    tells_by_law = any(duty.tell_ai for _, duty in found)
    tell_ai = terms.tell_ai == "always" or tells_by_law
    record = "no" if terms.record == "no" else law if terms.record == "by_law" else stricter([law, terms.record])
    rules = dict.fromkeys(rule for _, duty in sorted(found, key=_strict_first) for rule in duty.rules)
    return DisclosurePlan(
        tell_ai=tell_ai,
        record=record,
        language=terms.language,
        on_revocation=terms.on_revocation,
        rules=tuple(rules)[:MOST_RULES],
        considered=tuple(
            Considered(place=one.place, evidence=one.evidence, recording=duty.recording, tell_ai=duty.tell_ai)
            for one, duty in found
        ),
    )


def _duty(one: Candidate, on: date, rulebook: Rulebook) -> Duty:
    return rulebook.duty(one.place, on) if one.place else Duty("", STRICTEST, True, (), is_known=False)


def _strict_first(found: tuple[Candidate, Duty]) -> bool:
    return found[1].recording != STRICTEST
