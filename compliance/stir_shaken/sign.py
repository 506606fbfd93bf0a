"""A PASSporT of our own (RFC 8225, RFC 8588, RFC 8946), for a provider with a certificate of its own. Pure.

    sign_passport(Statement("shaken", orig="12155550121", dest=("12155550199",), iat=…, attest="A", origid=…), key, x5u)

What is made here is written in one way only: members in the order of their names, no white space (RFC 8225 §9).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from compliance.stir_shaken import base64url
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.identity_header import LONGEST
from compliance.stir_shaken.location import check_location
from compliance.stir_shaken.passport import ATTESTATIONS, LONGEST_TEXT, MOST_DESTINATIONS, Attestation
from compliance.stir_shaken.signature import sign
from compliance.stir_shaken.telephone import is_canonical
from gateway.kernel.errors import BadInput


@dataclass(frozen=True)
class Statement:
    """What is signed. Numbers are canonical: digits with the country code, no plus. `iat`: seconds since 1970.

    shaken: `attest` and `origid` (a UUID that names where the call came in). div: `div`, the number that diverted.
    """

    kind: Literal["shaken", "div"]
    orig: str
    dest: tuple[str, ...]
    iat: int
    attest: Attestation | None = None
    origid: str = ""
    div: str = ""


def sign_passport(statement: Statement, key: ec.EllipticCurvePrivateKey, x5u: str) -> str:
    """The value of an Identity header. `x5u`: where the key's certificate is. Raises BadInput."""
    _check(statement, key, x5u)
    jose = {"alg": "ES256", "ppt": statement.kind, "typ": "passport", "x5u": x5u}
    signed = f"{_part(jose)}.{_part(_claims(statement))}"
    token = f"{signed}.{base64url.encode(sign(key, signed.encode()))}"
    value = f"{token};info=<{x5u}>;alg=ES256;ppt={statement.kind}"
    if len(value) > LONGEST:
        raise BadInput(f"the header would be longer than {LONGEST} bytes", field="dest", todo="name fewer destinations")
    return value


def _claims(statement: Statement) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "dest": {"tn": list(statement.dest)},
        "iat": statement.iat,
        "orig": {"tn": statement.orig},
    }
    if statement.kind == "div":
        return claims | {"div": {"tn": statement.div}}
    return claims | {"attest": statement.attest, "origid": statement.origid}


def _part(members: dict[str, Any]) -> str:
    return base64url.encode(json.dumps(members, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode())


def _check(statement: Statement, key: ec.EllipticCurvePrivateKey, x5u: str) -> None:
    if not isinstance(key.curve, ec.SECP256R1):
        raise BadInput("the key is not on the curve P-256", field="key", todo="make a key for ES256")
    try:
        check_location(x5u)
    except Fault as fault:
        todo = "give an https URL with a host name, port 443 or 8443, without query and fragment"
        raise BadInput(fault.sentence, field="x5u", todo=todo) from fault
    if "<" in x5u or ">" in x5u:
        raise BadInput("the certificate's address has < or > in it", field="x5u", todo="give an https URL without them")
    if not 1 <= len(statement.dest) <= MOST_DESTINATIONS:
        raise BadInput(f"a call has 1 to {MOST_DESTINATIONS} destinations", field="dest", todo="give the number called")
    for field, number in (("orig", statement.orig), *(("dest", one) for one in statement.dest)):
        _check_number(field, number)
    if statement.iat < 0:
        raise BadInput("the time is before 1970", field="iat", todo="give seconds since 1970")
    if statement.kind == "div":
        _check_number("div", statement.div)
        if statement.attest is not None or statement.origid:
            raise BadInput("a diversion has no level and no origid of its own", field="attest", todo="leave them out")
        return
    if statement.div:
        raise BadInput("only a diversion names who diverted", field="div", todo="leave it out, or sign a div")
    if statement.attest not in ATTESTATIONS:
        raise BadInput("the level is A, B or C", field="attest", todo="give one of them")
    if not 0 < len(statement.origid) <= LONGEST_TEXT or not statement.origid.isprintable():
        raise BadInput("origid has to be a text that names the origin", field="origid", todo="give a UUID")


def _check_number(field: str, number: str) -> None:
    if not is_canonical(number):
        todo = "give at most 15 digits with the country code"
        raise BadInput(f"{field} is not a telephone number", field=field, todo=todo)
