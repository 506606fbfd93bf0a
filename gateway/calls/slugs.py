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
    "too_many_calls": "Too many calls came at once from one source or to one number.",
    "wrong_pin": "The caller did not enter the PIN of the dispatch rule.",
    "source_not_allowed": "The call came from an address that the trunk does not allow.",
    "caller_not_allowed": "The trunk does not take calls from this caller's number.",
    "caller_blocked": "The caller's number is on the block list.",
    "source_blocked": "The address that the call came from is on the block list.",
    "do_not_originate": "The call showed a number that never places calls.",
    "anonymous_caller": "The caller showed no number, and the trunk or rule takes no such calls.",
    "not_on_allow_list": "The trunk or rule takes only callers on an allow list, and this one is on none.",
    "caller_rate": "The caller made more calls in a minute than the trunk or rule allows.",
    "number_rate": "More calls came to the number in a minute than the trunk or rule allows.",
    "unverified_caller": "The trunk or rule takes no calls from callers for whom nobody vouches well enough.",
    "screened": "The caller did not answer the question that the gateway asked first.",
    "redirected": "The caller was sent to another address.",
    "no_trunk": "No inbound trunk accepts this call.",
    "outbound_not_allowed": "No enabled outbound trunk of this gateway was named for the call.",
    "caller_id_not_allowed": "The call would have shown a number that is not the trunk's own.",
    "emergency_number": "The number reaches emergency services, which this gateway never dials.",
    "short_code": "The number is a short code or a service number, which this gateway never dials.",
    "premium_number": "The number costs more than an ordinary call: premium, shared-cost or personal.",
    "satellite_number": "The number belongs to a satellite or another network of no country.",
    "country_not_allowed": "The trunk does not allow calls to the number's country.",
    "extension_not_allowed": "The trunk calls telephone numbers only, no extensions and no names.",
    "unreadable_number": "The dialled text is no telephone number that exists.",
    "spend_cap": "The trunk has spent its money for today.",
    "rejected": "The other side refused the call.",
    "unreachable": "The called number could not be reached.",
    "blocked": "The network blocked the call as unwanted.",
    "already_dialled": "The attempt of a campaign was dialled before, or is over: one attempt is one dial.",
    "call_rate": "Calls began faster than the trunk's carrier takes them.",
    "carrier_limit": "The carrier took no more calls from this trunk.",
    "dial_cancelled": "The call was given up before the called party answered.",
    "bad_dial_request": "The request for the call was not one that can be carried out.",
    "session_lost": "The other side stopped answering, and the session timer or a request found that out.",
    "agent_gone": "The agent left the call out, and nobody else was in the room.",
    "transferred": "The call was transferred to another number.",
    "no_codec": "The phone offered no codec that the gateway speaks, or the trunk allows.",
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


# refusals of somebody who has no business here, or tries what there is
STRANGERS = frozenset(
    {"unknown_number", "no_trunk", "source_not_allowed", "source_blocked", "wrong_password", "malformed"}
)


def sentence_for(slug: str) -> str:
    """The plain sentence for a slug; raises KeyError for one that is not in the vocabulary."""
    return SENTENCES[slug]
