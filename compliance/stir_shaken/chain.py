"""From a certificate to an authority that we trust (RFC 5280 §6, as much of it as ATIS-1000080 uses). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID

from compliance.stir_shaken.certificate import (
    ISSUER_ALGORITHMS,
    ISSUER_MAY_BE_CRITICAL,
    Profile,
    check_critical,
    find,
    read_bundle,
    read_speaker,
    reading,
)
from compliance.stir_shaken.faults import Fault, unsupported
from compliance.stir_shaken.tn_auth_list import TnAuthList
from compliance.stir_shaken.trust import Region

MOST_ISSUERS = 4  # between the certificate and the anchor, the anchor among them
MOST_SIGNATURES = 16

Link = tuple[bytes, int]  # (the issuer's name as DER, the serial number): how a revocation list names a certificate


@dataclass(frozen=True)
class Credential:
    """A certificate that leads to an authority of `region`, ready to check signatures with. Revocation is not in it.

    `not_before` and `not_after`: of the whole chain. `links`: every certificate of it but the anchor.
    """

    region: Region
    profile: Profile
    key: ec.EllipticCurvePublicKey
    may_speak_for: TnAuthList
    serial: str
    not_before: datetime
    not_after: datetime
    links: tuple[Link, ...]

    @property
    def code(self) -> str:
        """The service provider code, "" for a certificate of numbers."""
        return next(iter(self.may_speak_for.codes), "")


def read_credential(pem: bytes, regions: Sequence[Region], profile: Profile, now: datetime) -> Credential:
    """Of the regions the first that vouches for it. Raises Fault."""
    first, *others = read_bundle(pem)
    fault: Fault = unsupported("no_trust", "no authorities are configured; name them in GATEWAY_STIR__TRUST")
    if not regions:
        read_speaker(first, profile)
    for region in regions:
        try:
            speaker = read_speaker(first, profile, region.policy_oid)
            with reading("a certificate of the chain"):
                path = _shortest(first, others, region, now)
                return Credential(
                    region=region,
                    profile=profile,
                    key=speaker.key,
                    may_speak_for=speaker.may_speak_for,
                    serial=f"{first.serial_number:x}",
                    not_before=max(one.not_valid_before_utc for one in path),
                    not_after=min(one.not_valid_after_utc for one in path),
                    links=tuple((one.issuer.public_bytes(), one.serial_number) for one in path[:-1]),
                )
        except Fault as failed:
            fault = failed
    raise fault


def _shortest(
    first: x509.Certificate, others: Sequence[x509.Certificate], region: Region, now: datetime
) -> list[x509.Certificate]:
    """One that is valid now, if there is one. Raises Fault 437."""
    paths = list(_paths([first], others, region, [MOST_SIGNATURES]))
    if not paths:
        raise unsupported("untrusted", f"no authority of the region {region.name} vouches for the certificate")
    return min(paths, key=lambda path: (not all(_is_valid(one, now) for one in path), len(path)))


def _is_valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _paths(
    path: list[x509.Certificate], others: Sequence[x509.Certificate], region: Region, left: list[int]
) -> Iterator[list[x509.Certificate]]:
    last = path[-1]
    for anchor in region.anchors:
        if anchor not in path and _issued(anchor, last, len(path) - 1, left, is_anchor=True):
            yield [*path, anchor]
    if len(path) >= MOST_ISSUERS:
        return
    for issuer in others:
        if issuer not in path and issuer not in region.anchors and _issued(issuer, last, len(path) - 1, left):
            yield from _paths([*path, issuer], others, region, left)


def _issued(
    issuer: x509.Certificate, subject: x509.Certificate, below: int, left: list[int], *, is_anchor: bool = False
) -> bool:
    """Did `issuer` sign it, and was it allowed to? `below`: authorities under it. `left`: signatures to look at."""
    if left[0] <= 0:
        return False
    try:
        if is_anchor:
            _check_vouched_for(issuer, subject)
        else:
            subject.verify_directly_issued_by(issuer)
    except InvalidSignature:
        left[0] -= 1
        return False
    except (ValueError, TypeError):  # another name, mostly: it is compared first, so no signature was looked at
        return False
    left[0] -= 1
    if subject.signature_algorithm_oid not in ISSUER_ALGORITHMS:
        return False
    return is_anchor or _may_issue(issuer, below)


@lru_cache(maxsize=256)
def _check_vouched_for(anchor: x509.Certificate, subject: x509.Certificate) -> None:
    """Raises when the anchor has not signed it. Kept is only what is good: whom an anchor vouches for are few, and
    nobody else can make one more."""
    subject.verify_directly_issued_by(anchor)


def _may_issue(issuer: x509.Certificate, below: int) -> bool:
    extensions = issuer.extensions
    try:
        check_critical(extensions, ISSUER_MAY_BE_CRITICAL)
    except Fault:
        return False
    basic, usage = find(extensions, ExtensionOID.BASIC_CONSTRAINTS), find(extensions, ExtensionOID.KEY_USAGE)
    if basic is None or not isinstance(basic.value, x509.BasicConstraints) or not basic.value.ca:
        return False
    if basic.value.path_length is not None and below > basic.value.path_length:
        return False
    return usage is not None and isinstance(usage.value, x509.KeyUsage) and usage.value.key_cert_sign
