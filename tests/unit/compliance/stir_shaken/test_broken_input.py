"""Broken input, in tens of thousands: never an exception, and never a pass.

Each case is made from its kind and number, so that a run finds what the one before found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.stir_shaken import base64url, der
from compliance.stir_shaken.certificate import find, read_bundle
from compliance.stir_shaken.chain import Credential, read_credential
from compliance.stir_shaken.faults import PHRASES, Fault
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.revocation import read_revocation_list
from compliance.stir_shaken.telephone import is_canonical
from compliance.stir_shaken.tn_auth_list import read_tn_auth_list, write_tn_auth_list
from compliance.stir_shaken.trust import read_trust_list, signer_of
from compliance.stir_shaken.verdict import FAILED, NONE, PASSED, Verdict
from compliance.stir_shaken.verify import MOST_HEADERS, Rules, SipCall, judge, open_header
from tests.stir import maker
from tests.stir.checking import CALL, credential, region
from tests.stir.mutators import STRANGE, broken, broken_der, broken_text, case, cases, strange_members

CASES = {
    "header text": 3000,
    "signed part": 3000,
    "signature": 2000,
    "claims, signed": 2500,
    "token header, signed": 1500,
    "json text, signed": 1000,
    "certificate": 3000,
    "certificate, signed": 1500,
    "bundle text": 1000,
    "extension, signed": 1000,
    "TNAuthList": 2500,
    "TNAuthList, signed": 500,
    "revocation list": 1500,
    "revocation list, signed": 1000,
    "trust list": 1000,
    "trust list, signed": 500,
    "call": 1500,
}
RULES = Rules()
GOOD = maker.identity()
TOKEN, PARAMETERS = GOOD.split(";", 1)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=12,
)


def test_there_are_more_than_20000_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert sum(CASES.values()) >= 20_000
    with capsys.disabled():
        print(f"\n{sum(CASES.values())} cases of broken STIR/SHAKEN input")


@pytest.fixture(scope="module")
def trusted() -> Credential:
    found = credential()
    assert isinstance(found, Credential)
    return found


def judged(headers: Sequence[str], found: Credential | Fault, call: SipCall = CALL) -> Verdict:
    opened = [open_header(value, RULES) for value in headers]
    verdict = judge(opened, {one.x5u: found for one in opened}, call, maker.NOW, RULES, Seen())
    assert verdict.verstat in (PASSED, FAILED, NONE)
    if verdict.verstat == PASSED:
        assert verdict.attest in ("A", "B", "C") and verdict.origid and verdict.fault is None
    else:
        assert (verdict.attest, verdict.origid, verdict.code, verdict.name) == (None, "", "", None)
    if verdict.fault:
        assert verdict.fault.sip_code in PHRASES and verdict.sentence.isprintable()
    return verdict


def each(kind: str) -> list[tuple[str, Random]]:
    return list(cases(kind, CASES[kind]))


def test_a_header_whose_text_is_broken_passes_only_with_its_token_and_address_whole(trusted: Credential) -> None:
    for name, random in each("header text"):
        value = broken_text(random, GOOD)
        if judged([value], trusted).verstat == PASSED:
            token, _, parameters = value.partition(";")
            assert token.strip(" \t") == TOKEN and f"<{maker.X5U}>" in parameters, name


def test_a_change_of_any_signed_byte_never_passes(trusted: Credential) -> None:
    """Of the bytes and of their spelling in base64url."""
    for name, random in each("signed part"):
        parts = TOKEN.split(".")
        which = random.randrange(2)
        if random.random() < 0.5:
            parts[which] = base64url.encode(broken(random, base64url.decode(parts[which], "part")))
        else:
            parts[which] = broken_text(random, parts[which])
        assert judged([f"{'.'.join(parts)};{PARAMETERS}"], trusted).verstat != PASSED, name


def test_every_single_bit_of_what_is_signed_counts(trusted: Credential) -> None:
    parts = TOKEN.split(".")
    for which in range(3):
        raw = base64url.decode(parts[which], "part")
        for bit in range(len(raw) * 8):
            changed = bytearray(raw)
            changed[bit // 8] ^= 1 << bit % 8
            token = ".".join([*parts[:which], base64url.encode(bytes(changed)), *parts[which + 1 :]])
            assert judged([f"{token};{PARAMETERS}"], trusted).verstat != PASSED, (which, bit)


def test_another_signature_never_passes(trusted: Credential) -> None:
    signed, _, signature = TOKEN.rpartition(".")
    for name, random in each("signature"):
        raw = broken(random, base64url.decode(signature, "signature"))
        text = base64url.encode(raw) if random.random() < 0.8 else broken_text(random, signature)
        assert judged([f"{signed}.{text};{PARAMETERS}"], trusted).verstat != PASSED, name


def test_claims_that_a_provider_signed_pass_only_when_each_is_right(trusted: Credential) -> None:
    for name, random in each("claims, signed"):
        claims = strange_members(random, maker.claims())
        verdict = judged([maker.identity(claims)], trusted)
        assert (verdict.verstat == PASSED) is _claims_are_right(claims), (name, claims, verdict.sentence)


def _claims_are_right(claims: dict[str, Any]) -> bool:
    """Told once more, and in another way than the verifier does."""
    try:
        iat, orig, dest, origid = (claims[name] for name in ("iat", "orig", "dest", "origid"))
        numbers, uris = dest.get("tn", []), dest.get("uri", [])
        return (
            type(iat) is int
            and abs(iat - int(maker.NOW.timestamp())) <= 60
            and claims["attest"] in ("A", "B", "C")
            and isinstance(origid, str)
            and 0 < len(origid) <= 255
            and origid.isprintable()
            and orig == {"tn": maker.ORIG}
            and isinstance(numbers, list)
            and isinstance(uris, list)
            and all(isinstance(one, str) and is_canonical(one) for one in numbers)
            and maker.DEST in numbers
            and _depth(claims) <= 8
        )
    except (KeyError, AttributeError, TypeError):
        return False


def _depth(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inside), default=0) if isinstance(value, dict | list) else 0


def test_a_token_header_that_a_provider_signed_passes_only_when_it_is_right(trusted: Credential) -> None:
    right = maker.jose_header()
    for name, random in each("token header, signed"):
        jose = strange_members(random, right)
        verdict = judged([maker.identity(jose=jose, parameters=f";{PARAMETERS}")], trusted)
        as_it_should = {key: jose.get(key) for key in right} == right and "crit" not in jose and _depth(jose) <= 8
        assert (verdict.verstat == PASSED) is as_it_should, (name, jose, verdict.sentence)


def test_json_that_a_provider_signed_although_it_is_broken_does_not_pass(trusted: Credential) -> None:
    good = json.dumps(maker.claims(), separators=(",", ":"), sort_keys=True)
    for name, random in each("json text, signed"):
        raw = broken(random, good.encode()) if random.random() < 0.5 else broken_text(random, good).encode()
        if judged([maker.identity(raw)], trusted).verstat == PASSED:
            assert _claims_are_right(json.loads(raw)), (name, raw)


def test_a_certificate_with_a_byte_changed_is_nobodys() -> None:
    ours = [maker.leaf().certificate, maker.intermediate().certificate]
    for name, random in each("certificate"):
        raws = [one.public_bytes(Encoding.DER) for one in ours]
        which = random.randrange(2)
        raws[which] = random.choice((broken, broken_der))(random, raws[which])
        found = _read(b"".join(_pem(raw) for raw in raws))
        assert isinstance(found, Fault) and found.sip_code in (436, 437), name


def _pem(der: bytes) -> bytes:
    text = base64url.encode(der).replace("-", "+").replace("_", "/")
    return f"-----BEGIN CERTIFICATE-----\n{text}{'=' * (-len(text) % 4)}\n-----END CERTIFICATE-----\n".encode()


def _read(pem: bytes) -> Credential | Fault:
    try:
        return read_credential(pem, [region()], "shaken", maker.NOW)
    except Fault as fault:
        return fault


def _signed_again(tbs: bytes, whole: bytes, by: maker.Made) -> bytes:
    """`whole` (a certificate or a revocation list) with another content, signed by an authority."""
    ((_, inside),) = der.elements(whole)
    (_, algorithm), _ = list(der.elements(inside))[1:]
    signature = by.key.sign(tbs, ec.ECDSA(SHA256()))
    return der.element(0x30, tbs + der.element(0x30, algorithm) + der.element(0x03, b"\0" + signature))


def test_a_strange_certificate_that_an_authority_signed_speaks_for_its_provider_or_for_nobody() -> None:
    whole = maker.leaf().certificate
    der_bytes = whole.public_bytes(Encoding.DER)
    for name, random in each("certificate, signed"):
        made = _signed_again(broken_der(random, whole.tbs_certificate_bytes), der_bytes, maker.intermediate())
        found = _read(_pem(made) + maker.intermediate().pem)
        if isinstance(found, Credential):
            assert found.may_speak_for.codes == (maker.CODE,) and not found.may_speak_for.ranges, name
            _still_may_speak(read_bundle(_pem(made))[0], name)


def test_a_bundle_whose_text_is_broken_counts_only_with_its_certificates_whole() -> None:
    good = maker.bundle()
    for name, random in each("bundle text"):
        pem = broken(random, good) if random.random() < 0.5 else broken_text(random, good.decode()).encode()
        if isinstance(_read(pem), Credential):
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
        found = _read(maker.bundle(made))
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
        assert isinstance(_read(maker.bundle(made)), Fault), name


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
        for read in (lambda text=text: read_trust_list(text, *_administrator()), lambda text=text: signer_of(text)):
            fault = _fault_of(read)
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
            and _depth(changed) <= 8
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


def test_a_call_passes_only_over_headers_that_are_whole_and_lead_to_it(trusted: Credential) -> None:
    """Several headers in any order, whole, broken, repeated, or none; who calls whom and the Date are broken, too."""
    for name, random in each("call"):
        good = {header: (frm, to) for header, frm, to in _steps(random)}
        headers = random.choices(list(good), k=random.randint(0, 6))
        whole = set(headers)
        headers += [broken_text(random, random.choice([*good, GOOD])) for _ in range(random.choice((0, 1, 2, 5)))]
        random.shuffle(headers)
        orig = maker.ORIG if random.random() < 0.8 else random.choice(["", "1", broken_text(random, maker.ORIG)])
        here = random.choice((maker.DEST, "1", "2", "3", ""))
        date = random.choice(
            ("", "Fri, 20 Nov 2026 12:00:00 GMT", broken_text(random, "Fri, 20 Nov 2026 12:00:00 +0000"))
        )
        call = SipCall(orig, frozenset({here}), name, date)
        verdict = judged(headers, trusted, call)
        led = orig == maker.ORIG and _leads([good[one] for one in whole], here)
        if len(headers) > MOST_HEADERS:
            assert verdict.verstat == FAILED, name
        elif led:
            assert verdict.verstat == PASSED, (name, headers)
        else:
            assert verdict.verstat != PASSED, (name, headers)


def _steps(random: Random) -> list[tuple[str, str | None, str]]:
    """(header, from, to): the first is the caller's own, from nobody; the others diversions."""
    return random.choice(POOL)


