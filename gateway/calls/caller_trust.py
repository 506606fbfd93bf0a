"""Who vouches for the caller of an INVITE, and what follows by the terms of its rule or trunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, Protocol

from compliance.caller_trust.carriers import carrier_verdict
from compliance.caller_trust.evidence import evidence_of
from compliance.caller_trust.terms import CallerTrustTerms, Carrier
from compliance.caller_trust.weigh import reasons_of, sip_code_of, weigh
from compliance.stir_shaken.telephone import canonical
from compliance.stir_shaken.verdict import Verdict
from compliance.stir_shaken.verify import SipCall
from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit import Route, Trust

WAIT_S = 0.15  # for a certificate, within one question of a node; well under its patience


class Checks(Protocol):
    """`compliance.stir_shaken.service.StirShaken` is one."""

    @property
    def is_on(self) -> bool: ...

    def verdict(self, headers: Sequence[str], call: SipCall) -> Verdict | None: ...

    async def fetched(self, headers: Sequence[str], within_s: float) -> None: ...


class NothingChecked:
    """For a control plane without authorities."""

    is_on = False

    def verdict(self, headers: Sequence[str], call: SipCall) -> Verdict | None:
        return None

    async def fetched(self, headers: Sequence[str], within_s: float) -> None:
        return


class CallerTrust:
    """`country`: whose numbers come without a country code; `redress`: where to say that one was blocked wrongly."""

    def __init__(self, checks: Checks | None = None, country: str = "US", redress: str = "") -> None:
        self._checks, self._country, self._redress = checks or NothingChecked(), country, redress

    def found(self, asked: AdmissionAsked, route: Route) -> Trust | None:
        """None while a certificate is not there yet; `fetched` brings it."""
        trunk = route.any_trunk
        if trunk is None:
            return None
        own: Verdict | None = None
        headers = _by_name(asked)
        if self._checks.is_on:
            own = self._checks.verdict(asked.identity_headers, self._call(asked, headers, trunk.carrier_verdicts))
            if own is None:
                return None
        said = carrier_verdict(trunk.carrier_verdicts, headers)
        terms, whose = terms_of(route)
        weighed = weigh(own, said, terms)
        evidence = evidence_of(weighed, own, said, trunk.carrier_verdicts, whose)
        code = sip_code_of(weighed, own)
        return Trust(weighed, evidence, code, reasons_of(own, self._redress, code))

    async def fetched(self, asked: AdmissionAsked) -> None:
        await self._checks.fetched(asked.identity_headers, WAIT_S)

    def _call(self, asked: AdmissionAsked, headers: dict[str, list[str]], carrier: Carrier) -> SipCall:
        asserted = next(iter(headers.get("p-asserted-identity", ())), "") if carrier != "none" else ""
        orig = canonical(asserted, self._country) or canonical(asked.pii.ani, self._country) or ""
        named = (asked.pii.dnis, asked.invite_pii.request_user)
        destinations = {number for one in named if (number := canonical(one, self._country))}
        return SipCall(orig, frozenset(destinations), asked.sip_call_id, next(iter(headers.get("date", ())), ""))


def terms_of(route: Route) -> tuple[CallerTrustTerms, Literal["trunk", "rule"]]:
    """A rule's own terms come before its trunk's."""
    if route.rule is not None and route.rule.caller_trust is not None:
        return route.rule.caller_trust, "rule"
    return (route.any_trunk.caller_trust if route.any_trunk else CallerTrustTerms()), "trunk"


def _by_name(asked: AdmissionAsked) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in asked.invite_pii.headers:
        found[name.lower()].append(value)
    return dict(found)
