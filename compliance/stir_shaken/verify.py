"""The check of a call's Identity headers, in the order of RFC 8224 §6.2 and ATIS-1000074 §5.3. Pure.

    opened = [open_header(value, rules) for value in values]   # form and address: what fails here is not fetched for
    credentials = …of each opened.x5u…                          # a Credential, or the Fault of getting one
    verdict = judge(opened, credentials, call, now, rules, seen)

Any input ends in a verdict; whatever is not proved is not believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

from compliance.stir_shaken.caller_name import CallerName
from compliance.stir_shaken.certificate import Profile
from compliance.stir_shaken.chain import Credential
from compliance.stir_shaken.diversion import diversions_to
from compliance.stir_shaken.faults import USE_IDENTITY, Fault, invalid, stale, unsupported
from compliance.stir_shaken.identity_header import parse_identity
from compliance.stir_shaken.location import PORTS, check_location
from compliance.stir_shaken.passport import KINDS, Passport, Unread, open_token, read_claims
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.revocation import RevocationList
from compliance.stir_shaken.signature import SIZE, is_good
from compliance.stir_shaken.verdict import FAILED, NONE, PASSED, Checked, Verdict

FRESH_S = 60
MOST_HEADERS = 8


@dataclass(frozen=True)
class SipCall:
    """What the SIP request says, numbers canonical (`telephone.canonical`). `orig`: of P-Asserted-Identity when whoever
    sent it may assert one, else From; "" when it is no number. `destinations`: To and Request-URI."""

    orig: str
    destinations: frozenset[str]
    call_id: str = ""
    date: str = ""


@dataclass(frozen=True)
class Rules:
    """`without_list`: what a certificate is worth whose region has no revocation list at hand. `revoked`: by region."""

    profile: Profile = "shaken"
    fresh_s: int = FRESH_S
    ports: frozenset[int] = PORTS
    without_list: Literal["pass", "fail"] = "pass"
    revoked: Mapping[str, RevocationList] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """A header as far as it can be looked at alone. Either `token`, or `fault`, or neither: not a kind of ours."""

    kind: str = ""
    token: Unread | None = None
    fault: Fault | None = None

    @property
    def x5u(self) -> str:
        return self.token.x5u if self.token else ""


@dataclass(frozen=True)
class _Proved:
    """A token whose signature and claims are good, for this caller; where it leads is not looked at yet."""

    passport: Passport
    credential: Credential
    replayed: bool


def open_header(value: str, rules: Rules) -> Opened:
    kind = ""
    try:
        token = open_token(parse_identity(value))
        kind = token.kind[:32] if token.kind.isprintable() else ""
        if token.kind not in KINDS:
            return Opened(kind)
        check_location(token.x5u, rules.ports)
        return Opened(kind, token)
    except Fault as fault:
        return Opened(kind, fault=fault)


def judge(
    opened: Sequence[Opened],
    credentials: Mapping[str, Credential | Fault],
    call: SipCall,
    now: datetime,
    rules: Rules,
    seen: Seen,
) -> Verdict:
    """`credentials`: by x5u, one for each opened token; a missing one counts as not fetched."""
    if len(opened) > MOST_HEADERS:
        return Verdict(FAILED, fault=invalid("too_many_headers", f"more than {MOST_HEADERS} Identity headers came"))
    results = [_prove(one, credentials, call, now, rules, seen) for one in opened]
    return _together(opened, results, call, date_is_off=_is_off(call.date, now, rules))


def _prove(
    one: Opened,
    credentials: Mapping[str, Credential | Fault],
    call: SipCall,
    now: datetime,
    rules: Rules,
    seen: Seen,
) -> _Proved | Fault | None:
    if one.token is None:
        return one.fault
    credential = credentials.get(one.x5u) or Fault(436, "not_fetched", "the certificate was not fetched")
    if isinstance(credential, Fault):
        return credential
    try:
        _check_credential(credential, now, rules)
        if len(one.token.signature) != SIZE:  # not sooner: with a key of another size, the certificate is to blame
            raise invalid("signature_size", f"the signature does not have the {SIZE} bytes of ES256")
        if not is_good(credential.key, one.token.signature, one.token.signed):
            raise invalid("signature", "the signature is not the certificate's, or the token was changed")
        passport = read_claims(one.token)
        _check_time(passport, credential, now, rules)
        _check_origin(passport, credential, call)
    except Fault as fault:
        return fault
    replayed = seen.before(passport.signed, passport.signature, call.call_id, now.timestamp())
    return _Proved(passport, credential, replayed)


def _check_credential(credential: Credential, now: datetime, rules: Rules) -> None:
    if now > credential.not_after:
        raise unsupported("expired", "the certificate, or one above it, has expired")
    if now < credential.not_before:
        raise unsupported("not_yet_valid", "the certificate, or one above it, is not valid yet")
    revoked = rules.revoked.get(credential.region.name)
    if revoked is None and rules.without_list == "fail":
        raise unsupported("no_revocation_list", "whether the certificate is withdrawn cannot be told now")
    if revoked is not None and revoked.names(credential.links):
        raise unsupported("revoked", "the certificate, or one above it, is withdrawn")


def _check_time(passport: Passport, credential: Credential, now: datetime, rules: Rules) -> None:
    age = int(now.timestamp()) - passport.iat
    if age > rules.fresh_s:
        raise stale("stale", f"the token is older than {rules.fresh_s} seconds")
    if age < -rules.fresh_s:
        raise stale("future", f"the token is from more than {rules.fresh_s} seconds in the future")
    if not credential.not_before <= datetime.fromtimestamp(passport.iat, UTC) <= credential.not_after:
        raise unsupported("not_valid_then", "the certificate was not valid when the token was made")


def _check_origin(passport: Passport, credential: Credential, call: SipCall) -> None:
    if passport.orig != call.orig:
        raise invalid("orig_mismatch", "the token is about another caller than the request")
    codes = credential.region.country_codes
    if codes and not passport.orig.startswith(codes):
        raise unsupported("region", f"authorities of the region {credential.region.name} do not vouch for this country")
    speaks_for = passport.div if passport.kind == "div" else passport.orig
    if not credential.may_speak_for.covers(speaks_for):
        raise unsupported("tn_auth_list_scope", "the certificate does not speak for this number")


def _together(
    opened: Sequence[Opened], results: Sequence[_Proved | Fault | None], call: SipCall, *, date_is_off: bool
) -> Verdict:
    proved = [one for one in results if isinstance(one, _Proved)]
    diversions = [one.passport for one in proved if one.passport.kind == "div"]
    best: tuple[_Proved, int] | None = None
    for one in proved:
        if one.passport.kind != "shaken":
            continue
        steps = diversions_to(one.passport.dest, call.destinations, diversions)
        if steps is not None and (best is None or steps < best[1]):
            best = (one, steps)
    elsewhere = _elsewhere(diverted=any(one.kind == "div" for one in opened))
    checked = tuple(
        _checked(one, result, elsewhere, reached=_leads_here(result, call, diversions))
        for one, result in zip(opened, results, strict=True)
    )
    if best is not None:
        (winner, steps), credential = best, best[0].credential
        return Verdict(
            PASSED,
            checked,
            attest=winner.passport.attest,
            origid=winner.passport.origid,
            code=credential.code,
            region=credential.region.name,
            serial=credential.serial,
            name=_name(proved, call),
            diverted=steps,
            replayed=winner.replayed,
            date_is_off=date_is_off,
        )
    if all(one.verstat == NONE for one in checked):
        fault = None if opened else Fault(USE_IDENTITY, "no_identity", "the request has no Identity header")
        return Verdict(NONE, checked, fault=fault, date_is_off=date_is_off)
    first = next((one.fault for one in checked if one.fault), None)
    alone = invalid("div_alone", "the token of a diversion comes without the one it is about")
    return Verdict(FAILED, checked, fault=first or alone, date_is_off=date_is_off)


def _leads_here(result: _Proved | Fault | None, call: SipCall, diversions: Sequence[Passport]) -> bool:
    return isinstance(result, _Proved) and (
        result.passport.kind == "div" or diversions_to(result.passport.dest, call.destinations, diversions) is not None
    )


def _elsewhere(*, diverted: bool) -> Fault:
    if diverted:
        return invalid("div_gap", "the diversions do not lead from the token's destination to this number")
    return invalid("dest_mismatch", "the token was made for another destination: it may be a copy")


def _checked(one: Opened, result: _Proved | Fault | None, elsewhere: Fault, *, reached: bool) -> Checked:
    host = urlsplit(one.x5u).hostname or ""
    if result is None:
        return Checked(one.kind, NONE)
    if isinstance(result, Fault):
        return Checked(one.kind, FAILED, result, host=host)
    passport, credential = result.passport, result.credential
    return Checked(
        one.kind,
        PASSED if reached else FAILED,
        None if reached else elsewhere,
        passport.attest if reached else None,
        passport.origid,
        credential.code,
        credential.region.name,
        credential.serial,
        host,
        result.replayed,
    )


def _name(proved: Sequence[_Proved], call: SipCall) -> CallerName | None:
    diversions = [one.passport for one in proved if one.passport.kind == "div"]
    named = [one for one in proved if one.passport.name and _leads_here(one, call, diversions)]
    return named[0].passport.name if named else None


def _is_off(date: str, now: datetime, rules: Rules) -> bool:
    if not date:
        return False
    try:
        said = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return True
    said = said if said.tzinfo else said.replace(tzinfo=UTC)
    return abs((now - said).total_seconds()) > rules.fresh_s
