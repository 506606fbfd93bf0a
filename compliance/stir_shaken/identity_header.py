"""The value of an Identity header (RFC 8224 §4.1): a token and its parameters. Pure.

    eyJ….eyJ….MEU…;info=<https://cert.example.org/passport.cer>;alg=ES256;ppt="shaken"

Parameters come in any order and with white space around `;` and `=`; `ppt` and `alg` as a token or in quotes, as
real traffic has them. What is unknown is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compliance.stir_shaken.faults import bad_info, invalid

LONGEST = 8192  # characters
MOST_PARAMETERS = 20

_PARAMETER = re.compile(
    r"""[ \t]*;[ \t]*
    (?P<name>[A-Za-z0-9!%*_+`'~.-]+)
    (?:[ \t]*=[ \t]*(?:
        <(?P<uri>[^<>\x00-\x20]*)>
        |"(?P<quoted>(?:[^"\\\x00-\x1f]|\\[\x20-\x7e])*)"
        |(?P<token>[^;<>"\s]*)
    ))?
    """,
    re.VERBOSE,
)
_PRINTABLE = re.compile(r"[\t\x20-\x7e]*")


@dataclass(frozen=True)
class IdentityHeader:
    """`info`: where the certificate is; `alg` and `ppt` are "" when the header names none."""

    token: str
    info: str
    alg: str
    ppt: str


def parse_identity(value: str) -> IdentityHeader:
    """Raises Fault 438 for what is no Identity header, 436 for one without a usable `info`."""
    if len(value) > LONGEST:
        raise invalid("header_too_long", f"the header is longer than {LONGEST} bytes")
    if not _PRINTABLE.fullmatch(value):
        raise invalid("header_characters", "the header has characters that are not allowed in one")
    token, semicolon, _ = value.partition(";")
    found = _parameters(value, len(token)) if semicolon else {}
    token = token.strip(" \t")
    if not token:
        raise invalid("no_token", "the header has no token before its parameters")
    if token.startswith(".."):
        raise invalid("compact_form", "the token is in the compact form, which SHAKEN does not allow")
    alg, ppt = _plain(found, "alg"), _plain(found, "ppt")
    if alg not in ("", "ES256"):
        raise invalid("header_alg", "the header's alg is not ES256")
    kind, info = found.get("info", ("", ""))
    if kind != "uri" or not info:
        raise bad_info("no_info", "the header has no info=<URI> that says where the certificate is")
    return IdentityHeader(token, info, alg, ppt)


def _parameters(value: str, at: int) -> dict[str, tuple[str, str]]:
    """name -> (uri | quoted | token, its text)."""
    found: dict[str, tuple[str, str]] = {}
    while at < len(value.rstrip(" \t")):
        match = _PARAMETER.match(value, at)
        if match is None:
            raise invalid("header_syntax", "the header's parameters cannot be read")
        name, kind = match["name"].lower(), match.lastgroup or ""
        if name in found or len(found) == MOST_PARAMETERS:
            raise invalid("header_syntax", "the header has a parameter twice, or too many of them")
        found[name] = (kind, match[kind] if kind != "name" else "")
        at = match.end()
    return found


def _plain(found: dict[str, tuple[str, str]], name: str) -> str:
    kind, text = found.get(name, ("token", ""))
    if kind == "uri":
        raise invalid("header_syntax", f"the header's {name} is not a word")
    return re.sub(r"\\(.)", r"\1", text) if kind == "quoted" else text
