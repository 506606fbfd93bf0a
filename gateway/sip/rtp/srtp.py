"""Encrypted datagrams (SRTP and SRTCP, RFC 3711) by libsrtp; keys come from the session description (SDES)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol

from pylibsrtp import Error, Policy, Session

from gateway.kernel.errors import BadInput

KEY_BYTES = 30
WINDOW = 1024  # packets that may arrive late and still count as new: 20 s
_PROFILES = {
    "AES_CM_128_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "AES_CM_128_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
}


class PeerKey(Protocol):
    """`gateway.sip.wire.sdp_crypto.Crypto` is one."""

    @property
    def suite(self) -> str: ...
    @property
    def key(self) -> bytes: ...


def new_key() -> bytes:
    """Key and salt of one call."""
    return secrets.token_bytes(KEY_BYTES)


class Srtp:
    """Both directions of one call. What is not authentic, or was here before, is counted and comes back as None."""

    def __init__(self, peer: PeerKey, local_key: bytes, before: Srtp | None = None) -> None:
        """`before`: a direction whose key stays goes on counting where it was, for its packets do (RFC 3711 §3.3.1)."""
        profile = _PROFILES.get(peer.suite)
        if profile is None or len(peer.key) != KEY_BYTES or len(local_key) != KEY_BYTES:
            raise BadInput("the SRTP keys do not fit the suite", code="sdp.crypto", field="crypto")
        self.replayed = self.unauthenticated = 0
        self._in_keys, self._out_keys = (peer.suite, peer.key), (peer.suite, local_key)
        if before and before._in_keys == self._in_keys:
            self._in = before._in
        else:
            self._in = _session(Policy.SSRC_ANY_INBOUND, profile, peer.key)
        if before and before._out_keys == self._out_keys:
            self._out = before._out
        else:
            self._out = _session(Policy.SSRC_ANY_OUTBOUND, profile, local_key)
        if before:
            self.replayed, self.unauthenticated = before.replayed, before.unauthenticated

    def protect(self, datagram: bytes) -> bytes:
        return self._out.protect(datagram)

    def protect_rtcp(self, datagram: bytes) -> bytes:
        return self._out.protect_rtcp(datagram)

    def unprotect(self, datagram: bytes) -> bytes | None:
        return self._opened(self._in.unprotect, datagram)

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        return self._opened(self._in.unprotect_rtcp, datagram)

    def _opened(self, unprotect: Callable[[bytes], bytes], datagram: bytes) -> bytes | None:
        try:
            return unprotect(datagram)
        except (Error, ValueError) as error:  # ValueError: longer than libsrtp's buffer
            if "replay" in str(error):
                self.replayed += 1
            else:
                self.unauthenticated += 1
            return None


def _session(direction: int, profile: int, key: bytes) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.window_size = WINDOW
    return Session(policy)
