"""An authority of the tests' own: certificates, revocation lists, trust lists and tokens, good or bad on demand.

Everything is the same in every run: keys come from their names, signatures and serial numbers from what they are on.
So a test that breaks things finds what it found before. Certificates are valid for decades, so that tests with a clock
of their own and tests with the machine's use the same ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from compliance.stir_shaken import base64url, tn_auth_list
from compliance.stir_shaken.tn_auth_list import TnAuthList, write_tn_auth_list

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC)
CODE = "709J"
ORIG, DEST, OTHER = "12155550121", "12155550199", "12155550177"
X5U = "https://cert.example.org/passport.pem"
ORIGID = "9f5d6d0e-6d4a-4f0a-9f2e-0c0ffee00001"
POLICY = "2.16.840.1.114569.1.1.3"

_DETERMINISTIC = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
Extension = tuple[x509.ExtensionType, bool]  # and whether it is critical
Changes = dict[type[x509.ExtensionType], Extension | None]


@cache
def key(name: str, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    digest = hashlib.sha512(name.encode()).digest()
    return ec.derive_private_key(int.from_bytes(digest[:30], "big"), curve())


def named(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def key_usage(*meant_for: str) -> x509.KeyUsage:
    uses = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{use: use in meant_for for use in uses})


def speaks_for(*codes: str, **rest: Any) -> x509.UnrecognizedExtension:
    return tn_list(write_tn_auth_list(TnAuthList(codes, **rest)))


def tn_list(raw: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(tn_auth_list.OID), raw)


@dataclass(frozen=True)
class Made:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return pem(self.certificate)


def certify(
    common_name: str,
    by: Made | None,
    extensions: Iterable[Extension],
    *,
    with_key: ec.EllipticCurvePrivateKey | None = None,
    not_before: datetime = BEGIN,
    not_after: datetime = END,
    digest: hashes.HashAlgorithm | None = None,
    serial: int | None = None,
) -> Made:
    """`by` None: it signs itself."""
    own = with_key or key(common_name)
    extensions = list(extensions)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(common_name))
        .issuer_name(by.certificate.subject if by else named(common_name))
        .public_key(own.public_key())
        .serial_number(
            serial
            or _serial(common_name, by.certificate.serial_number if by else 0, own, not_before, not_after, extensions)
        )
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )
    for value, critical in extensions:
        builder = builder.add_extension(value, critical)
    return Made(builder.sign(by.key if by else own, digest or hashes.SHA256(), ecdsa_deterministic=True), own)


def _serial(name: str, above: int, own: ec.EllipticCurvePrivateKey, *rest: object) -> int:
    """As distinct as what the certificate says."""
    said = repr((name, above, own.public_key().public_numbers().x, *rest))
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:16], "big") >> 1


def authority(
    name: str, by: Made | None = None, *, path_length: int | None = None, changes: Changes | None = None, **rest: Any
) -> Made:
    own = rest.pop("with_key", None) or key(name)
    standard: list[Extension] = [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (key_usage("key_cert_sign", "crl_sign"), True),
        *_identifiers(own, by.key if by else own),
    ]
    return certify(name, by, _changed(standard, changes), with_key=own, **rest)


def provider(
    by: Made, code: str = CODE, *, changes: Changes | None = None, name: str | None = None, **rest: Any
) -> Made:
    """A provider's certificate as ATIS-1000080 wants it. `changes`: an extension in another form, or None for none."""
    own = rest.pop("with_key", None) or key(f"SHAKEN {code}")
    standard: list[Extension] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage("digital_signature"), True),
        (x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(POLICY), None)]), False),
        *_identifiers(own, by.key),
        (speaks_for(code), False),
    ]
    return certify(name or f"SHAKEN {code}", by, _changed(standard, changes), with_key=own, **rest)


