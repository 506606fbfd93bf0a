"""What is kept of the question who vouched for a caller: in the record of the call, and for who looks at it later."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.caller_trust.carriers import CarrierVerdict
from compliance.caller_trust.terms import Carrier, Disclosure, Standing
from compliance.caller_trust.weigh import Weighed
from compliance.stir_shaken.verdict import Checked, Verdict


class Evidence(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HeaderEvidence(Evidence):
    """One Identity header: what it was, and the first check that it failed. `serial` in hexadecimal."""

    kind: str
    verstat: str
    attest: str = ""
    origid: str = ""
    provider: str = Field(default="", description="service provider code of the certificate")
    region: str = ""
    serial: str = ""
    certificate_host: str = ""
    replayed: bool = False
    sip_code: int | None = None
    slug: str = ""
    sentence: str = ""


class OwnEvidence(Evidence):
    verstat: str
    diverted: int = Field(default=0, description="diversions on the way to us")
    date_is_off: bool = False
    sip_code: int | None = None
    slug: str = ""
    sentence: str
    headers: tuple[HeaderEvidence, ...] = ()


class CarrierEvidence(Evidence):
    carrier: Carrier
    outcome: str
    level: str = ""
    diverted: bool = False
    origid: str = ""


class TrustEvidence(Evidence):
    """Both verdicts side by side, and which of them counted."""

    standing: Standing
    by: Literal["own", "carrier", "nobody"]
    agree: bool | None = Field(default=None, description="of two verdicts; null when there was one")
    follows: str = Field(description="what the terms then say: allow, label, challenge, send, refuse")
    terms_of: Literal["trunk", "rule"]
    disclosure: Disclosure
    reason: str
    own: OwnEvidence | None = Field(default=None, description="null: no authorities are configured")
    carrier: CarrierEvidence | None = None


def evidence_of(
    weighed: Weighed,
    own: Verdict | None,
    said: CarrierVerdict | None,
    carrier: Carrier,
    terms_of: Literal["trunk", "rule"],
) -> TrustEvidence:
    return TrustEvidence(
        standing=weighed.standing,
        by=weighed.by,
        agree=weighed.agree,
        follows=weighed.consequence.do,
        terms_of=terms_of,
        disclosure=weighed.disclosure,
        reason=weighed.reason,
        own=_own(own) if own else None,
        carrier=_carrier(carrier, said) if said else None,
    )


def _own(own: Verdict) -> OwnEvidence:
    return OwnEvidence(
        verstat=own.verstat,
        diverted=own.diverted,
        date_is_off=own.date_is_off,
        sip_code=own.sip_code,
        slug=own.fault.slug if own.fault else "",
        sentence=own.sentence,
        headers=tuple(_header(one) for one in own.headers),
    )


def _header(one: Checked) -> HeaderEvidence:
    return HeaderEvidence(
        kind=one.kind,
        verstat=one.verstat,
        attest=one.attest or "",
        origid=one.origid,
        provider=one.code,
        region=one.region,
        serial=one.serial,
        certificate_host=one.host,
        replayed=one.replayed,
        sip_code=one.fault.sip_code if one.fault else None,
        slug=one.fault.slug if one.fault else "",
        sentence=one.fault.sentence if one.fault else "",
    )


def _carrier(carrier: Carrier, said: CarrierVerdict) -> CarrierEvidence:
    return CarrierEvidence(
        carrier=carrier, outcome=said.outcome, level=said.level or "", diverted=said.diverted, origid=said.origid
    )
