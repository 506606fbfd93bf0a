"""The verdict on an inbound INVITE: ordered checks over what our database knows. Pure.

    trunk_known → number_known → trunk_enabled → source_allowed → caller_allowed
        → screening (compliance/screening/decide.py) → trunk_in_switchboard
        → rule_exists → caller_trust → capacity

Every check that ran is kept with its reason; the first one that refuses decides. LiveKit names no
trunk both for a stranger and for a wrong address, so an unknown trunk alone does not refuse: the
number tells 404 from 403.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Literal

from compliance.caller_trust.evidence import TrustEvidence
from compliance.caller_trust.terms import CallerTrustTerms, Carrier
from compliance.caller_trust.weigh import PHRASES, Weighed
from compliance.consent.terms import DisclosureTerms
from compliance.screening.decide import Screened
from compliance.screening.terms import ScreeningTerms, stricter
from gateway.calls.admission import AdmissionAsked, AdmissionVerdict, Check, LegPolicy
from gateway.calls.participants import AGENT_ID, CALL_ID, CALLER_LABEL, CALLER_TRUST, CAPTURE_FIRST, DISCLOSURE
from gateway.calls.slugs import sentence_for
from trunks.media import MediaTerms

RETRY_AFTER_S = 5


@dataclass(frozen=True)
class KnownTrunk:
    id: str
    allowed_addresses: tuple[str, ...] = ()  # IP literals or CIDR blocks; empty allows any source
    allowed_numbers: tuple[str, ...] = ()  # calling numbers; empty allows every caller
    enabled: bool = True
    any_number: bool = False
    max_calls: int | None = None
    open_calls: int = 0
    on_control_plane_loss: Literal["accept", "reject"] = "reject"
    media: MediaTerms = field(default_factory=MediaTerms)
    screening: ScreeningTerms = field(default_factory=ScreeningTerms)
    carrier_verdicts: Carrier = "none"
    caller_trust: CallerTrustTerms = field(default_factory=CallerTrustTerms)


@dataclass(frozen=True)
class KnownRule:
    id: str
    agent_id: str
    fallback_prompt: str = ""
    max_duration_s: int | None = None
    screening: ScreeningTerms = field(default_factory=ScreeningTerms)
    caller_trust: CallerTrustTerms | None = None  # None: as the trunk says
    disclosure: DisclosureTerms = field(default_factory=DisclosureTerms)
    capture: str = ""


@dataclass(frozen=True)
class Trust:
    """Who vouches for the caller, and what follows. `reasons`: Reason headers of a refusal."""

    weighed: Weighed
    evidence: TrustEvidence
    sip_code: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """What our database knows about one INVITE. `trunk` belongs to LiveKit's trunk id, `owner` to the number."""

    trunk: KnownTrunk | None = None
    number_id: str = ""
    owner: KnownTrunk | None = None
    rule: KnownRule | None = None
    screened: Screened | None = None  # None: nobody has looked

    @property
    def any_trunk(self) -> KnownTrunk | None:
        return self.trunk or self.owner

    @property
    def screening(self) -> ScreeningTerms:
        """Of trunk and rule together."""
        of_trunk = self.any_trunk.screening if self.any_trunk else ScreeningTerms()
        return stricter(of_trunk, self.rule.screening) if self.rule else of_trunk


@dataclass(frozen=True)
class _Refusal:
    sip_code: int
    slug: str
    retry_after_s: int | None = None
    reasons: tuple[str, ...] = ()
    phrase: str = ""


def admit(asked: AdmissionAsked, route: Route, trust: Trust | None = None) -> AdmissionVerdict:
    """Accept with attributes and policy, or reject with the code, slug and sentence of the first refusal.

    `trust` is found out only for a call that is accepted without; it is None as long as nobody has looked.
    """
    checks: list[Check] = []
    evidence = trust.evidence if trust else None
    for check, refusal in _checks(asked, route, trust):
        checks.append(check)
        if refusal is not None and not check.passed:
            return AdmissionVerdict(
                verdict="reject",
                checks=checks,
                policy=policy_of(route),
                sip_code=refusal.sip_code,
                slug=refusal.slug,
                sentence=sentence_for(refusal.slug),
                retry_after_s=refusal.retry_after_s,
                reasons=list(refusal.reasons),
                phrase=refusal.phrase,
                caller_trust=evidence,
            )
    accepted = AdmissionVerdict(
        verdict="accept",
        checks=checks,
        attributes=_attributes(asked, route, trust),
        policy=policy_of(route),
        challenge="press_key" if route.screened and route.screened.challenge else "",
        caller_trust=evidence,
    )
    return _with_consequence(accepted, trust) if trust else accepted


