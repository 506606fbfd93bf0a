"""Which certificates are withdrawn (RFC 5280 §5). Pure.

The US list is indirect: the administrator signs one list for all authorities, and an entry names the issuer that it is
about; entries that follow and name none are about the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import CRLEntryExtensionOID, ExtensionOID

from compliance.stir_shaken.certificate import reading
from compliance.stir_shaken.chain import Link
from compliance.stir_shaken.faults import unsupported

MOST_ENTRIES = 200_000
MAY_BE_CRITICAL = {ExtensionOID.ISSUING_DISTRIBUTION_POINT}
REMOVED = x509.ReasonFlags.remove_from_crl


@dataclass(frozen=True)
class RevocationList:
    """`until`: when the next one should be there; after that it still counts, with an alarm."""

    revoked: frozenset[Link]
    made: datetime
    until: datetime

    def names(self, links: Sequence[Link]) -> bool:
        return any(link in self.revoked for link in links)


def read_revocation_list(raw: bytes, signers: Sequence[x509.Certificate]) -> RevocationList:
    """PEM or DER, signed by one of `signers`. Raises Fault 437."""
    with reading("the revocation list"):
        load = x509.load_pem_x509_crl if raw.lstrip().startswith(b"-----BEGIN") else x509.load_der_x509_crl
        found = load(raw)
        if not any(_is_signed(found, signer) for signer in signers):
            raise unsupported("crl_signer", "none of the region's signers has signed the revocation list")
        for extension in found.extensions:
            if extension.critical and extension.oid not in MAY_BE_CRITICAL:
                raise unsupported("crl_extension", "the revocation list has a critical extension that is not known")
        if found.next_update_utc is None:
            raise unsupported("crl_no_end", "the revocation list does not say when the next one comes")
        if len(found) > MOST_ENTRIES:
            raise unsupported("crl_size", f"the revocation list has more than {MOST_ENTRIES} entries")
        return RevocationList(frozenset(entries(found)), found.last_update_utc, found.next_update_utc)


def _is_signed(found: x509.CertificateRevocationList, signer: x509.Certificate) -> bool:
    key = signer.public_key()
    return (
        isinstance(key, ec.EllipticCurvePublicKey) and found.issuer == signer.subject and found.is_signature_valid(key)
    )


def entries(found: x509.CertificateRevocationList) -> list[Link]:
    """Each with the issuer that it is about. Raises Fault, and what the ASN.1 reader raises."""
    issuers = [found.issuer.public_bytes()]
    named: list[Link] = []
    for entry in found:
        removed = False
        for extension in entry.extensions:
            if extension.oid == CRLEntryExtensionOID.CERTIFICATE_ISSUER:
                assert isinstance(extension.value, x509.CertificateIssuer)
                names = extension.value.get_values_for_type(x509.DirectoryName)
                if not names:
                    raise unsupported("crl_issuer", "an entry of the revocation list names no issuer")
                issuers = [name.public_bytes() for name in names]
            elif extension.oid == CRLEntryExtensionOID.CRL_REASON:
                assert isinstance(extension.value, x509.CRLReason)
                removed = extension.value.reason is REMOVED
            elif extension.critical:
                raise unsupported("crl_extension", "the revocation list has a critical extension that is not known")
        if not removed:
            named += [(issuer, entry.serial_number) for issuer in issuers]
    return named
