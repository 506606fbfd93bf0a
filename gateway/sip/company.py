"""Who keeps a caller company when no agent does: a person of the room. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from livekit import rtc

from gateway.calls.leg_commands import HUMAN, ROLE
from gateway.calls.participants import SUPERVISES
from gateway.sip.attributes import STATUS

_PHONE, _CLIENT = rtc.ParticipantKind.PARTICIPANT_KIND_SIP, rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD


def may_keep_company(kind: rtc.ParticipantKind.ValueType) -> bool:
    """Phones and clients are people, all others are programs."""
    return kind in (_PHONE, _CLIENT)


def keeps_company(kind: rtc.ParticipantKind.ValueType, attributes: Mapping[str, str]) -> bool:
    """A phone that has been answered, or a client; unless its role says that it is something else than a person.

    A supervisor who has barged in talks with the caller as any person does; one who listens or whispers does not.
    """
    if attributes.get(ROLE, HUMAN) != HUMAN and attributes.get(SUPERVISES) != "barge":
        return False
    return kind == _CLIENT or (kind == _PHONE and attributes.get(STATUS) == "active")
