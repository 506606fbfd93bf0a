"""An INVITE in the words of LiveKit and of the control plane."""

from __future__ import annotations

import secrets

from gateway.calls.facts import NumbersPii
from gateway.kernel.e164 import from_sip_user
from gateway.sip.attributes import LegIdentity, from_tag
from gateway.sip.bus.io_info import CallAsked, Party
from gateway.sip.wire.ua import IncomingCall

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def new_leg_id() -> str:
    """An id like those livekit-sip makes: `SCL_` and twelve characters."""
    return "SCL_" + "".join(secrets.choice(_ALPHABET) for _ in range(12))


def numbers_of(call: IncomingCall) -> NumbersPii:
    return NumbersPii(
        ani=from_sip_user(call.from_uri.user),
        dnis=from_sip_user(call.to_uri.user or call.request_uri.user),
        source_address=call.source[0],
    )


def asked_of(call: IncomingCall, leg_id: str) -> CallAsked:
    numbers = numbers_of(call)
    return CallAsked(
        livekit_call_id=leg_id,
        sip_call_id=call.sip_call_id,
        source_ip=call.source[0],
        caller=Party(numbers.ani, call.from_uri.host, call.from_uri.port or 0),
        called=Party(numbers.dnis, call.to_uri.host, call.to_uri.port or 0),
        transport=call.transport,
    )


def identity_of(call: IncomingCall, call_id: str, leg_id: str) -> LegIdentity:
    return LegIdentity(call_id, leg_id, call.sip_call_id, from_tag(call.header("From") or ""), call.from_uri.host)
