"""Tokens, certificates and lists in words, for people who look at one. Pure; nothing here is believed or refused.

Everything comes as rows (label, text), a row without a label between parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID

from compliance.stir_shaken import base64url, tn_auth_list
from compliance.stir_shaken.certificate import find, read_speaker, reading
from compliance.stir_shaken.der import NotDer, elements
from compliance.stir_shaken.faults import PHRASES, Fault
from compliance.stir_shaken.identity_header import parse_identity
from compliance.stir_shaken.passport import KINDS, open_token, read_claims
from compliance.stir_shaken.revocation import entries
from compliance.stir_shaken.strict_json import read_object
from compliance.stir_shaken.tn_auth_list import TnAuthList, read_tn_auth_list

Kind = Literal["certificate", "revocation list", "trust list", "token"]
Row = tuple[str, str]
MOST_SHOWN = 20
_USES = ("digital_signature", "content_commitment", "key_cert_sign", "crl_sign")


def kind_of(raw: bytes) -> Kind | None:
    """What a file or an argument is, by its form; None for nothing of ours."""
    text = raw.strip()
    if b"-----BEGIN X509 CRL" in text:
        return "revocation list"
    if b"-----BEGIN CERTIFICATE" in text or b"-----BEGIN X509 CERTIFICATE" in text:
        return "certificate"
    if text[:1] == b"\x30":  # DER: a certificate begins with its version, a revocation list with its algorithm
        return "certificate" if b"\xa0\x03\x02\x01" in text[:24] else "revocation list"
    if text.count(b".") < 2:
        return None
    try:
        payload = read_object(base64url.decode(text.split(b".")[1].decode("ascii"), "payload"), "payload")
    except (Fault, UnicodeDecodeError):
        return "token"
    return "trust list" if "trustList" in payload else "token"


def describe(raw: bytes, kind: Kind, now: datetime) -> list[Row]:
    """Raises Fault for what cannot be read at all."""
    with reading(f"the {kind}"):
        if kind == "certificate":
            return list(_certificates(raw, now))
        if kind == "revocation list":
            return list(_revocation_list(raw, now))
        text = raw.decode("ascii", "replace").strip()
        return list(_trust_list(text, now) if kind == "trust list" else _token(text, now))


def _token(text: str, now: datetime) -> Iterator[Row]:
    token, _, parameters = text.partition(";")
    parts = token.strip().split(".")
    for label, part in zip(("header", "claims"), parts, strict=False):
        yield label, _json(part)
    if parameters:
        yield "parameters", parameters.strip()
    else:
        yield "parameters", "none: this is a token alone, not the value of an Identity header"
        text = f"{token};info=<{_member(parts[0], 'x5u')}>"
    try:
        opened = open_token(parse_identity(text))
        if opened.kind not in KINDS:
            yield "form", f"not a kind that this verifier looks at: {opened.kind}"
            return
        passport = read_claims(opened)
        yield "made", f"{_time(datetime.fromtimestamp(passport.iat, UTC), now)} (iat {passport.iat})"
        yield "form", "good; what it says is worth nothing before its signature is checked: gateway stir verify"
    except (ValueError, OverflowError, OSError):
        yield "made", "at no time that there is"
    except Fault as fault:
        yield "form", refusal(fault)


def _certificates(raw: bytes, now: datetime) -> Iterator[Row]:
    pem = b"-----BEGIN" in raw
    found = x509.load_pem_x509_certificates(raw) if pem else [x509.load_der_x509_certificate(raw)]
    for number, one in enumerate(found):
        if number:
            yield "", ""
        yield from _certificate(one, now)


def _certificate(one: x509.Certificate, now: datetime) -> Iterator[Row]:
    yield "subject", one.subject.rfc4514_string()
    yield "issuer", one.issuer.rfc4514_string()
    yield "serial", f"{one.serial_number:x}"
    yield "valid from", _time(one.not_valid_before_utc, now)
    yield "valid until", _time(one.not_valid_after_utc, now)
    key = one.public_key()
    curve = (
        key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__.removesuffix("PublicKey")
    )
    yield "key", curve
    yield "signed with", one.signature_algorithm_oid._name
    extensions = one.extensions
    usage = find(extensions, ExtensionOID.KEY_USAGE)
    if usage is not None and isinstance(usage.value, x509.KeyUsage):
        yield (
            "key usage",
            ", ".join(use.replace("_", " ") for use in _USES if getattr(usage.value, use)) or "none known",
        )
    policies = find(extensions, ExtensionOID.CERTIFICATE_POLICIES)
    if policies is not None and isinstance(policies.value, x509.CertificatePolicies):
        yield "policy", ", ".join(policy.policy_identifier.dotted_string for policy in policies.value)
    yield "speaks for", _speaks_for(extensions)
    try:
        read_speaker(one, "shaken")
        yield "as a provider's", "good in its form; whether an authority vouches for it: gateway stir verify --trust"
    except Fault as fault:
        yield "as a provider's", refusal(fault)


def _speaks_for(extensions: x509.Extensions) -> str:
    found = find(extensions, x509.ObjectIdentifier(tn_auth_list.OID))
    if found is None or not isinstance(found.value, x509.UnrecognizedExtension):
        return "nobody: it has no TNAuthList"
    try:
        return _named(read_tn_auth_list(found.value.value))
    except Fault as fault:
        return f"{fault.sentence} ({found.value.value[:40].hex()})"


def _named(listed: TnAuthList) -> str:
    codes = [f"the provider {code}" for code in listed.codes]
    ranges = [one.start if one.count == 1 else f"{one.count} numbers from {one.start} on" for one in listed.ranges]
    named = codes + ranges
    return ", ".join(named[:MOST_SHOWN]) + (f" and {len(named) - MOST_SHOWN} more" if len(named) > MOST_SHOWN else "")


def _revocation_list(raw: bytes, now: datetime) -> Iterator[Row]:
    found = x509.load_pem_x509_crl(raw) if b"-----BEGIN" in raw else x509.load_der_x509_crl(raw)
    yield "issuer", found.issuer.rfc4514_string()
    yield "made", _time(found.last_update_utc, now)
    yield "next one", _time(found.next_update_utc, now) if found.next_update_utc else "it does not say"
    withdrawn = entries(found)
    yield "withdrawn", str(len(withdrawn))
    for issuer, serial in withdrawn[:MOST_SHOWN]:
        yield f"  {serial:x}", f"of {_name(issuer)}"
    if len(withdrawn) > MOST_SHOWN:
        yield "", f"and {len(withdrawn) - MOST_SHOWN} more"
    yield "signature", "not checked here"


def _name(der: bytes) -> str:
    """A name of which only the DER is at hand: its readable parts."""
    texts = (text for text in _texts(der) if text.isprintable())
    return ", ".join(texts) or der.hex()


def _texts(content: bytes) -> Iterator[str]:
    try:
        for tag, inside in elements(content):
            if tag & 0x20:
                yield from _texts(inside)
            elif tag in (0x0C, 0x13, 0x16):
                yield inside.decode("utf-8", "replace")
    except NotDer:
        return


def _trust_list(text: str, now: datetime) -> Iterator[Row]:
    parts = text.split(".")
    claims = read_object(base64url.decode(parts[1], "payload"), "payload")
    yield "signer", _member(parts[0], "x5u") or "it does not say"
    yield "sequence", str(claims.get("sequence"))
    exp = claims.get("exp")
    try:
        yield "ends", _time(datetime.fromtimestamp(exp, UTC), now) if type(exp) is int else "it does not say"
    except (ValueError, OverflowError, OSError):
        yield "ends", "at no time that there is"
    listed = claims["trustList"] if isinstance(claims["trustList"], list) else []
    yield "authorities", str(len(listed))
    for one in listed:
        with reading("an authority of the list"):
            certificate = x509.load_pem_x509_certificate(str(one).encode())
            until = _time(certificate.not_valid_after_utc, now)
            yield "", f"{certificate.subject.rfc4514_string()}, valid until {until}"
    yield "signature", "not checked here"


def _json(part: str) -> str:
    try:
        return json.dumps(read_object(base64url.decode(part, "part"), "part"), ensure_ascii=False)
    except Fault as fault:
        return fault.sentence


def _member(part: str, name: str) -> str:
    try:
        value: Any = read_object(base64url.decode(part, "part"), "part").get(name)
    except Fault:
        return ""
    return value if isinstance(value, str) else ""


def _time(at: datetime, now: datetime) -> str:
    days = (at - now).days if at >= now else -(now - at).days
    away = "today" if days == 0 else f"in {days} days" if days > 0 else f"{-days} days ago"
    return f"{at:%Y-%m-%d %H:%M:%S} UTC, {away}"


def refusal(fault: Fault) -> str:
    return f"refused with {fault.sip_code} {PHRASES[fault.sip_code]}: {fault.sentence}"
