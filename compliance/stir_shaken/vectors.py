"""A file of test vectors, run through the verifier: tokens, certificates, a clock, and the verdict to come to.

{"certs": {name: PEM}, "trust": [name], "crl": name, "crl_signer": name, "profile_default": "shaken", "vectors": [
  {"id", "identity": value | [values] | null, "x5u_serves": "leaf+intermediate" | "http:404" | "timeout" | "body:TEXT" |
   "body-bytes:N", "now": seconds, "sip_from", "sip_to", "sip_date", "default_cc", "must_not_fetch", "profile",
   "expect": {"verstat", "sip_code", "reason"}, "expect_by_profile": {profile: {…}}}]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, get_args

import phonenumbers

from compliance.stir_shaken.certificate import Profile
from compliance.stir_shaken.certificates import MOST_BYTES, body_of
from compliance.stir_shaken.chain import Credential, read_credential
from compliance.stir_shaken.faults import Fault, bad_info
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.revocation import read_revocation_list
from compliance.stir_shaken.telephone import canonical
from compliance.stir_shaken.trust import Region, read_anchors
from compliance.stir_shaken.verdict import Verdict
from compliance.stir_shaken.verify import Rules, SipCall, judge, open_header
from gateway.net.outside import Answer

PROFILES: tuple[Profile, ...] = get_args(Profile)


@dataclass(frozen=True)
class Outcome:
    """`fetched` although it must not be counts as a difference, too."""

    name: str
    profile: Profile
    expected: tuple[str, int | None]
    found: tuple[str, int | None]
    sentence: str
    fetched_wrongly: bool

    @property
    def matches(self) -> bool:
        return self.expected == self.found and not self.fetched_wrongly


def run_vectors(file: Mapping[str, Any]) -> Iterator[Outcome]:
    """One outcome for each vector and profile of ours that it has an expectation for. Raises KeyError for a file of
    another form, Fault when its authorities or its revocation list are broken."""
    certs: dict[str, str] = file["certs"]
    region = Region("vectors", tuple(one for name in file["trust"] for one in read_anchors(certs[name].encode())))
    revoked = {}
    if file.get("crl"):
        signers = read_anchors(certs[file["crl_signer"]].encode())
        revoked = {region.name: read_revocation_list(certs[file["crl"]].encode(), signers)}
    rules = Rules(revoked=revoked)
    for vector in file["vectors"]:
        by_profile = vector.get("expect_by_profile") or {file.get("profile_default", "shaken"): vector["expect"]}
        for profile in PROFILES:
            if expected := by_profile.get(profile):
                yield _run(vector, expected, replace(rules, profile=profile), region, certs)


def without_profile(file: Mapping[str, Any]) -> list[str]:
    """`id (profile)` of each expectation for a profile that this verifier does not have."""
    return [
        f"{vector['id']} ({name})"
        for vector in file["vectors"]
        for name in vector.get("expect_by_profile", {})
        if name not in PROFILES
    ]


def _run(
    vector: Mapping[str, Any], expected: Mapping[str, Any], rules: Rules, region: Region, certs: Mapping[str, str]
) -> Outcome:
    now = datetime.fromtimestamp(vector["now"], UTC)
    identity = vector["identity"]
    values = identity if isinstance(identity, list) else [identity] if identity else []
    country = phonenumbers.region_code_for_country_code(int(vector.get("default_cc", "1")))
    opened = [open_header(value, rules) for value in values]
    served = {one.x5u: _served(vector["x5u_serves"], certs, region, rules, now) for one in opened if one.token}
    call = SipCall(
        orig=canonical(vector["sip_from"], country) or "",
        destinations=frozenset({canonical(vector["sip_to"], country) or ""}),
        date=vector.get("sip_date") or "",
    )
    verdict: Verdict = judge(opened, served, call, now, rules, Seen())
    return Outcome(
        vector["id"],
        rules.profile,
        (expected["verstat"], expected["sip_code"]),
        (verdict.verstat, verdict.sip_code),
        verdict.sentence,
        bool(served) and vector.get("must_not_fetch", False),
    )


def _served(script: str, certs: Mapping[str, str], region: Region, rules: Rules, now: datetime) -> Credential | Fault:
    kind, colon, rest = script.partition(":")
    try:
        if script == "timeout":
            raise bad_info("fetch_timeout", "the certificate did not come in time")
        if not colon:
            body = "\n".join(certs[name] for name in script.split("+")).encode()
            answer = Answer(200, {}, body, cut=False)
        elif kind == "http":
            answer = Answer(int(rest.split()[0]), {}, b"", cut=False)
        else:
            body = rest.encode() if kind == "body" else b"x" * int(rest)
            answer = Answer(200, {}, body[:MOST_BYTES], cut=len(body) > MOST_BYTES)
        return read_credential(body_of(answer), [region], rules.profile, now)
    except Fault as fault:
        return fault
