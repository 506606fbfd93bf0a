"""Whose certificates count, region by region: no region ever vouches for another's. Pure.

A region's authorities come as a PEM file, or as the list that a policy administrator signs (ATIS-1000084): a JWS
whose payload has `sequence`, `exp` and `trustList`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from compliance.stir_shaken import base64url
from compliance.stir_shaken.certificate import reading
from compliance.stir_shaken.faults import Fault, unsupported
from compliance.stir_shaken.signature import is_good
from compliance.stir_shaken.strict_json import read_object

MOST_AUTHORITIES = 500
LATEST = 253_402_300_799  # the last second that a datetime has


@dataclass(frozen=True)
class Region:
    """`policy_oid`: what its certificates must say they follow, "" for anything. `country_codes`: of the numbers for
    which its providers may speak, () for all."""

    name: str
    anchors: tuple[x509.Certificate, ...]
    policy_oid: str = ""
    country_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrustList:
    """`expires`: from then on it still counts, with an alarm: an administrator that is away must not stop all calls."""

    sequence: int
    expires: datetime
    anchors: tuple[x509.Certificate, ...]


def read_anchors(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Raises Fault 437."""
    with reading("the file of authorities"):
        return tuple(x509.load_pem_x509_certificates(pem))


def signer_of(jws: str) -> str:
    """The address of the certificate that has signed a list. Raises Fault."""
    x5u = _jose(jws).get("x5u")
    if not isinstance(x5u, str):
        raise unsupported("list_signer", "the list of authorities does not say where its signer's certificate is")
    return x5u


def read_trust_list(
    jws: str, signer_pem: bytes, administrators: Sequence[x509.Certificate], now: datetime, after: int = -1
) -> TrustList:
    """The list, when an administrator vouches for its signer. `after`: the sequence of the one in use. Raises Fault."""
    parts = jws.strip().split(".")
    _jose(jws)
    with reading("the signer of the list of authorities"):
        signer, *between = x509.load_pem_x509_certificates(signer_pem)
        _check_signer(signer, between, administrators, now)
        key = signer.public_key()
        signature = base64url.decode(parts[2], "list's signature")
        if not isinstance(key, ec.EllipticCurvePublicKey) or not is_good(key, signature, ".".join(parts[:2]).encode()):
            raise unsupported("list_signature", "the signature of the list of authorities is wrong")
    claims = read_object(base64url.decode(parts[1], "list of authorities"), "list of authorities")
    sequence, exp, listed = claims.get("sequence"), claims.get("exp"), claims.get("trustList")
    if type(sequence) is not int or type(exp) is not int or not isinstance(listed, list):
        raise unsupported("list_claims", "the list of authorities lacks its sequence, its end or its certificates")
    if not 0 <= exp <= LATEST:
        raise unsupported("list_claims", "the list of authorities ends at no time that there is")
    if sequence <= after:
        raise unsupported("list_sequence", "the list of authorities is older than the one in use")
    if not 0 < len(listed) <= MOST_AUTHORITIES or not all(isinstance(one, str) for one in listed):
        raise unsupported("list_claims", "the list of authorities names none, or too many")
    with reading("an authority of the list"):
        anchors = tuple(x509.load_pem_x509_certificate(one.encode()) for one in listed)
        return TrustList(sequence, datetime.fromtimestamp(exp, UTC), anchors)


def _jose(jws: str) -> dict[str, Any]:
    parts = jws.strip().split(".")
    if len(parts) != 3:
        raise unsupported("list_form", "the list of authorities is no JWS")
    try:
        jose = read_object(base64url.decode(parts[0], "list's header"), "list's header")
    except Fault as error:
        raise unsupported("list_form", "the list of authorities is no JWS") from error
    if jose.get("alg") != "ES256" or "crit" in jose:
        raise unsupported("list_form", "the list of authorities is not signed with ES256")
    return jose


def _check_signer(
    signer: x509.Certificate, between: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: datetime
) -> None:
    """Signed by an administrator's certificate, or through one that is. Raises Fault 437."""
    wanted = signer
    for _ in range(3):
        if not wanted.not_valid_before_utc <= now <= wanted.not_valid_after_utc:
            break
        if wanted in roots or any(_signed(root, wanted) for root in roots):
            return
        above = next((one for one in between if one is not wanted and _signed(one, wanted)), None)
        if above is None:
            break
        wanted = above
    raise unsupported("list_signer", "no administrator of the region vouches for who signed the list of authorities")


def _signed(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