def _pool(number: int) -> list[tuple[str, str | None, str]]:
    random = case("pool", number)
    places = [maker.DEST, "1", "2", "3"]
    first = random.choice(places)
    pool: list[tuple[str, str | None, str]] = [(maker.identity(maker.claims(dest={"tn": [first]})), None, first)]
    for _ in range(4):
        frm, to = random.choice(places), random.choice(places)
        pool.append((maker.div_identity(frm, to), frm, to))
    return pool


POOL = [_pool(number) for number in range(20)]


def _leads(steps: Sequence[tuple[str | None, str]], here: str) -> bool:
    reached = {to for frm, to in steps if frm is None}
    for _ in steps:
        reached |= {to for frm, to in steps if frm in reached}
    return here in reached


def test_whatever_a_claim_may_be_is_answered(trusted: Credential) -> None:
    """Each strange value in the place of each claim and of each member of the token's header."""
    for value in STRANGE:
        for member in ("attest", "dest", "iat", "orig", "origid", "rcd", "div", "x"):
            for kind in ("shaken", "div", "rcd"):
                claims = {**maker.claims(), "div": {"tn": "1"}, "rcd": {"nam": "A"}, member: value}
                judged([maker.identity(claims, jose=maker.jose_header(ppt=kind))], trusted)
        for member in ("alg", "ppt", "typ", "x5u"):
            jose = {**maker.jose_header(), member: value}
            judged([maker.identity(jose=jose, parameters=f";{PARAMETERS}")], trusted)


