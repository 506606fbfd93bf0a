"""A PASSporT (RFC 8225) in its full form: what it claims, and the bytes that its signature covers. Pure.

Read strictly: a claim of the wrong type is not repaired. The claims are worth nothing before `verify.py` is through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from compliance.stir_shaken import base64url
from compliance.stir_shaken.caller_name import CallerName, read_caller_name
from compliance.stir_shaken.faults import bad_info, invalid
from compliance.stir_shaken.identity_header import IdentityHeader
from compliance.stir_shaken.strict_json import read_object
from compliance.stir_shaken.telephone import is_canonical

Kind = Literal["shaken", "div", "rcd"]
Attestation = Literal["A", "B", "C"]
KINDS: dict[str, Kind] = {"shaken": "shaken", "div": "div", "rcd": "rcd"}
ATTESTATIONS: dict[object, Attestation] = {"A": "A", "B": "B", "C": "C"}
MOST_DESTINATIONS = 32
LONGEST_TEXT = 255


@dataclass(frozen=True)
class Passport:
    """Numbers are canonical: digits, no plus. `iat`: seconds since 1970. `div`: the number that diverted the call."""

    kind: Kind
    x5u: str
    iat: int
    orig: str
    dest: tuple[str, ...]
    attest: Attestation | None
    origid: str
    div: str
    name: CallerName | None
    signed: bytes
    signature: bytes


@dataclass(frozen=True)
class Unread:
    """Its signature's form and its JOSE header are looked at, its claims are not yet."""

    kind: str
    x5u: str
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def open_token(header: IdentityHeader) -> Unread:
    """The token of the header, taken apart. Raises Fault."""
    parts = header.token.split(".")
    if len(parts) != 3:
        raise invalid("jws_parts", "the token does not have three parts")
    jose = read_object(base64url.decode(parts[0], "token's header"), "token's header")
    claims = read_object(base64url.decode(parts[1], "token's payload"), "token's payload")
    signature = base64url.decode(parts[2], "signature")
    if jose.get("alg") != "ES256":
        raise invalid("alg", "the token's alg is not ES256")
    if jose.get("typ") != "passport":
        raise invalid("typ", "the token's typ is not passport")
    if "crit" in jose:
        raise invalid("crit", "the token demands an extension that SHAKEN does not have")
    ppt, x5u = jose.get("ppt"), jose.get("x5u")
    if not isinstance(ppt, str) or not ppt:
        raise invalid("ppt", "the token has no ppt")
    if header.ppt and header.ppt != ppt:
        raise invalid("ppt", "the header's ppt is not the token's")
    if not isinstance(x5u, str) or not x5u:
        raise bad_info("no_x5u", "the token has no x5u")
    if x5u != header.info:
        raise bad_info("x5u_info", "the token's x5u is not the header's info")
    return Unread(ppt, x5u, claims, f"{parts[0]}.{parts[1]}".encode(), signature)


def read_claims(token: Unread) -> Passport:
    """Its claims, each of the type that the RFC gives it. Raises Fault 438."""
    kind, claims = KINDS[token.kind], token.claims
    iat = claims.get("iat")
    if type(iat) is not int:
        raise invalid("iat", "the claim iat is not a whole number")
    attest, origid, div = None, "", ""
    if kind == "shaken":
        raw = claims.get("attest")
        attest = ATTESTATIONS.get(raw) if isinstance(raw, str) else None
        if attest is None:
            raise invalid("attest", "the claim attest is not A, B or C")
        origid = _text(claims.get("origid"), "origid")
    if kind == "div":
        div = _number(_object(claims.get("div"), "div").get("tn"), "div")
    orig, dest = _origin(claims), _destinations(claims)
    name = read_caller_name(claims["rcd"]) if "rcd" in claims else None
    return Passport(kind, token.x5u, iat, orig, dest, attest, origid, div, name, token.signed, token.signature)


def _origin(claims: dict[str, Any]) -> str:
    orig = _object(claims.get("orig"), "orig")
    if set(orig) != {"tn"}:
        raise invalid("orig", "the claim orig is not one telephone number")
    return _number(orig["tn"], "orig")


def _destinations(claims: dict[str, Any]) -> tuple[str, ...]:
    dest = _object(claims.get("dest"), "dest")
    numbers, uris = dest.get("tn", []), dest.get("uri", [])
    if not isinstance(numbers, list) or not isinstance(uris, list) or not (numbers or uris):
        raise invalid("dest", "the claim dest names nobody")
    if len(numbers) + len(uris) > MOST_DESTINATIONS:
        raise invalid("dest", f"the claim dest names more than {MOST_DESTINATIONS} destinations")
    return tuple(_number(one, "dest") for one in numbers)


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(name, f"the claim {name} is missing or is not an object")
    return value


def _number(value: object, name: str) -> str:
    if not isinstance(value, str) or not is_canonical(value):
        raise invalid(name, f"the claim {name} has a telephone number that is not digits only")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT or not value.isprintable():
        raise invalid(name, f"the claim {name} is missing or is no text")
    return value
