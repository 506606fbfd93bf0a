"""Tokens and certificates that others published: what is found in each. The reasons stand in docs/stir-shaken.md."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from compliance.stir_shaken import base64url, tn_auth_list
from compliance.stir_shaken.certificate import read_speaker
from compliance.stir_shaken.chain import Credential, read_credential
from compliance.stir_shaken.faults import Fault, bad_info
from compliance.stir_shaken.identity_header import parse_identity
from compliance.stir_shaken.passport import open_token, read_claims
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.signature import is_good
from compliance.stir_shaken.tn_auth_list import TnAuthList, read_tn_auth_list
from compliance.stir_shaken.trust import Region, read_anchors
from compliance.stir_shaken.verify import Opened, Rules, SipCall, judge, open_header
from tests import stir

FILE = json.loads((Path(stir.__file__).parent / "vectors" / "collected.json").read_text())
TOKENS: dict[str, Any] = {one["id"]: one for one in FILE["tokens"]}
CERTIFICATES: dict[str, Any] = {one["id"]: one for one in FILE["certs"]}

Code = tuple[int, str]
GOOD: Code = (0, "good")
AUTHORITYS: Code = (437, "certificate_is_ca")
# what the whole check answers, at the second of `iat`, with the certificate that came along believed; what its claims
# alone would come to
FOUND: dict[str, tuple[Code, Code]] = {
    "rfc8225-appendix-a": ((438, "ppt"), (438, "ppt")),
    "passport-draft-example": ((436, "no_info"), (438, "ppt")),
    "rfc8946-div": ((436, "not_fetched"), GOOD),
    "libstirshaken-1": ((436, "no_info"), (438, "orig")),
    "libstirshaken-2": ((436, "x5u_scheme"), (438, "orig")),
    "libstirshaken-3": ((436, "no_info"), GOOD),
    "libstirshaken-4": ((437, "key_usage"), GOOD),
    "libstirshaken-5": ((436, "no_info"), (438, "orig")),
    "libstirshaken-6": ((436, "no_info"), (438, "orig")),
    "sems-1": (AUTHORITYS, (438, "orig")),
    "sems-2": (AUTHORITYS, GOOD),
    "sems-3": ((436, "no_info"), (436, "no_info")),
    "sems-4": ((438, "compact_form"), (438, "compact_form")),
    "sems-5": ((438, "header_alg"), (438, "header_alg")),
    "sems-6": ((438, "ppt"), (438, "ppt")),
    "sems-7": ((436, "x5u_info"), (436, "x5u_info")),
    "sems-8": ((438, "alg"), (438, "alg")),
    "sems-9": ((438, "alg"), (438, "alg")),
    "sems-10": ((438, "alg"), (438, "alg")),
    "sems-11": ((438, "json"), (438, "json")),
    "sems-12": ((438, "json"), (438, "json")),
    "sems-13": ((438, "alg"), (438, "alg")),
    "sems-14": ((438, "alg"), (438, "alg")),
    "sems-15": (AUTHORITYS, (438, "iat")),
    "sems-16": (AUTHORITYS, (438, "iat")),
    "sems-17": (AUTHORITYS, (438, "attest")),
    "sems-18": (AUTHORITYS, (438, "orig")),
    "production-gateway-C": ((436, "not_fetched"), GOOD),
}
SPEAKERS: dict[str, Code] = {
    "production-neustar-063E": GOOD,
    "sti-pa-root": AUTHORITYS,
    "asterisk-SPAST1": (437, "certificate_algorithm"),
    "asterisk-SPAST2": (437, "certificate_algorithm"),
    "asterisk-SPAST1-caexp": (437, "certificate_algorithm"),
    "asterisk-SPAST2-caexp": (437, "certificate_algorithm"),
    "asterisk-ca": (437, "certificate_key"),
}


def test_every_token_and_certificate_is_looked_at() -> None:
    assert FOUND.keys() == TOKENS.keys() and SPEAKERS.keys() == CERTIFICATES.keys()


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_comes_to_what_is_written_here(name: str) -> None:
    vector = TOKENS[name]
    opened = open_header(vector["identity"], Rules())
    assert _found(opened, vector) == FOUND[name][0]
    assert _claims(vector["identity"]) == FOUND[name][1]
    if "parse_ok" in vector and not vector["parse_ok"]:
        assert FOUND[name][1] != GOOD


@pytest.mark.parametrize("name", [name for name, one in TOKENS.items() if one["signature_valid"] is not None])
def test_a_signature_is_as_good_as_the_collection_says(name: str) -> None:
    vector = TOKENS[name]
    parts = vector["identity"].partition(";")[0].split(".")
    signature = base64url.decode(parts[2], "signature")
    assert is_good(_key(vector), signature, ".".join(parts[:2]).encode()) is vector["signature_valid"]


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_comes_to_what_is_written_here(name: str) -> None:
    certificate = x509.load_pem_x509_certificate(CERTIFICATES[name]["cert"].encode())
    try:
        found: Code = GOOD if read_speaker(certificate, "shaken").may_speak_for else (0, "")
    except Fault as fault:
        found = fault.sip_code, fault.slug
    assert found == SPEAKERS[name]


@pytest.mark.parametrize("name", [name for name, one in CERTIFICATES.items() if "tnauthlist_hex" in one])
def test_a_list_of_numbers_in_use_is_read_and_the_text_of_a_configuration_file_is_not(name: str) -> None:
    certificate = x509.load_pem_x509_certificate(CERTIFICATES[name]["cert"].encode())
    extension = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(tn_auth_list.OID))
    raw = extension.value.public_bytes()
    assert raw.hex() == CERTIFICATES[name]["tnauthlist_hex"]
    if name.endswith("caexp"):
        with pytest.raises(Fault):
            read_tn_auth_list(raw)
    else:
        code = {"production-neustar-063E": "063E", "asterisk-SPAST1": "1", "asterisk-SPAST2": "2"}[name]
        assert read_tn_auth_list(raw) == TnAuthList((code,))


def test_the_production_certificate_follows_the_policy_of_its_region() -> None:
    one = CERTIFICATES["production-neustar-063E"]
    certificate = x509.load_pem_x509_certificate(one["cert"].encode())
    assert read_speaker(certificate, "shaken", one["policy"]).may_speak_for.codes == (one["spc"],)


def _found(opened: Opened, vector: Any) -> Code:
    if opened.token is None:
        assert opened.fault is not None
        return opened.fault.sip_code, opened.fault.slug
    claims = opened.token.claims
    now = datetime.fromtimestamp(claims.get("iat", 0), UTC)
    orig, dest = (claims[name] if isinstance(claims[name], dict) else {} for name in ("orig", "dest"))
    call = SipCall(str(orig.get("tn")), frozenset(map(str, dest.get("tn", ()))))
    verdict = judge([opened], {opened.x5u: _credential(vector, now)}, call, now, Rules(), Seen())
    assert verdict.fault is not None
    return verdict.fault.sip_code, verdict.fault.slug


def _credential(vector: Any, now: datetime) -> Credential | Fault:
    if "cert" not in vector:
        return bad_info("not_fetched", "the collection has no certificate for it")
    try:
        anchors = read_anchors(vector.get("ca", vector["cert"]).encode())
        return read_credential(vector["cert"].encode(), [Region("its own", anchors)], "shaken", now)
    except Fault as fault:
        return fault


def _claims(identity: str) -> Code:
    """With the parameters that a bare token lacks."""
    if ";" not in identity and not identity.startswith(".."):
        jose = json.loads(base64url.decode(identity.split(".")[0], "header"))
        identity = f"{identity};info=<{jose['x5u']}>"
    try:
        read_claims(open_token(parse_identity(identity)))
    except Fault as fault:
        return fault.sip_code, fault.slug
    return GOOD


def _key(vector: Any) -> ec.EllipticCurvePublicKey:
    if "public_key" in vector:
        key = load_pem_public_key(vector["public_key"].encode())
    else:
        key = x509.load_pem_x509_certificate(vector["cert"].encode()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key