def _with_consequence(accepted: AdmissionVerdict, trust: Trust) -> AdmissionVerdict:
    consequence = trust.weighed.consequence
    if consequence.do == "challenge":
        return accepted.model_copy(update={"challenge": "pin" if consequence.by == "pin" else "press_key"})
    if consequence.do == "send" and not consequence.to.startswith("agt_"):
        sent = {"slug": "redirected", "sentence": sentence_for("redirected"), "contacts": [consequence.to]}
        return accepted.model_copy(update={"verdict": "redirect", "sip_code": 302, "attributes": {}, **sent})
    return accepted


def policy_of(route: Route) -> LegPolicy:
    """What the node keeps for this leg, and on disk for the trunk's next ones."""
    wishes: dict[str, object] = {}
    if route.rule and route.rule.fallback_prompt:
        wishes["fallback_prompt"] = route.rule.fallback_prompt
    if route.rule and route.rule.max_duration_s:
        wishes["max_duration_s"] = route.rule.max_duration_s
    if route.any_trunk:
        wishes["on_control_plane_loss"] = route.any_trunk.on_control_plane_loss
        wishes["media"] = route.any_trunk.media
    return LegPolicy.model_validate(wishes)


def source_allowed(address: str, allowed: tuple[str, ...]) -> bool:
    """True when the list is empty, or names `address` or a block it lies in. An unreadable address is not allowed."""
    if not allowed:
        return True
    try:
        source = ip_address(address)
    except ValueError:
        return False
    return any(_covers(entry, source) for entry in allowed)


def _covers(entry: str, source: object) -> bool:
    try:
        return source in ip_network(entry, strict=False)  # pyright: ignore[reportOperatorIssue]
    except ValueError:
        return False


def _checks(asked: AdmissionAsked, route: Route, trust: Trust | None) -> list[tuple[Check, _Refusal | None]]:
    return [
        (_trunk_known(asked, route), None),
        (_number_known(route), _Refusal(404, "unknown_number")),
        (_has_trunk(route), _Refusal(404, "no_trunk")),
        (_source(asked, route), _Refusal(403, "source_not_allowed")),
        (_caller(asked, route), _Refusal(403, "caller_not_allowed")),
        *_screening(route),
        (_in_switchboard(route), _Refusal(503, "no_trunk", RETRY_AFTER_S)),
        (_rule_exists(route), _Refusal(404, "no_rule")),
        *([_trust(trust)] if trust else []),
        (_capacity(route), _Refusal(503, "over_capacity", RETRY_AFTER_S)),
    ]


def _trunk_known(asked: AdmissionAsked, route: Route) -> Check:
    if route.trunk:
        return Check(name="trunk_known", passed=True, reason="LiveKit matched one of our trunks")
    reason = "LiveKit matched a trunk that is not ours" if asked.livekit_trunk_id else "LiveKit matched no trunk"
    return Check(name="trunk_known", passed=False, reason=reason)


def _number_known(route: Route) -> Check:
    if route.number_id:
        return Check(name="number_known", passed=True, reason="the called number is ours")
    if route.trunk and route.trunk.any_number:
        return Check(name="number_known", passed=True, reason="the trunk takes every number")
    return Check(name="number_known", passed=False, reason="the called number is not in this gateway's numbers")


def _has_trunk(route: Route) -> Check:
    trunk = route.any_trunk
    passed = trunk is not None and trunk.enabled
    reason = "a trunk takes this number" if passed else "no enabled inbound trunk takes this number"
    return Check(name="trunk_enabled", passed=passed, reason=reason)


