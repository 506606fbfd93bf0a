"""Where a call is to go on: a URI that somebody named, as it is checked and as it is sent. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from gateway.kernel.errors import BadInput
from gateway.sip.dialled_user import user_of
from gateway.sip.wire.uri import bracketed, parse_uri

_HOST = re.compile(r"^[A-Za-z0-9._-]{1,255}$|^[0-9A-Fa-f:.]{2,45}$")


@dataclass(frozen=True)
class TransferTarget:
    """`dialled` is what the control plane is asked about, and the user of `uri`."""

    uri: str
    dialled: str


def target_of(text: str, what: str = "transfer_to") -> TransferTarget:
    """Of a sip:, sips: or tel: URI, perhaps in angle brackets. Raises BadInput naming the field `what`."""
    raw = text.strip().removeprefix("<").removesuffix(">")
    try:
        uri = parse_uri(raw)
    except ValueError as error:
        raise _bad(what, "is not a sip:, sips: or tel: URI") from error
    if "?" in raw or "phone-context" in uri.parameters:
        raise _bad(what, "has headers or a phone-context, which nobody here can check")
    dialled = user_of(uri.user, what)
    if uri.scheme == "tel":
        return TransferTarget(f"tel:{dialled}", dialled)
    if not _HOST.match(uri.host):
        raise _bad(what, "names no host")
    place = bracketed(uri.host) + (f":{uri.port}" if uri.port else "")
    transport = uri.parameters.get("transport", "").lower()
    way = f";transport={transport}" if transport in ("udp", "tcp", "tls") else ""
    return TransferTarget(f"{uri.scheme}:{quote(dialled, safe='+*._-')}@{place}{way}", dialled)


def _bad(what: str, wrong: str) -> BadInput:
    return BadInput(
        f"{what} {wrong}", code="transfer.target", field=what, todo="write sip:user@host or tel:+15105550100"
    )
