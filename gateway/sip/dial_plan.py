"""A request for a call out, turned into what goes on the wire: URIs, names, way. Pure; nothing of it is guessed.

What is checked by the control plane (`dialled`, `to_user`) is what is dialled, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from gateway.kernel.errors import BadInput
from gateway.sip.bus.sip_internal import Destination, DialAsked
from gateway.sip.dial_headers import checked
from gateway.sip.dialled_user import user_of, without_separators
from gateway.sip.wire.uri import bracketed, parse_uri

LONGEST_DTMF = 256
LONGEST_NAME = 128

_FROM_USER = re.compile(r"^[0-9A-Za-z+._*#-]{0,64}$")
_DTMF = re.compile(rf"^[0-9*#A-Dwa-d]{{0,{LONGEST_DTMF}}}$")
_HOST = re.compile(r"^[A-Za-z0-9._-]{1,255}$|^[0-9A-Fa-f:.]{2,45}$")


@dataclass(frozen=True)
class DialPlan:
    """`host` and `port` are where it is sent to; port 0 is the transport's own."""

    dialled: str
    to_user: str
    request_uri: str
    to_uri: str
    from_user: str
    from_host: str
    display_name: str
    host: str
    port: int
    transport: str
    headers: list[tuple[str, str]]
    dtmf: str = field(default="", repr=False)


def plan_of(asked: DialAsked) -> DialPlan:
    """Raises BadInput for what cannot be carried out, naming the field of `CreateSIPParticipant`."""
    if not (asked.leg_id and asked.room and asked.identity):
        raise _bad("room_name", "the request names no room, no participant or no call id")
    host, port, transport = way_to(asked.address)
    transport = asked.transport or transport or "udp"
    target = _uri_parts(asked.request_uri, "sip_request_uri")
    dialled = user_of(target.user or asked.call_to, "sip_call_to")
    to = _uri_parts(asked.to_header, "sip_to_header")
    to_user = user_of(to.user, "sip_to_header") if to.user else dialled
    uri_host, uri_port = (target.host, target.port) if target.host else (host, port)
    return DialPlan(
        dialled=dialled,
        to_user=to_user,
        request_uri=_uri(dialled, uri_host, uri_port, transport),
        to_uri=_uri(to_user, to.host or uri_host, to.port if to.host else uri_port, ""),
        from_user=_from_user(asked),
        from_host=_host(_uri_parts(asked.from_header, "sip_from_header").host or asked.from_host),
        display_name=_display_name(asked),
        host=host,
        port=port,
        transport=transport,
        headers=checked(asked.headers),
        dtmf=_dtmf(asked.dtmf),
    )


def way_to(address: str) -> tuple[str, int, str]:
    """Host, port (0 for none) and transport ("" for none) of a trunk's address: `host[:port][;transport=…]`."""
    text = address.strip()
    if not text.lower().startswith(("sip:", "sips:")):
        text = "sip:" + (f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text)
    try:
        uri = parse_uri(text)
    except ValueError as error:
        raise _bad("address", "the trunk's address is not a host name or an IP address") from error
    if uri.user or not _HOST.match(uri.host):
        raise _bad("address", "the trunk's address is not a host name or an IP address")
    transport = uri.parameters.get("transport", "tls" if uri.scheme == "sips" else "").lower()
    if transport not in ("", "udp", "tcp", "tls"):
        raise _bad("address", "the trunk's address names a transport other than udp, tcp and tls")
    return uri.host, uri.port or 0, transport


def with_user(request_uri: str, user: str) -> str:
    """The same URI for another user."""
    uri = parse_uri(request_uri)
    return _uri(user, uri.host, uri.port or 0, uri.parameters.get("transport", ""))


def _uri_parts(asked: Destination, what: str) -> Destination:
    """The given URI in parts, from `raw` where there is one."""
    if not asked.raw:
        if asked.host:
            _host(asked.host)
        return asked
    raw = asked.raw.strip().removeprefix("<").removesuffix(">")
    try:
        uri = parse_uri(raw)
    except ValueError as error:
        raise _bad(what, f"{what} is not a sip: URI") from error
    if uri.scheme == "tel" or "?" in raw:
        raise _bad(what, f"{what} must be a sip: URI without headers")
    return Destination(uri.user, _host(uri.host), uri.port or 0, "", asked.display_name)


def _from_user(asked: DialAsked) -> str:
    user = without_separators(asked.from_header.user or asked.from_number)
    if asked.from_header.raw:
        user = _uri_parts(asked.from_header, "sip_from_header").user
    if not _FROM_USER.match(user):
        raise _bad("sip_number", "sip_number is neither a telephone number nor a SIP user")
    return user


def _display_name(asked: DialAsked) -> str:
    """Not said at all: the number; said to be empty: none (the network looks the name up)."""
    name = asked.from_header.display_name or asked.display_name
    if name is None:
        return _from_user(asked)
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise _bad("display_name", f"display_name has more than {LONGEST_NAME} characters, or a line break")
    return name


def _dtmf(keys: str) -> str:
    if not _DTMF.match(keys):
        raise _bad("dtmf", f"dtmf has something else than 0-9 * # A-D and w, or more than {LONGEST_DTMF} of them")
    return "".join(key if key == "w" else key.upper() for key in keys)


def _host(host: str) -> str:
    if host and not _HOST.match(host.strip("[]")):
        raise _bad("host", "a host of the request is neither a name nor an IP address")
    return host.strip("[]")


def _uri(user: str, host: str, port: int, transport: str) -> str:
    place = bracketed(host) + (f":{port}" if port else "")
    return f"sip:{quote(user, safe='+*._-')}@{place}" + (
        f";transport={transport}" if transport in ("tcp", "tls") else ""
    )


def _bad(what: str, detail: str) -> BadInput:
    return BadInput(detail, code="dial.request", field=what, todo=f"correct {what} and ask again")


def signed(plan: DialPlan, identity: Sequence[str]) -> DialPlan:
    """With the Identity headers by which somebody vouches for the caller id."""
    return replace(plan, headers=[*plan.headers, *(("Identity", value) for value in identity)])