def _source(asked: AdmissionAsked, route: Route) -> Check:
    trunk = route.any_trunk
    if trunk is None or not trunk.allowed_addresses:
        return Check(name="source_allowed", passed=True, reason="the trunk names no source addresses")
    if route.trunk is not None and not asked.pii.source_address:  # a bridge that does not tell it
        return Check(name="source_allowed", passed=True, reason="LiveKit has looked at the source")
    passed = source_allowed(asked.pii.source_address, trunk.allowed_addresses)
    reason = "the source is one of the trunk's" if passed else "the source is not in the trunk's allowed addresses"
    return Check(name="source_allowed", passed=passed, reason=reason)


def _caller(asked: AdmissionAsked, route: Route) -> Check:
    trunk = route.any_trunk
    if trunk is None or not trunk.allowed_numbers:
        return Check(name="caller_allowed", passed=True, reason="the trunk takes every caller")
    passed = asked.pii.ani in trunk.allowed_numbers
    reason = "the caller is one of the trunk's" if passed else "the caller is not in the trunk's allowed numbers"
    return Check(name="caller_allowed", passed=passed, reason=reason)


def _screening(route: Route) -> list[tuple[Check, _Refusal | None]]:
    if route.screened is None:
        return []
    refusal = route.screened.refusal
    refused = _Refusal(refusal.sip_code, refusal.slug, refusal.retry_after_s, (), refusal.phrase) if refusal else None
    return [
        (Check(name=one.name, passed=one.passed, reason=one.reason, by=one.by), None if one.passed else refused)
        for one in route.screened.findings
    ]


def _in_switchboard(route: Route) -> Check:
    passed = route.trunk is not None
    reason = "LiveKit has the trunk" if passed else "LiveKit does not match the call to the number's trunk"
    return Check(name="trunk_in_switchboard", passed=passed, reason=reason)


def _rule_exists(route: Route) -> Check:
    reason = "a dispatch rule takes the call" if route.rule else "no dispatch rule takes this trunk and number"
    return Check(name="rule_exists", passed=route.rule is not None, reason=reason)


def _trust(trust: Trust) -> tuple[Check, _Refusal]:
    check = Check(name="caller_trust", passed=not trust.weighed.refuses, reason=trust.weighed.reason)
    phrase = PHRASES.get(trust.sip_code, "")
    return check, _Refusal(trust.sip_code, "unverified_caller", reasons=trust.reasons, phrase=phrase)


def _capacity(route: Route) -> Check:
    trunk = route.any_trunk
    if trunk is None or trunk.max_calls is None:
        return Check(name="capacity", passed=True, reason="the trunk has no call limit")
    passed = trunk.open_calls < trunk.max_calls
    reason = f"{trunk.open_calls} of {trunk.max_calls} calls are open on the trunk"
    return Check(name="capacity", passed=passed, reason=reason)


def agent_of(route: Route, trust: Trust | None) -> str:
    """The rule's, or the one that the caller's standing leads to."""
    to = trust.weighed.consequence.to if trust else ""
    return to if to.startswith("agt_") else route.rule.agent_id if route.rule else ""


def _attributes(asked: AdmissionAsked, route: Route, trust: Trust | None) -> dict[str, str]:
    """`gateway.*` for the SIP participant; never a number."""
    weighed = trust.weighed if trust else None
    label = weighed.reason if weighed and weighed.consequence.do == "label" else ""
    agent, rule = agent_of(route, trust), route.rule
    known = {
        CALL_ID: asked.call_id,
        "gateway.trunkID": route.any_trunk.id if route.any_trunk else "",
        "gateway.numberID": route.number_id,
        "gateway.ruleID": rule.id if rule else "",
        AGENT_ID: agent,
        CAPTURE_FIRST: rule.capture if rule and rule.agent_id == agent else "",
        CALLER_TRUST: weighed.standing if weighed and weighed.by != "nobody" else "",
        CALLER_LABEL: label,
        DISCLOSURE: weighed.disclosure if weighed and weighed.disclosure != "full" else "",
    }
    return {name: value for name, value in known.items() if value}
