"""A certificate counts when signatures lead from it to an authority of a region, each by one who may sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from compliance.stir_shaken.chain import MOST_SIGNATURES, Credential, read_credential
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.trust import Region
from tests.stir import maker

TESTS = Region("tests", (maker.root().certificate,))
ELSEWHERE = Region("elsewhere", (maker.authority("another root").certificate,))


def read(*made: maker.Made, regions: tuple[Region, ...] = (TESTS,)) -> Credential:
    return read_credential(maker.pem(*(one.certificate for one in made)), regions, "shaken", maker.NOW)


def refused(*made: maker.Made, regions: tuple[Region, ...] = (TESTS,)) -> str:
    with pytest.raises(Fault) as fault:
        read(*made, regions=regions)
    assert fault.value.sip_code == 437
    return fault.value.slug


def through(name: str, by: maker.Made | None = None, **rest: object) -> tuple[maker.Made, maker.Made]:
    """A provider's certificate under an issuer of its own, and that issuer."""
    issuer = maker.authority(name, by or maker.root(), **rest)  # type: ignore[arg-type]
    return maker.provider(issuer), issuer


def test_it_is_believed_through_its_issuer_in_any_order() -> None:
    stranger = maker.authority("a stranger in the bundle")
    for others in ([maker.intermediate(), stranger], [stranger, maker.intermediate()]):
        found = read(maker.leaf(), *others)
        assert (found.region, found.code) == (TESTS, maker.CODE)
        assert found.serial == f"{maker.leaf().certificate.serial_number:x}"
        issuers = [maker.intermediate().certificate.subject, maker.root().certificate.subject]
        assert [name for name, _ in found.links] == [one.public_bytes() for one in issuers]


def test_directly_under_an_authority_and_with_the_authority_in_the_bundle_it_is_believed_too() -> None:
    direct = maker.provider(maker.root())
    assert len(read(direct).links) == 1
    assert len(read(direct, maker.root()).links) == 1
    assert len(read(maker.leaf(), maker.intermediate(), maker.root()).links) == 2


def test_the_region_that_vouches_is_named_and_without_one_it_is_not_believed() -> None:
    assert read(maker.leaf(), maker.intermediate(), regions=(ELSEWHERE, TESTS)).region is TESTS
    assert refused(maker.leaf(), maker.intermediate(), regions=(ELSEWHERE,)) == "untrusted"
    assert refused(maker.leaf(), maker.intermediate(), regions=()) == "no_trust"
    assert refused(maker.leaf()) == "untrusted"
    assert refused(maker.root(), regions=()) == "certificate_is_ca"


def test_an_authority_is_known_by_its_key_not_by_its_name() -> None:
    namesake = maker.authority("a test's root", with_key=maker.key("a namesake"))
    assert refused(maker.provider(namesake), namesake) == "untrusted"
    leaf, issuer = through("an issuer under a namesake", namesake)
    assert refused(leaf, issuer, namesake) == "untrusted"


def test_an_authority_in_the_bundle_alone_makes_nobody_believed() -> None:
    own = maker.authority("an authority of its own making")
    assert refused(maker.provider(own), own) == "untrusted"
    assert refused(own) in ("certificate_is_ca", "untrusted")


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("no authority", {x509.BasicConstraints: (x509.BasicConstraints(False, None), True)}),
        ("says nothing about it", {x509.BasicConstraints: None}),
        ("may not sign certificates", {x509.KeyUsage: (maker.key_usage("digital_signature"), True)}),
        ("no key usage", {x509.KeyUsage: None}),
        ("something critical", {x509.NameConstraints: (x509.NameConstraints([x509.DNSName("a")], None), True)}),
    ],
)
def test_an_issuer_has_to_be_an_authority(what: str, changes: maker.Changes) -> None:
    assert refused(*through(f"an issuer, {what}", changes=changes)) == "untrusted"


def test_a_provider_cannot_issue_certificates() -> None:
    assert refused(maker.provider(maker.leaf(), "999X"), maker.leaf(), maker.intermediate()) == "untrusted"


def test_how_many_issuers_there_may_be_below_one_is_kept() -> None:
    above = maker.authority("issues for one level", maker.root(), path_length=1)
    below = maker.authority("below it", above)
    assert len(read(maker.provider(below), below, above).links) == 3
    tight = maker.authority("issues for providers only", maker.root(), path_length=0)
    under = maker.authority("under the tight one", tight)
    assert refused(maker.provider(under), under, tight) == "untrusted"
    assert refused(maker.provider(maker.authority("under a test's issuer", maker.intermediate()))) == "untrusted"


def test_a_chain_that_is_too_long_is_not_followed() -> None:
    chain = [maker.authority("level 0", maker.root())]
    for level in range(1, 6):
        chain.insert(0, maker.authority(f"level {level}", chain[0]))
    assert refused(maker.provider(chain[0]), *chain) == "untrusted"


def test_issuers_that_name_each_other_are_given_up() -> None:
    names = ("round a", "round b")
    a = maker.authority("round a", maker.Made(maker.authority("round b").certificate, maker.key("round b")))
    b = maker.authority("round b", maker.Made(maker.authority("round a").certificate, maker.key("round a")))
    assert {one.certificate.subject.rfc4514_string()[3:10] for one in (a, b)} == set(names)
    assert refused(maker.provider(a), a, b, a, b) == "untrusted"


def test_a_bundle_of_many_namesakes_costs_a_bounded_number_of_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[object] = []
    monkeypatch.setattr("compliance.stir_shaken.chain.check_critical", lambda *a: checked.append(a))
    same = [maker.authority("a namesake of many", serial=n + 1) for n in range(7)]
    assert refused(maker.provider(same[0]), *same) == "untrusted"
    assert 0 < len(checked) <= MOST_SIGNATURES


def test_of_two_chains_the_one_that_is_valid_now_counts() -> None:
    old = maker.authority("twice certified", maker.root(), not_after=maker.NOW - timedelta(days=1))
    new = maker.authority("twice certified", maker.root())
    for issuers in ((old, new), (new, old)):
        assert read(maker.provider(new), *issuers).not_after == maker.END


def test_it_is_valid_while_every_link_is() -> None:
    leaf, issuer = through("short-lived", not_before=maker.NOW - timedelta(days=1), not_after=maker.NOW + timedelta(1))
    found = read(leaf, issuer)
    assert (found.not_before, found.not_after) == (maker.NOW - timedelta(days=1), maker.NOW + timedelta(days=1))
    old = datetime(2021, 1, 1, tzinfo=UTC)
    leaf, issuer = through("expired", not_after=old)
    assert read(leaf, issuer).not_after == old  # that it has expired, `verify` says, at each call


def test_sha384_is_allowed_above_the_provider_and_sha512_is_not() -> None:
    assert read(*through("signed with SHA-384", digest=hashes.SHA384()))
    assert refused(*through("signed with SHA-512", digest=hashes.SHA512())) == "untrusted"
