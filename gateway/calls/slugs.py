"""Termination slugs and the sentence each one is told with. A call ends with exactly one."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "completed": "The call ended normally.",
    "caller_cancelled": "The caller hung up before the call was answered.",
    "no_agent": "No agent came to the call in time; the caller heard the rule's fallback prompt.",
    "busy": "The called party was busy.",
    "no_answer": "The called party did not answer.",
    "declined": "The called party declined the call.",
    "unknown_number": "The called number is not one of this gateway's numbers.",
    "no_rule": "No dispatch rule takes calls to this number on this trunk.",
    "wrong_password": "The caller's SIP credentials were wrong.",
    "source_not_allowed": "The call came from an address that the trunk does not allow.",
    "caller_not_allowed": "The trunk does not take calls from this caller's number.",
    "no_trunk": "No inbound trunk accepts this call.",
    "outbound_not_allowed": "Outbound calls are not enabled on this gateway.",
    "no_codec": "The caller's phone offered no codec that the gateway speaks (PCMU or PCMA).",
    "malformed": "The INVITE could not be read.",
    "over_capacity": "The gateway was at its call limit.",
    "draining": "The SIP node was shutting down and took no new calls.",
    "control_plane_lost": "The control plane did not answer, and the trunk's policy then refuses calls.",
    "livekit_unavailable": "LiveKit did not answer, so there was no room for the call.",
    "media_timeout": "No audio packets came from the caller for too long.",
    "max_duration": "The call reached its maximum duration.",
    "ack_timeout": "The caller's phone never acknowledged our answer.",
    "room_closed": "The LiveKit room was closed, or the phone's participant was removed from it.",
    "room_lost": "The LiveKit room disappeared during the call.",
    "node_lost": "The SIP node that carried the call stopped.",
    "gateway_stopped": "The gateway was stopped during the call.",
    "internal_error": "The gateway failed while it handled the call; the log has the details.",
}


def sentence_for(slug: str) -> str:
    """The plain sentence for a slug; raises KeyError for one that is not in the vocabulary."""
    return SENTENCES[slug]
