"""Broken certificates and lists, in tens of thousands: never an exception, and nobody is believed for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from compliance.stir_shaken import base64url, der
from compliance.stir_shaken.certificate import find, read_bundle
from compliance.stir_shaken.chain import Credential
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.revocation import read_revocation_list
from compliance.stir_shaken.tn_auth_list import read_tn_auth_list, write_tn_auth_list
from compliance.stir_shaken.trust import read_trust_list, signer_of
from tests.stir import maker
from tests.stir.broken import depth, each, read
from tests.stir.mutators import broken, broken_der, broken_text, strange_members


def test_a_certificate_with_a_byte_changed_is_nobodys() -> None:
    ours = [maker.leaf().certificate, maker.intermediate().certificate]
    for name, random in each("certificate"):
        raws = [one.public_bytes(Encoding.DER) for one in ours]
        which = random.randrange(2)
        raws[which] = random.choice((broken, broken_der))(random, raws[which])
        found = read(b"".join(_pem(raw) for raw in raws))
        assert isinstance(found, Fault) and found.sip_code in (436, 437), name


def _pem(der: bytes) -> bytes:
    text = base64url.encode(der).replace("-", "+").replace("_", "/")
    return f"-----BEGIN CERTIFICATE-----\n{text}{'=' * (-len(text) % 4)}\n-----END CERTIFICATE-----\n".encode()


def _signed_again(tbs: bytes, whole: bytes, by: maker.Made) -> bytes:
    """`whole` (a certificate or a revocation list) with another content, signed by an authority."""
    ((_, inside),) = der.elements(whole)
    (_, algorithm), _ = list(der.elements(inside))[1:]
    signature = by.key.sign(tbs, ec.ECDSA(SHA256(), deterministic_signing=True))
    return der.element(0x30, tbs + der.element(0x30, algorithm) + der.element(0x03, b"\0" + signature))


def test_a_strange_certificate_that_an_authority_signed_speaks_for_its_provider_or_for_nobody() -> None:
    whole = maker.leaf().certificate
    der_bytes = whole.public_bytes(Encoding.DER)
    for name, random in each("certificate, signed"):
        made = _signed_again(broken_der(random, whole.tbs_certificate_bytes), der_bytes, maker.intermediate())
        found = read(_pem(made) + maker.intermediate().pem)
        if isinstance(found, Credential):
            assert found.may_speak_for.codes == (maker.CODE,) and not found.may_speak_for.ranges, name
            _still_may_speak(read_bundle(_pem(made))[0], name)


def test_a_bundle_whose_text_is_broken_counts_only_with_its_certificates_whole() -> None:
    good = maker.bundle()
    for name, random in each("bundle text"):
        pem = broken(random, good) if random.random() < 0.5 else broken_text(random, good.decode()).encode()
        if isinstance(read(pem), Credential):
            assert read_bundle(pem)[0] == maker.leaf().certificate, name
            assert maker.intermediate().certificate in read_bundle(pem), name


NEEDED = (x509.BasicConstraints, x509.KeyUsage, x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)


def test_an_extension_of_another_content_is_refused_although_an_authority_signed_it() -> None:
    """Those that a certificate needs, with anything in them, critical or not."""
    for name, random in each("extension, signed"):
        wrong = random.choice([*NEEDED, x509.UnrecognizedExtension])
        standard = {type(one.value): one for one in maker.leaf().certificate.extensions}[wrong]
        value = x509.UnrecognizedExtension(standard.oid, broken(random, standard.value.public_bytes()))
        critical = standard.critical if random.random() < 0.7 else not standard.critical
        changes: maker.Changes = {wrong: (value, critical)}
        if wrong is not x509.UnrecognizedExtension and random.random() < 0.2:
            changes = {wrong: None, x509.BasicConstraints: (x509.BasicConstraints(ca=True, path_length=None), True)}
        made = maker.provider(maker.intermediate(), changes=changes)
        found = read(maker.bundle(made))
        if isinstance(
            found, Credential
        ):  # another identifier of a key, or another spelling of "no authority", is as good
            assert wrong in (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier, x509.KeyUsage), (name, value)
            assert found.may_speak_for.codes == (maker.CODE,)
            _still_may_speak(made.certificate, name)


def _still_may_speak(certificate: x509.Certificate, name: str) -> None:
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature, name
    basic = find(certificate.extensions, x509.BasicConstraints.oid)
    assert basic is None or not basic.value.ca, name  # type: ignore[attr-defined]


def test_a_broken_list_of_numbers_is_refused_or_means_what_it_says() -> None:
    good = [bytes.fromhex("3008a006160430363345"), maker.speaks_for("709J", "063E").value]
    for name, random in each("TNAuthList"):
        raw = random.choice((broken, broken_der))(random, random.choice(good))
        try:
            found = read_tn_auth_list(raw)
        except Fault as fault:
            assert (fault.sip_code, fault.slug) == (437, "tn_auth_list"), name
        else:
            assert write_tn_auth_list(found) == raw, name  # there is one spelling for each content


def test_a_broken_list_of_numbers_makes_nobody_speak_although_an_authority_signed_it() -> None:
    good = maker.speaks_for(maker.CODE).value
    for name, random in each("TNAuthList, signed"):
        value = maker.tn_list(random.choice((broken, broken_der))(random, good))
        made = maker.provider(maker.intermediate(), changes={type(value): (value, False)})
        assert isinstance(read(maker.bundle(made)), Fault), name


def test_a_broken_revocation_list_is_no_list() -> None:
    made = maker.revocation_list(maker.leaf().certificate, maker.intermediate().certificate)
    signers = [maker.crl_signer().certificate]
    for name, random in each("revocation list"):
        raw = random.choice((broken, broken_der))(random, made.public_bytes(Encoding.DER))
        with pytest.raises(Fault) as fault:
            read_revocation_list(raw, signers)
        assert fault.value.sip_code == 437, name


def test_a_strange_revocation_list_that_is_signed_is_read_or_refused() -> None:
    whole = maker.revocation_list(maker.leaf().certificate, maker.intermediate().certificate)
    raw, signer = whole.public_bytes(Encoding.DER), maker.crl_signer()
    read = 0
    for name, random in each("revocation list, signed"):
        made = _signed_again(broken_der(random, whole.tbs_certlist_bytes), raw, signer)
        try:
            read += bool(read_revocation_list(made, [signer.certificate]))
        except Fault as fault:
            assert fault.sip_code == 437, name
    assert read  # some mean something: another number, one entry less


def test_a_broken_list_of_authorities_names_nobody() -> None:
    jws = maker.trust_list(maker.root().certificate, by=maker.root())
    for name, random in each("trust list"):
        text = jws
        while text.strip() == jws:
            text = broken_text(random, jws)
        for reading in (lambda text=text: read_trust_list(text, *_administrator()), lambda text=text: signer_of(text)):
            fault = _fault_of(reading)
            assert fault is None or fault.sip_code in (437, 438), name
        assert _fault_of(lambda text=text: read_trust_list(text, *_administrator())), name


def test_a_list_of_authorities_of_another_form_is_refused_although_it_is_signed() -> None:
    for name, random in each("trust list, signed"):
        claims = {"version": "1.0", "sequence": 5, "exp": 1_800_000_000, "trustList": [maker.root().pem.decode()]}
        changed = strange_members(random, claims)
        listed = maker.jws({"alg": "ES256", "x5u": "https://list.example/"}, changed, maker.root().key)
        right = (
            type(changed.get("sequence")) is int
            and changed["sequence"] > -1
            and type(changed.get("exp")) is int
            and 0 <= changed["exp"] <= 253_402_300_799
            and changed.get("trustList") == claims["trustList"]
            and depth(changed) <= 8
        )
        fault = _fault_of(lambda listed=listed: read_trust_list(listed, *_administrator()))
        assert (fault is None) is right, (name, changed, fault)


def _administrator() -> tuple[bytes, list[x509.Certificate], Any]:
    return maker.root().pem, [maker.root().certificate], maker.NOW


def _fault_of(read: Callable[[], object]) -> Fault | None:
    try:
        read()
    except Fault as fault:
        return fault
    return None
