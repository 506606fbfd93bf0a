"""How many cases there are of each kind of broken input, and what is asked of every one."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from compliance.stir_shaken.chain import Credential, read_credential
from compliance.stir_shaken.faults import PHRASES, Fault
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.verdict import FAILED, NONE, PASSED, Verdict
from compliance.stir_shaken.verify import Rules, SipCall, judge, open_header
from tests.stir import maker
from tests.stir.checking import CALL, credential, region
from tests.stir.mutators import cases

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


def each(kind: str) -> list[tuple[str, Random]]:
    return list(cases(kind, CASES[kind]))


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


def good_credential() -> Credential:
    found = credential()
    assert isinstance(found, Credential)
    return found


def read(pem: bytes) -> Credential | Fault:
    try:
        return read_credential(pem, [region()], "shaken", maker.NOW)
    except Fault as fault:
        return fault


def depth(value: Any) -> int:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inside), default=0) if isinstance(value, dict | list) else 0