ANY = settings(
    max_examples=500, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@ANY
@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=60))
def test_any_text_at_all_is_answered(trusted: Credential, value: str, parameters: str, date: str) -> None:
    call = replace(CALL, orig=parameters, date=date)
    assert judged([value, f"{value};{parameters}", f"{TOKEN};{value}"], trusted, call).verstat != PASSED


@ANY
@given(st.sampled_from(["attest", "dest", "iat", "orig", "origid", "rcd"]), JSON, st.dictionaries(st.text(), JSON))
def test_any_json_at_all_in_a_signed_claim_is_answered(
    trusted: Credential, member: str, value: Any, others: dict[str, Any]
) -> None:
    claims = {**others, **maker.claims(), member: value}
    try:
        header = maker.identity(claims)
    except UnicodeEncodeError:  # half a pair of surrogates cannot be sent
        return
    if judged([header], trusted).verstat == PASSED:
        assert member == "rcd" or _claims_are_right(claims)


def test_the_good_ones_that_are_broken_here_are_good(trusted: Credential) -> None:
    assert judged([GOOD], trusted).verstat == PASSED
    assert isinstance(_read(maker.bundle()), Credential)
    assert _leads([(None, "1"), ("1", "2")], "2") and not _leads([("1", "2")], "2")
    assert replace(CALL, orig=maker.ORIG) == CALL