def _identifiers(own: ec.EllipticCurvePrivateKey, above: ec.EllipticCurvePrivateKey) -> list[Extension]:
    return [
        (x509.SubjectKeyIdentifier.from_public_key(own.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False),
    ]


def _changed(standard: list[Extension], changes: Changes | None) -> list[Extension]:
    changes = changes or {}
    kept = [changes.get(type(one[0]), one) for one in standard]
    added = [one for kind, one in changes.items() if kind not in {type(value) for value, _ in standard}]
    return [one for one in [*kept, *added] if one is not None]


@cache
def root() -> Made:
    return authority("a test's root")


@cache
def intermediate() -> Made:
    return authority("a test's issuer", root(), path_length=0)


@cache
def leaf() -> Made:
    return provider(intermediate())


def bundle(speaker: Made | None = None) -> bytes:
    """What the certificate's address answers."""
    return pem((speaker or leaf()).certificate, intermediate().certificate)


@cache
def crl_signer() -> Made:
    return certify("a test's list of the withdrawn", root(), [(key_usage("crl_sign"), True)])


def revocation_list(
    *revoked: x509.Certificate, by: Made | None = None, now: datetime = NOW, indirect: bool = True
) -> x509.CertificateRevocationList:
    """`indirect`: each entry names the issuer that it is about."""
    signer = by or crl_signer()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(signer.certificate.subject)
        .last_update(now - timedelta(hours=1))
        .next_update(now + timedelta(days=1))
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.serial_number).revocation_date(now)
        if indirect:
            entry = entry.add_extension(x509.CertificateIssuer([x509.DirectoryName(one.issuer)]), critical=True)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(signer.key, hashes.SHA256(), ecdsa_deterministic=True)


def trust_list(
    *anchors: x509.Certificate, by: Made, sequence: int = 1, expires: datetime | None = None, **claims: Any
) -> str:
    """The list that an administrator signs. `claims` go over its own."""
    listed = [one.public_bytes(Encoding.PEM).decode() for one in anchors]
    exp = int((expires or NOW + timedelta(days=30)).timestamp())
    payload = {"version": "1.0", "sequence": sequence, "exp": exp, "trustList": listed, **claims}
    return jws({"alg": "ES256", "typ": "JWT", "x5u": "https://list.example.org/signer.pem"}, payload, by.key)


def jws(jose: Any, claims: Any, by: ec.EllipticCurvePrivateKey) -> str:
    """Objects become JSON as RFC 8225 §9 wants it; bytes stay as they are."""
    signed = f"{_part(jose)}.{_part(claims)}"
    r, s = decode_dss_signature(by.sign(signed.encode(), _DETERMINISTIC))
    return f"{signed}.{base64url.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _part(content: Any) -> str:
    if not isinstance(content, bytes):
        content = json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    return base64url.encode(content)


def jose_header(**changes: Any) -> dict[str, Any]:
    return _without_none({"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": X5U, **changes})


def claims(**changes: Any) -> dict[str, Any]:
    iat = int(NOW.timestamp())
    standard = {"attest": "A", "dest": {"tn": [DEST]}, "iat": iat, "orig": {"tn": ORIG}, "origid": ORIGID}
    return _without_none({**standard, **changes})


def diverted(frm: str, to: str, **changes: Any) -> dict[str, Any]:
    """The claims of a diversion (RFC 8946)."""
    return claims(**{"attest": None, "origid": None, "div": {"tn": frm}, "dest": {"tn": [to]}, **changes})


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def identity(payload: Any = None, *, jose: Any = None, by: Made | None = None, parameters: str | None = None) -> str:
    """The value of an Identity header; without arguments a good one for a call from ORIG to DEST at NOW."""
    jose = jose if jose is not None else jose_header()
    payload = payload if payload is not None else claims()
    if parameters is None:
        ppt, x5u = (jose.get("ppt"), jose.get("x5u")) if isinstance(jose, dict) else ("shaken", X5U)
        parameters = f";info=<{x5u}>;alg=ES256;ppt={ppt}"
    return jws(jose, payload, (by or leaf()).key) + parameters


def div_identity(frm: str, to: str, *, by: Made | None = None, **changes: Any) -> str:
    return identity(diverted(frm, to, **changes), jose=jose_header(ppt="div"), by=by)
