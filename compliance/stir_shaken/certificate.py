"""What a STI certificate has to look like (RFC 8226, ATIS-1000080 §6.4): fields of the one certificate alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID

from compliance.stir_shaken import tn_auth_list
from compliance.stir_shaken.faults import Fault, bad_info, unsupported
from compliance.stir_shaken.tn_auth_list import TnAuthList

# shaken: a provider's, one code and no numbers (ATIS-1000080); rfc8226: also those for numbers (delegate, RFC 9060)
Profile = Literal["shaken", "rfc8226"]

MOST_CERTIFICATES = 8
LIMITS_CLAIMS = ("1.3.6.1.5.5.7.1.27", "1.3.6.1.5.5.7.1.33")  # JWTClaimConstraints, enhanced ones
MAY_BE_CRITICAL = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE}
ISSUER_MAY_BE_CRITICAL = MAY_BE_CRITICAL | {ExtensionOID.CERTIFICATE_POLICIES}
ISSUER_ALGORITHMS = {SignatureAlgorithmOID.ECDSA_WITH_SHA256, SignatureAlgorithmOID.ECDSA_WITH_SHA384}
_UNREADABLE = (
    ValueError, TypeError, KeyError, OverflowError, UnsupportedAlgorithm,
    x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType,
)  # fmt: skip
_BLOCK = re.compile(rb"-----BEGIN (?:X509 )?CERTIFICATE-----")


@dataclass(frozen=True)
class Speaker:
    """For whom a certificate of the right form speaks. Whether anybody vouches for that, `chain.py` finds out."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePublicKey
    may_speak_for: TnAuthList


@contextmanager
def reading(what: str) -> Iterator[None]:
    """What the ASN.1 reader says of a broken certificate, as Fault 437."""
    try:
        yield
    except Fault:
        raise
    except _UNREADABLE as error:
        raise unsupported("certificate_syntax", f"{what} cannot be read") from error


def read_bundle(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file, the speaker's first. Raises Fault 436 for none, 437 for a broken one."""
    count = len(_BLOCK.findall(pem))
    if count == 0:
        raise bad_info("no_certificate", "what the certificate's address answered is no PEM certificate")
    if count > MOST_CERTIFICATES:
        raise unsupported("too_many_certificates", f"more than {MOST_CERTIFICATES} certificates came")
    with reading("a certificate"):
        return x509.load_pem_x509_certificates(pem)


def read_speaker(certificate: x509.Certificate, profile: Profile, policy_oid: str = "") -> Speaker:
    """Raises Fault 437, for the first thing that a STI certificate does not have like this."""
    with reading("the certificate"):
        if certificate.version is not x509.Version.v3:
            raise unsupported("certificate_version", "the certificate is not of version 3")
        key = certificate.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise unsupported("certificate_key", "the certificate's key is not on the curve P-256")
        if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
            raise unsupported("certificate_algorithm", "the certificate is not signed with ECDSA and SHA-256")
        extensions = certificate.extensions
        check_critical(extensions, MAY_BE_CRITICAL)
        _check_use(extensions)
        if policy_oid:
            _check_policy(extensions, policy_oid)
        may_speak_for = _authority(extensions)
        if profile == "shaken":
            _check_provider(certificate.subject, may_speak_for)
        return Speaker(certificate, key, may_speak_for)


def check_critical(extensions: x509.Extensions, known: set[x509.ObjectIdentifier]) -> None:
    """Raises Fault 437."""
    if any(one.critical and one.oid not in known for one in extensions):
        raise unsupported("critical_extension", "a certificate has a critical extension that STI ones do not have")


def find(extensions: x509.Extensions, oid: x509.ObjectIdentifier) -> x509.Extension[x509.ExtensionType] | None:
    try:
        return extensions.get_extension_for_oid(oid)
    except x509.ExtensionNotFound:
        return None


def _check_use(extensions: x509.Extensions) -> None:
    basic = find(extensions, ExtensionOID.BASIC_CONSTRAINTS)
    if basic is not None and isinstance(basic.value, x509.BasicConstraints) and basic.value.ca:
        raise unsupported("certificate_is_ca", "the certificate is an authority's, and may not speak for a call")
    usage = find(extensions, ExtensionOID.KEY_USAGE)
    if usage is None or not isinstance(usage.value, x509.KeyUsage) or not usage.value.digital_signature:
        raise unsupported("key_usage", "the certificate is not meant for digital signatures")
    if not usage.critical:
        raise unsupported("key_usage", "the certificate's key usage is not marked critical")
    for oid in (ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER):
        if find(extensions, oid) is None:
            raise unsupported("key_identifier", "the certificate does not name its key, or its authority's")


def _check_policy(extensions: x509.Extensions, policy_oid: str) -> None:
    policies = find(extensions, ExtensionOID.CERTIFICATE_POLICIES)
    named = [one.policy_identifier.dotted_string for one in policies.value] if policies else []  # pyright: ignore
    if named != [policy_oid]:
        raise unsupported("certificate_policy", "the certificate does not follow this region's certificate policy")


def _authority(extensions: x509.Extensions) -> TnAuthList:
    if any(one.oid.dotted_string in LIMITS_CLAIMS for one in extensions):
        raise unsupported("claim_constraints", "the certificate limits claims, which this verifier does not weigh")
    found = find(extensions, x509.ObjectIdentifier(tn_auth_list.OID))
    if found is None or not isinstance(found.value, x509.UnrecognizedExtension):
        raise unsupported("no_tn_auth_list", "the certificate has no TNAuthList, so it speaks for nobody")
    return tn_auth_list.read_tn_auth_list(found.value.value)


def _check_provider(subject: x509.Name, may_speak_for: TnAuthList) -> None:
    if len(may_speak_for.codes) != 1 or may_speak_for.ranges:
        raise unsupported("tn_auth_list_kind", "a SHAKEN certificate names one provider code and no numbers")
    names = [one.value for one in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [f"SHAKEN {may_speak_for.codes[0]}"]:
        raise unsupported("subject", "the certificate's name is not SHAKEN and its provider code")
