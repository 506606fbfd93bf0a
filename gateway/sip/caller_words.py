"""What an INVITE says about its caller, for the control plane to weigh; no room gets it as if it were true. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.calls.admission import InvitePii
from gateway.sip.invite import clean
from gateway.sip.wire.ua import IncomingCall

MOST_IDENTITY_HEADERS = 8
MOST_HEADERS = 24
LONGEST_VALUE = 1024
# the verdicts of carriers, each in its own words, and what they stand on
VERDICT_HEADERS = frozenset(
    ("x-twilio-verstat", "x-plivo-stir-verification", "p-attestation-indicator", "attestation-info",
     "p-origination-id", "origination-id")
)  # fmt: skip
TRUST_HEADERS = VERDICT_HEADERS | {"p-asserted-identity", "from", "date"}
_VERSTAT = re.compile(r";\s*verstat\s*=\s*(?:\"[^\"]*\"|[^;>\s,]*)", re.IGNORECASE)


def identity_headers_of(call: IncomingCall) -> list[str]:
    """Whole: a token that was cut would be a forged one."""
    return [value.encode("utf-8", "replace").decode() for value in call.headers("Identity")[:MOST_IDENTITY_HEADERS]]


def invite_pii_of(call: IncomingCall) -> InvitePii:
    said = [(name, value) for name, value in call.all_headers if name.lower() in TRUST_HEADERS]
    headers = [(name.lower(), value.encode("utf-8", "replace").decode()[:LONGEST_VALUE]) for name, value in said]
    return InvitePii(headers=headers[:MOST_HEADERS], request_user=clean(call.request_uri.user))


def without_verdicts(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """For the room: what anybody can write into an INVITE is no verdict. The control plane's is in `gateway.*`."""
    return [(name, _VERSTAT.sub("", value)) for name, value in headers if name.lower() not in VERDICT_HEADERS]
