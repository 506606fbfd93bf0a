"""Whom a call out hears, and whether it is heard, from its first packet on: as the request for it says. Pure.

Orders are read from the attributes of `CreateSIPParticipant` and never from those of the participant that comes of
it: whoever holds a LiveKit key may change these, so what comes later has to be signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.calls.leg_commands import BORN_HEARING, BORN_SPEAKING
from gateway.calls.participants import identities_in
from gateway.sip.mixer import ALL, Hearing

_SPEAKING = {"true": True, "false": False}


@dataclass(frozen=True)
class Routes:
    hears: Hearing = ALL
    speaks: bool = True


OPEN = Routes()
SHUT = Routes(frozenset(), speaks=False)


def routes_at_birth(attributes: Mapping[str, str]) -> Routes:
    """What nobody said is open; what cannot be read shuts both ways."""
    speaks = _SPEAKING.get(attributes.get(BORN_SPEAKING, "true"))
    hears = identities_in(attributes[BORN_HEARING]) if BORN_HEARING in attributes else ALL
    return SHUT if speaks is None or hears is None else Routes(hears, speaks)
