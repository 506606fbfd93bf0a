"""An INVITE in the words of LiveKit and of the control plane."""

from __future__ import annotations

import secrets

from gateway.calls.facts import NumbersPii
from gateway.kernel.e164 import from_sip_user
from gateway.sip.attributes import LegIdentity
from gateway.sip.bus.io_info import CallAsked, Party
from gateway.sip.wire.ua import IncomingCall

LONGEST_TEXT = 256
ANONYMOUS = "anonymous"  # LiveKit cannot hide the number of a caller that has none
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def new_leg_id() -> str:
    """An id like those livekit-sip makes: `SCL_` and twelve characters."""
    return "SCL_" + "".join(secrets.choice(_ALPHABET) for _ in range(12))


def clean(text: str) -> str:
    """What a stranger wrote, as text that can be stored and sent on: no broken UTF-8, no endless lines."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:LONGEST_TEXT]


def numbers_of(call: IncomingCall) -> NumbersPii:
    return NumbersPii(
        ani=clean(from_sip_user(call.from_uri.user)),
        dnis=clean(from_sip_user(call.to_uri.user or call.request_uri.user)),
        source_address=call.source[0],
    )


def asked_of(call: IncomingCall, leg_id: str) -> CallAsked:
    numbers = numbers_of(call)
    return CallAsked(
        livekit_call_id=leg_id,
        sip_call_id=clean(call.sip_call_id),
        source_ip=call.source[0],
        caller=Party(numbers.ani or ANONYMOUS, clean(call.from_uri.host), call.from_uri.port or 0),
        called=Party(numbers.dnis, clean(call.to_uri.host), call.to_uri.port or 0),
        transport=call.transport,
    )


def identity_of(call: IncomingCall, call_id: str, leg_id: str) -> LegIdentity:
    tag = clean(call.dialog.remote_tag)
    return LegIdentity(call_id, leg_id, clean(call.sip_call_id), tag, clean(call.from_uri.host))
