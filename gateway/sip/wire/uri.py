"""SIP URIs and name-addr values, quote-aware (RFC 3261 §19.1, §20.10)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

_URI = re.compile(
    r"^(sips?|tel):(?:([^@\s<>]*)@)?(\[[0-9A-Fa-f:.]+\]|[^:;?@\[\]\s<>]*)(?::([0-9]{1,5}))?((?:;[^?\s<>]*)?)(?:\?[^\s<>]*)?$",
    re.I,
)


@dataclass(frozen=True)
class SipUri:
    scheme: str
    user: str
    host: str
    port: int | None = None
    parameters: dict[str, str] = field(default_factory=dict, hash=False)


def parse_uri(text: str) -> SipUri:
    """Raises ValueError for what is not a sip:, sips: or tel: URI."""
    match = _URI.match(text.strip())
    if not match:
        raise ValueError("not a SIP URI")
    scheme, user, host, port, parameters = match.groups()
    if scheme.lower() == "tel":
        user, host = host, ""
    if port is not None and not 0 < int(port) < 65536:
        raise ValueError("the port of the URI is out of range")
    user = unquote((user or "").split(":", 1)[0])
    return SipUri(scheme.lower(), user, host.strip("[]"), int(port) if port else None, parse_parameters(parameters))


def uri_of(text: str) -> SipUri:
    """The URI, or an empty one for what is none."""
    try:
        return parse_uri(text)
    except ValueError:
        return SipUri("sip", "", "")


def parse_parameters(text: str) -> dict[str, str]:
    """`;a=1;b` as {"a": "1", "b": ""}; names in lower case, quotes taken off."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        if name:
            found[name.strip().lower()] = value.strip().strip('"')
    return found


@dataclass(frozen=True)
class NameAddress:
    """The value of From, To, Contact, Route, …"""

    display_name: str
    uri: str
    parameters: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def tag(self) -> str:
        return self.parameters.get("tag", "")


def parse_name_address(text: str) -> NameAddress:
    """Raises ValueError when there is no URI in it."""
    text = text.strip()
    name = ""
    if text.startswith('"'):
        match = re.match(r'"((?:[^"\\]|\\.)*)"\s*', text)
        if not match:
            raise ValueError("an unfinished quoted name")
        name, text = re.sub(r"\\(.)", r"\1", match.group(1)), text[match.end() :]
    if "<" in text:
        before, _, rest = text.partition("<")
        uri, closed, after = rest.partition(">")
        if not closed:
            raise ValueError("an unfinished <URI>")
        return NameAddress(name or before.strip(), uri.strip(), parse_parameters(after))
    uri, _, after = text.partition(";")
    if not uri:
        raise ValueError("no URI")
    return NameAddress(name, uri, parse_parameters(after))


def split_list(values: list[str]) -> list[str]:
    """Header values that may be comma lists, split outside quotes and angle brackets."""
    found: list[str] = []
    for value in values:
        depth, quoted, start = 0, False, 0
        for position, character in enumerate(value):
            if character == '"' and value[position - 1 : position] != "\\":
                quoted = not quoted
            elif not quoted and character in "<>":
                depth += 1 if character == "<" else -1
            elif not quoted and not depth and character == ",":
                found.append(value[start:position].strip())
                start = position + 1
        found.append(value[start:].strip())
    return [item for item in found if item]


def sendable(host: str, port: int | None) -> bool:
    """True for an IP literal and a port a datagram can be sent to; a name would block on DNS."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return port is not None and 0 < port < 65536 and not address.is_unspecified and not address.is_multicast


def is_private(host: str) -> bool:
    """True for an IP literal that means something only in its own network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
