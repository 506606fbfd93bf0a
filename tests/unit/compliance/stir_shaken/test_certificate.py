"""A provider's certificate has the form that ATIS-1000080 gives it, or is refused for the first thing that is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from compliance.stir_shaken.certificate import MOST_CERTIFICATES, Profile, read_bundle, read_speaker
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.tn_auth_list import NumberRange
from tests.stir import maker

NUMBERS = maker.speaks_for(ranges=(NumberRange(maker.ORIG, 1),))


def refused(made: maker.Made, profile: Profile = "shaken", policy_oid: str = maker.POLICY) -> str:
    with pytest.raises(Fault) as fault:
        read_speaker(made.certificate, profile, policy_oid)
    assert fault.value.sip_code == 437
    return fault.value.slug


def changed(*values: Any, without: type[Any] | None = None, critical: bool = False) -> maker.Made:
    changes: maker.Changes = {type(value): (value, critical) for value in values}
    return maker.provider(maker.intermediate(), changes={**changes, **({without: None} if without else {})})


def test_a_good_one_speaks_for_its_provider() -> None:
    speaker = read_speaker(maker.leaf().certificate, "shaken", maker.POLICY)
    assert speaker.may_speak_for.codes == (maker.CODE,)


@pytest.mark.parametrize(
    ("slug", "made"),
    [
        ("certificate_is_ca", changed(x509.BasicConstraints(True, 0), critical=True)),
        ("key_usage", changed(without=x509.KeyUsage)),
        ("key_usage", changed(maker.key_usage("key_cert_sign"), critical=True)),
        ("key_usage", changed(maker.key_usage("digital_signature"), critical=False)),
        ("key_identifier", changed(without=x509.SubjectKeyIdentifier)),
        ("key_identifier", changed(without=x509.AuthorityKeyIdentifier)),
        ("certificate_policy", changed(without=x509.CertificatePolicies)),
        (
            "certificate_policy",
            changed(x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)])),
        ),
        ("no_tn_auth_list", changed(without=x509.UnrecognizedExtension)),
        ("tn_auth_list", changed(maker.tn_list(b"\x16\x01a"))),
        ("tn_auth_list_kind", changed(NUMBERS)),
        ("tn_auth_list_kind", changed(maker.speaks_for(maker.CODE, "other"))),
        ("critical_extension", changed(maker.speaks_for(maker.CODE), critical=True)),
        ("critical_extension", changed(x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.2")]), critical=True)),
        ("subject", maker.provider(maker.intermediate(), name="SHAKEN 709K")),
        ("subject", maker.provider(maker.intermediate(), name="709J")),
        ("certificate_key", maker.provider(maker.intermediate(), with_key=maker.key("wide", ec.SECP384R1))),
        ("certificate_algorithm", maker.provider(maker.intermediate(), digest=hashes.SHA384())),
    ],
)
def test_another_form_is_refused_with_what_is_wrong(slug: str, made: maker.Made) -> None:
    assert refused(made) == slug


def test_the_policy_is_not_asked_where_the_region_names_none() -> None:
    assert read_speaker(changed(without=x509.CertificatePolicies).certificate, "shaken")


@pytest.mark.parametrize("oid", ["1.3.6.1.5.5.7.1.27", "1.3.6.1.5.5.7.1.33"])
def test_one_that_limits_claims_is_refused_because_the_limits_are_not_weighed(oid: str) -> None:
    limits = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\x30\x00")
    own = maker.key("SHAKEN 709J")
    made = maker.certify(
        "SHAKEN 709J",
        maker.intermediate(),
        [(one.value, one.critical) for one in maker.leaf().certificate.extensions] + [(limits, False)],
        with_key=own,
    )
    assert refused(made) == "claim_constraints"


def test_a_certificate_of_numbers_is_one_in_its_own_profile_only() -> None:
    one = changed(NUMBERS)
    assert read_speaker(one.certificate, "rfc8226").may_speak_for.covers(maker.ORIG)
    assert refused(one) == "tn_auth_list_kind"


def test_a_bundle_is_read_in_its_order() -> None:
    assert read_bundle(maker.bundle()) == [maker.leaf().certificate, maker.intermediate().certificate]
    assert read_bundle(b"# a comment\n" + maker.leaf().pem) == [maker.leaf().certificate]


@pytest.mark.parametrize(
    ("pem", "expected"),
    [
        (b"", (436, "no_certificate")),
        (b"<html>", (436, "no_certificate")),
        (maker.leaf().pem.replace(b"CERTIFICATE", b"PRIVATE KEY"), (436, "no_certificate")),
        (maker.leaf().pem[:200], (437, "certificate_syntax")),
        (maker.leaf().pem.replace(b"M", b"N", 1), (437, "certificate_syntax")),
        (b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", (437, "certificate_syntax")),
        (maker.leaf().pem * (MOST_CERTIFICATES + 1), (437, "too_many_certificates")),
        (maker.leaf().pem + maker.leaf().pem.replace(b" CERT", b" X509 CERT") * 8, (437, "too_many_certificates")),
    ],
)
def test_what_is_no_bundle_is_refused(pem: bytes, expected: tuple[int, str]) -> None:
    with pytest.raises(Fault) as fault:
        read_bundle(pem)
    assert (fault.value.sip_code, fault.value.slug) == expected
