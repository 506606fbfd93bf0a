"""The verdict that a carrier reached itself, as each one writes it into the INVITE. Pure.

It is read only for a trunk whose terms name that carrier: a header proves nothing by itself. The same words mean
different things: a bare `TN-Validation-Passed` is full attestation at Telnyx, and of unknown level elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from compliance.caller_trust.terms import Carrier

Outcome = Literal["passed", "failed", "none"]
LEVELS: dict[str, Literal["A", "B", "C"]] = {"A": "A", "B": "B", "C": "C"}
LONGEST_ORIGID = 64
_VERSTAT_PARAMETER = re.compile(r";\s*verstat\s*=\s*\"?([A-Za-z0-9-]{1,64})", re.IGNORECASE)
# TN-Verification-… is how older documents of Bandwidth spell it
_VERSTAT = re.compile(
    r"(?:(?P<passed>TN-(?:Validation|Verification)-Passed)|(?P<failed>TN-(?:Validation|Verification)-Failed)"
    r"|(?P<none>No-TN-(?:Validation|Verification)))(?:-(?P<level>[ABC]))?(?P<diverted>-Diverted)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CarrierVerdict:
    """`level` is None when the carrier says that the check passed, and not at which attestation."""

    outcome: Outcome
    level: Literal["A", "B", "C"] | None = None
    diverted: bool = False
    origid: str = ""


Headers = Mapping[str, Sequence[str]]  # by name in lower case


def carrier_verdict(carrier: Carrier, headers: Headers) -> CarrierVerdict | None:
    """None when the carrier said nothing, or what nobody can read."""
    return _READERS[carrier](headers) if carrier in _READERS else None


def _generic(headers: Headers) -> CarrierVerdict | None:
    """3GPP TS 24.229: `verstat` in the asserted identity or From, and the attestation beside it (ATIS-1000074)."""
    found = _read(_parameter(headers))
    if found is None or found.outcome != "passed":
        return found
    return CarrierVerdict("passed", found.level or _level(headers), found.diverted, _origid(headers))


def _twilio(headers: Headers) -> CarrierVerdict | None:
    found = _read(_first(headers, "x-twilio-verstat"))
    return found and CarrierVerdict(found.outcome, found.level if found.outcome == "passed" else None, found.diverted)


def _telnyx(headers: Headers) -> CarrierVerdict | None:
    found = _read(_parameter(headers))
    return found and CarrierVerdict(found.outcome, (found.level or "A") if found.outcome == "passed" else None)


def _plivo(headers: Headers) -> CarrierVerdict | None:
    """It does not tell the level."""
    outcomes: dict[str, Outcome] = {"verified": "passed", "not verified": "failed", "not applicable": "none"}
    outcome = outcomes.get(_first(headers, "x-plivo-stir-verification").strip().lower())
    return CarrierVerdict(outcome) if outcome else None


_READERS: dict[str, Callable[[Headers], CarrierVerdict | None]] = {
    "generic": _generic,
    "bandwidth": _generic,
    "twilio": _twilio,
    "telnyx": _telnyx,
    "plivo": _plivo,
}


def _read(text: str) -> CarrierVerdict | None:
    match = _VERSTAT.fullmatch(text.strip())
    if match is None:
        return None
    outcome: Outcome = "passed" if match["passed"] else "failed" if match["failed"] else "none"
    return CarrierVerdict(outcome, LEVELS.get((match["level"] or "").upper()), bool(match["diverted"]))


def _parameter(headers: Headers) -> str:
    """Of the first identity that has one, the asserted ones before From."""
    for value in (*headers.get("p-asserted-identity", ()), *headers.get("from", ())):
        if match := _VERSTAT_PARAMETER.search(value):
            return match[1]
    return ""


def _level(headers: Headers) -> Literal["A", "B", "C"] | None:
    said = _first(headers, "p-attestation-indicator") or _first(headers, "attestation-info")
    return LEVELS.get(said.strip().upper())


def _origid(headers: Headers) -> str:
    origid = (_first(headers, "p-origination-id") or _first(headers, "origination-id")).strip()
    return origid if len(origid) <= LONGEST_ORIGID and origid.isprintable() else ""


def _first(headers: Headers, name: str) -> str:
    return next(iter(headers.get(name, ())), "")
