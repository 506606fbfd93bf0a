"""What a SIP leg looks like in a room: livekit-sip's participant attributes and ours beside them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.calls.leg_commands import HUMAN, ROLE
from gateway.calls.participants import ASKED_BY, CALL_ID

INCLUDE_X_HEADERS, INCLUDE_ALL_HEADERS = 1, 2
LONGEST_VALUE = 1024
STATUS = "sip.callStatus"
TELLING = frozenset(  # headers that tell who calls
    ("from", "contact", "p-asserted-identity", "p-preferred-identity", "remote-party-id", "identity", "diversion")
)
HELD = "gateway.held"  # "true" while the phone's side holds the call


@dataclass(frozen=True)
class LegIdentity:
    """Names of one leg: ours, LiveKit's, and the three of the SIP dialog that others know it by."""

    call_id: str
    leg_id: str
    sip_call_id: str
    from_tag: str
    hostname: str


def leg_attributes(
    leg: LegIdentity, of_rule: dict[str, str], of_verdict: dict[str, str], of_headers: dict[str, str]
) -> dict[str, str]:
    """All attributes of the participant that joins, `ringing`. The verdict adds only `gateway.*`."""
    attributes = {**of_headers, **of_rule}
    attributes |= {key: value for key, value in of_verdict.items() if key.startswith("gateway.")}
    attributes |= {
        "sip.callID": leg.leg_id,
        "sip.callIDFull": leg.sip_call_id,
        "sip.callTag": leg.from_tag,
        STATUS: "ringing",
        CALL_ID: leg.call_id,
    }
    if attributes.get("sip.phoneNumber"):  # a rule that hides the number hides the host too
        attributes["sip.hostname"] = leg.hostname
    return {key: value[:LONGEST_VALUE] for key, value in attributes.items() if value}


def outbound_attributes(leg: LegIdentity, asked: dict[str, str], of_verdict: dict[str, str]) -> dict[str, str]:
    """Attributes of the participant of a call out, `dialing`: what was asked for, and what is not theirs to say."""
    ours = {(ASKED_BY, asked.get(ASKED_BY)), (ROLE, HUMAN)}
    attributes = {key: value for key, value in asked.items() if not key.startswith("gateway.") or (key, value) in ours}
    attributes |= {key: value for key, value in of_verdict.items() if key.startswith("gateway.")}
    attributes |= {"sip.callID": leg.leg_id, STATUS: "dialing", CALL_ID: leg.call_id}
    return {key: value[:LONGEST_VALUE] for key, value in attributes.items() if value}


def dialog_attributes(sip_call_id: str, tag: str) -> dict[str, str]:
    """The names of the SIP dialog, once there is one."""
    return {"sip.callIDFull": sip_call_id[:LONGEST_VALUE], "sip.callTag": tag[:LONGEST_VALUE]}


def header_attributes(
    headers: Iterable[tuple[str, str]], to_attributes: dict[str, str], include: int, *, hidden: bool = False
) -> dict[str, str]:
    """Attributes made of INVITE headers: `sip.h.<name>` as the trunk asks, and named ones (the first of a name).

    `hidden`: the rule hides the caller's number, so headers that carry it are left out too.
    """
    named = {name.lower(): attribute for name, attribute in to_attributes.items()}
    made: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        if hidden and lower in TELLING:
            continue
        if lower in named:
            made.setdefault(named[lower], value)
        if include == INCLUDE_ALL_HEADERS or (include == INCLUDE_X_HEADERS and lower.startswith("x-")):
            made.setdefault(f"sip.h.{lower}", value)
    return made
