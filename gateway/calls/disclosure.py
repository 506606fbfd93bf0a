"""What the caller of an INVITE is to be told and asked, by the terms of its rule and the law of all possible places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from compliance.consent.plan import DisclosurePlan, plan_for
from compliance.consent.rules import Rulebook, shipped
from compliance.consent.terms import DisclosureTerms
from gateway.calls.admission import AdmissionVerdict
from gateway.calls.participants import CONSENT


class Disclosures:
    """`own_places`: where our side of a call is; none: unknown, and taken for the strictest."""

    def __init__(self, own_places: Sequence[str] = (), rulebook: Rulebook | None = None) -> None:
        self._own, self._rulebook = tuple(own_places), rulebook or shipped()

    def plan(self, terms: DisclosureTerms, other_number: str, at: datetime) -> DisclosurePlan:
        """`other_number`: of the party that is not ours. The day counts in UTC."""
        return plan_for(terms, other_number, self._own, at.date(), self._rulebook)

    def told(
        self, verdict: AdmissionVerdict, terms: DisclosureTerms, other_number: str, at: datetime
    ) -> AdmissionVerdict:
        """The verdict with the plan, for the record and for the worker."""
        plan = self.plan(terms, other_number, at)
        attributes = verdict.attributes | {CONSENT: plan.model_dump_json(exclude={"considered"})}
        return verdict.model_copy(update={"disclosure": plan, "attributes": attributes})
