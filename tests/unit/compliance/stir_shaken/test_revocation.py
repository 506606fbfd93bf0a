"""Which certificates are withdrawn: the administrator's list, entries about several issuers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from compliance.stir_shaken.chain import Link
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.revocation import RevocationList, read_revocation_list
from tests.stir import maker

SIGNERS = (maker.crl_signer().certificate,)
OTHER = maker.provider(maker.authority("another issuer", maker.root()), "999X").certificate
LEAF = maker.leaf().certificate


def link(certificate: x509.Certificate) -> Link:
    return certificate.issuer.public_bytes(), certificate.serial_number


def read(made: x509.CertificateRevocationList, encoding: Encoding = Encoding.PEM) -> RevocationList:
    return read_revocation_list(made.public_bytes(encoding), SIGNERS)


def refused(raw: bytes, signers: tuple[x509.Certificate, ...] = SIGNERS) -> str:
    with pytest.raises(Fault) as fault:
        read_revocation_list(raw, signers)
    assert fault.value.sip_code == 437
    return fault.value.slug


def builder(*entries: x509.RevokedCertificate) -> x509.CertificateRevocationListBuilder:
    made = x509.CertificateRevocationListBuilder().issuer_name(SIGNERS[0].subject).last_update(maker.NOW)
    made = made.next_update(maker.NOW + timedelta(days=1))
    for entry in entries:
        made = made.add_revoked_certificate(entry)
    return made


def signed(made: x509.CertificateRevocationListBuilder) -> x509.CertificateRevocationList:
    return made.sign(maker.crl_signer().key, hashes.SHA256())


def entry(serial: int, *extensions: x509.ExtensionType, critical: bool = True) -> x509.RevokedCertificate:
    made = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(maker.NOW)
    for one in extensions:
        made = made.add_extension(one, critical)
    return made.build()


def issued_by(certificate: x509.Certificate) -> x509.CertificateIssuer:
    return x509.CertificateIssuer([x509.DirectoryName(certificate.issuer)])


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_the_withdrawn_are_named_by_issuer_and_serial_number(encoding: Encoding) -> None:
    found = read(maker.revocation_list(LEAF), encoding)
    assert found.names([link(LEAF)]) and found.names([link(OTHER), link(LEAF)])
    assert not found.names([link(OTHER)]) and not found.names([(link(OTHER)[0], LEAF.serial_number)])
    assert (found.made, found.until) == (maker.NOW - timedelta(hours=1), maker.NOW + timedelta(days=1))


def test_an_entry_that_names_no_issuer_is_about_that_of_the_one_before() -> None:
    found = read(signed(builder(entry(1), entry(2, issued_by(LEAF)), entry(3), entry(4, issued_by(OTHER)), entry(5))))
    own, here, there = SIGNERS[0].subject.public_bytes(), link(LEAF)[0], link(OTHER)[0]
    assert found.revoked == {(own, 1), (here, 2), (here, 3), (there, 4), (there, 5)}


def test_an_entry_that_was_taken_back_is_none() -> None:
    back = x509.CRLReason(x509.ReasonFlags.remove_from_crl)
    other = x509.CRLReason(x509.ReasonFlags.key_compromise)
    found = read(signed(builder(entry(1, back, critical=False), entry(2, other, critical=False))))
    assert [serial for _, serial in found.revoked] == [2]


def test_an_empty_list_withdraws_nothing() -> None:
    assert read(maker.revocation_list()).revoked == frozenset()


def test_only_a_signer_of_the_region_can_withdraw() -> None:
    made = maker.revocation_list(LEAF, by=maker.root()).public_bytes(Encoding.DER)
    assert refused(made) == "crl_signer"
    assert refused(maker.revocation_list(LEAF).public_bytes(Encoding.DER), ()) == "crl_signer"
    namesake = maker.certify("a test's list of the withdrawn", maker.root(), [], with_key=maker.key("a namesake"))
    assert refused(maker.revocation_list(LEAF, by=namesake).public_bytes(Encoding.DER)) == "crl_signer"
    own = rsa.generate_private_key(65537, 2048)
    assert refused(builder().sign(own, hashes.SHA256()).public_bytes(Encoding.DER)) == "crl_signer"


def test_what_is_critical_and_not_known_is_refused() -> None:
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert refused(signed(builder().add_extension(strange, True)).public_bytes(Encoding.DER)) == "crl_extension"
    assert refused(signed(builder(entry(1, strange))).public_bytes(Encoding.DER)) == "crl_extension"
    delta = x509.DeltaCRLIndicator(1)
    assert refused(signed(builder().add_extension(delta, True)).public_bytes(Encoding.DER)) == "crl_extension"
    assert read(signed(builder(entry(1, strange, critical=False)))).revoked


def test_an_issuer_that_is_no_name_is_refused() -> None:
    by_address = x509.CertificateIssuer([x509.UniformResourceIdentifier("https://a.example/")])
    assert refused(signed(builder(entry(1, by_address))).public_bytes(Encoding.DER)) == "crl_issuer"


@pytest.mark.parametrize("raw", [b"", b"x", b"-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n", maker.leaf().pem])
def test_what_is_no_list_is_refused(raw: bytes) -> None:
    assert refused(raw) == "certificate_syntax"


def test_a_changed_list_is_refused() -> None:
    raw = bytearray(maker.revocation_list(LEAF).public_bytes(Encoding.DER))
    raw[60] ^= 1
    assert refused(bytes(raw)) in ("crl_signer", "certificate_syntax")
