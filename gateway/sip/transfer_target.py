"""Where a call is to go on: the Refer-To of `TransferSIPParticipant`, as it is checked and as it is sent. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from gateway.kernel.errors import BadInput
from gateway.sip.dial_plan import user_of
from gateway.sip.wire.uri import bracketed, parse_uri

_HOST = re.compile(r"^[A-Za-z0-9._-]{1,255}$|^[0-9A-Fa-f:.]{2,45}$")


@dataclass(frozen=True)
class TransferTarget:
    """`dialled` is what the control plane is asked about, and the user of `uri`."""

    uri: str
    dialled: str


def target_of(text: str) -> TransferTarget:
    """Of a sip:, sips: or tel: URI, perhaps in angle brackets. Raises BadInput."""
    raw = text.strip().removeprefix("<").removesuffix(">")
    try:
        uri = parse_uri(raw)
    except ValueError as error:
        raise _bad("transfer_to is not a sip:, sips: or tel: URI") from error
    if "?" in raw or "phone-context" in uri.parameters:
        raise _bad("transfer_to has headers or a phone-context, which nobody here can check")
    dialled = user_of(uri.user, "transfer_to")
    if uri.scheme == "tel":
        return TransferTarget(f"tel:{dialled}", dialled)
    if not _HOST.match(uri.host):
        raise _bad("transfer_to names no host")
    place = bracketed(uri.host) + (f":{uri.port}" if uri.port else "")
    transport = uri.parameters.get("transport", "").lower()
    way = f";transport={transport}" if transport in ("udp", "tcp", "tls") else ""
    return TransferTarget(f"{uri.scheme}:{quote(dialled, safe='+*._-')}@{place}{way}", dialled)


def _bad(detail: str) -> BadInput:
    return BadInput(detail, code="transfer.target", field="transfer_to", todo="write sip:user@host or tel:+15105550100")
