"""A place where a caller may be sent, as the deciders see it. Pure.

A person is rung: by telephone, at a SIP URI, or in a browser. A team is a choice among persons.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["phone", "sip", "operator", "team"]
Strategy = Literal["in_order", "all_at_once", "longest_idle"]

SHORTEST_RING_S, USUAL_RING_S, LONGEST_RING_S = 5, 25, 120


@dataclass(frozen=True)
class Target:
    """A person has one of `number` (E.164), `uri` (sip:) and `identity` (LiveKit's), a team has `members`, by id.

    `trunk_id`: the outbound trunk that a number or URI is called by; a number without one goes by the routes.
    `allowed_agents` empty: no agent may send there.
    """

    id: str
    kind: Kind
    name: str = field(default="", repr=False)
    enabled: bool = True
    trunk_id: str = ""
    number: str = field(default="", repr=False)
    uri: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)
    members: tuple[str, ...] = ()
    strategy: Strategy = "in_order"
    skills: tuple[str, ...] = ()
    ring_s: int = USUAL_RING_S
    voicemail_detection: bool = True
    allowed_agents: tuple[str, ...] = ()
    operators_may_send: bool = True

    @property
    def address(self) -> str:
        """Where a person is rung; empty for a team."""
        return self.number or self.uri or self.identity
