"""From two verdicts to one standing, and from that to what follows by the terms. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compliance.caller_trust.carriers import CarrierVerdict
from compliance.caller_trust.terms import CallerTrustTerms, Consequence, Disclosure, Standing
from compliance.stir_shaken import faults
from compliance.stir_shaken.faults import BAD_INFO
from compliance.stir_shaken.verdict import NONE, PASSED, Verdict

BLOCKED = 603
PHRASES = {**faults.PHRASES, BLOCKED: "Network Blocked", 608: "Rejected"}


@dataclass(frozen=True)
class Weighed:
    """`by`: whose verdict counts. `agree`: do both say the same; None for only one. `reason` has no number in it."""

    standing: Standing
    by: Literal["own", "carrier", "nobody"]
    agree: bool | None
    consequence: Consequence
    disclosure: Disclosure
    reason: str

    @property
    def refuses(self) -> bool:
        return self.consequence.do == "refuse"


def weigh(own: Verdict | None, carrier: CarrierVerdict | None, terms: CallerTrustTerms) -> Weighed:
    """`own` is None where nothing is checked here: no authorities are configured."""
    ours, theirs = _own_standing(own), _carrier_standing(carrier)
    said = [one for one in (ours, theirs) if one is not None]
    by = _who_decides(ours, theirs, terms)
    standing = (ours if by == "own" else theirs if by == "carrier" else None) or "unsigned"
    consequence: Consequence = getattr(terms, standing)
    disclosure: Disclosure = getattr(terms.may_disclose, standing if standing in ("A", "B", "C") else "none")
    agree = (ours == theirs) if len(said) == 2 else None
    return Weighed(standing, by, agree, consequence, disclosure, _reason(standing, by, own))


def sip_code_of(weighed: Weighed, own: Verdict | None) -> int:
    """Of a refusal: what the terms say, else what the check says, else that the call is blocked."""
    return weighed.consequence.sip_code or (own.sip_code if own else None) or BLOCKED


def reasons_of(own: Verdict | None, redress: str, code: int) -> tuple[str, ...]:
    """Reason headers of a refusal: one for each token that failed (RFC 9410), and for a blocked call what 603+ wants
    (ATIS-1000099). `redress`: where somebody who was blocked wrongly can say so."""
    faults = [one.fault for one in own.headers if one.fault] if own else []
    if own and own.fault and not faults:
        faults = [own.fault]
    reasons = [f'STIR;cause={fault.sip_code};text="{PHRASES[fault.sip_code]}"' for fault in faults]
    if code == BLOCKED:
        contact = f";url={redress}" if redress else ""
        reasons.append(f'Q.850;cause=21;text="v=analytics1{contact}"')
    return tuple(dict.fromkeys(reasons))


def _own_standing(own: Verdict | None) -> Standing | None:
    if own is None:
        return None
    if own.verstat == PASSED:
        return own.attest or "C"
    if own.verstat == NONE:
        return "unsigned"
    return "unchecked" if own.sip_code == BAD_INFO else "failed"


def _carrier_standing(carrier: CarrierVerdict | None) -> Standing | None:
    if carrier is None:
        return None
    if carrier.outcome == "passed":
        return carrier.level or "C"  # the lowest that it can mean
    return "failed" if carrier.outcome == "failed" else "unsigned"


def _who_decides(
    ours: Standing | None, theirs: Standing | None, terms: CallerTrustTerms
) -> Literal["own", "carrier", "nobody"]:
    """The one that the terms name; the other where that one has nothing to say."""
    says_nothing = (None, "unsigned", "unchecked")
    if ours is None and theirs is None:
        return "nobody"
    if terms.decides == "carrier" or ours is None:
        return "carrier" if theirs not in says_nothing or ours is None else "own"
    return "carrier" if ours in says_nothing and theirs not in says_nothing else "own"


STANDINGS: dict[str, str] = {
    "A": "the caller's provider knows the caller, and that the number is the caller's",
    "B": "the caller's provider knows the caller, but not whether the number is the caller's",
    "C": "the call came in from another network, and nobody knows whose number it is",
    "failed": "the signature on the caller's number is wrong",
    "unsigned": "nobody vouches for the caller's number",
    "unchecked": "the signature on the caller's number could not be checked",
}


def _reason(standing: Standing, by: str, own: Verdict | None) -> str:
    said = STANDINGS[standing]
    if by == "carrier":
        return f"by the carrier's word, {said}"
    if by == "own" and own and own.fault and standing in ("failed", "unchecked"):
        return f"{said}: {own.fault.sentence}"
    return said
