"""How the end of a call out, or of a transfer, is told on the bus: a psrpc code, and the SIP status. Pure."""

from __future__ import annotations

from gateway.calls.slugs import SENTENCES
from gateway.sip.bus.serving import RpcRefused
from gateway.sip.bus.sip_internal import refused_with_status
from gateway.sip.endings import Ending

# None of them is one that LiveKit's client would try again by itself: the far end has been called.
_CODES: dict[int, str] = {
    401: "permission_denied",
    402: "permission_denied",
    403: "permission_denied",
    404: "not_found",
    407: "permission_denied",
    408: "deadline_exceeded",
    410: "not_found",
    480: "resource_exhausted",
    486: "resource_exhausted",
    487: "aborted",
    504: "deadline_exceeded",
    600: "resource_exhausted",
    603: "permission_denied",
    604: "not_found",
    607: "permission_denied",
    608: "permission_denied",
}


def psrpc_code_of(sip_code: int) -> str:
    """Ours for a refusal of the far end; 5xx say nothing about the request."""
    known = _CODES.get(sip_code)
    if known:
        return known
    return "failed_precondition" if 500 <= sip_code < 600 else "invalid_argument"


def refusal_of(how: Ending) -> RpcRefused:
    """A call that ended before it was what was asked for."""
    if how.slug in ("control_plane_lost", "livekit_unavailable"):
        return RpcRefused("unavailable", SENTENCES[how.slug])
    if how.slug in ("internal_error", "gateway_stopped"):
        return RpcRefused("internal", SENTENCES[how.slug])
    if how.slug == "bad_dial_request":
        return RpcRefused("invalid_argument", SENTENCES[how.slug])
    phrase = how.phrase or SENTENCES.get(how.slug, how.slug)
    return refused_with_status(psrpc_code_of(how.code), how.code, phrase)
