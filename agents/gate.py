"""With a SIP bridge in front that asks nobody (livekit-sip), the worker asks: may this caller be heard?

It asks before it publishes any sound, so that the bridge has answered nobody whom it should not. The bridge tells one
Identity header at most, and only where the trunk hands headers on (`include_headers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from livekit import rtc

from agents.control_plane import ControlPlane
from gateway.calls.admission import AdmissionAsked
from gateway.calls.fact_sender import FactSender
from gateway.calls.facts import LegAnswered, LegJoined, LegLeft
from gateway.calls.participants import CALL_ID
from gateway.calls.settled_admission import settled_admission
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger

NODE = "livekit-sip"
HEADER = "sip.h."
MOST_HEADERS, LONGEST_VALUE = 24, 1024

_log = get_logger(__name__)


@dataclass(frozen=True)
class LetIn:
    """`attributes`: what the control plane says of the caller, beside the participant's own."""

    call_id: str
    attributes: Mapping[str, str]


class TurnedAway(Exception):
    """The caller may not be heard; the record says why."""


def comes_unasked(caller: rtc.RemoteParticipant) -> bool:
    """A phone that no node of ours has brought."""
    return caller.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP and CALL_ID not in caller.attributes


def question(call_id: str, attributes: Mapping[str, str]) -> AdmissionAsked:
    """What the bridge tells of the INVITE. Where it came from it does not say: LiveKit has looked at that."""
    headers = [
        (name.removeprefix(HEADER).lower(), value[:LONGEST_VALUE])
        for name, value in attributes.items()
        if name.startswith(HEADER)
    ]
    identity = [value for name, value in attributes.items() if name.lower() == f"{HEADER}identity"]
    return AdmissionAsked.model_validate(
        {
            "call_id": call_id,
            "direction": "inbound",
            "sip_call_id": attributes.get("sip.callIDFull") or attributes.get("sip.callID", ""),
            "node": NODE,
            "livekit_trunk_id": attributes.get("sip.trunkID", ""),
            "pii": {"ani": attributes.get("sip.phoneNumber", ""), "dnis": attributes.get("sip.trunkPhoneNumber", "")},
            "invite_pii": {"headers": [one for one in headers if one[0] != "identity"][:MOST_HEADERS]},
            "identity_headers": identity,
        }
    )


async def let_in(plane: ControlPlane, facts: FactSender, caller: rtc.RemoteParticipant, room: str) -> LetIn:
    """Raises TurnedAway: for a refusal, for a challenge, which needs a node of ours, and when nobody answers."""
    call_id = new_id("call")
    asked = question(call_id, caller.attributes)
    verdict = await settled_admission(lambda: plane.admission(asked))
    if verdict is not None and verdict.verdict == "accept" and verdict.challenge:
        facts.record(LegLeft, call_id, ended_by="gateway", slug="screened")
    if verdict is None or verdict.verdict != "accept" or verdict.challenge:
        _log.info("caller_turned_away", call_id=call_id, slug=verdict.slug if verdict else "control_plane_lost")
        raise TurnedAway
    leg_id = caller.attributes.get("sip.callID", "")
    facts.record(LegJoined, call_id, leg_id=leg_id, room=room, pii={"identity": caller.identity})
    facts.record(LegAnswered, call_id, codec="")
    return LetIn(call_id, {**caller.attributes, **verdict.attributes})
