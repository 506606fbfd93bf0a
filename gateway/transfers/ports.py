"""What a transfer needs of the world besides `gateway.livekit.isolation`, which keeps the parties apart.

Every method may be called again for the same thing, and then changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gateway.calls.call import Call
from gateway.calls.transfer_facts import LastResort, TransferOutcome
from gateway.livekit.referring import Referred
from gateway.transfers.story import Attempt, Story


@dataclass(frozen=True)
class Place:
    """Where the caller is: the room, and who is who in it. `agent` is empty while none is there; `human` is the
    transfer by which the caller came to the human that is there."""

    call_id: str
    room: str
    caller: str
    agent: str = ""
    human: str = ""

    @classmethod
    def of(cls, call: Call) -> Place:
        return cls(call.id, call.room, call.pii.leg_identity, call.agent_identity, call.human)


@dataclass(frozen=True)
class HumanDialled:
    """`attempt_id` names the call out (`asked_by`); `identity` is the human's in the room. `failed_trunks` have been
    tried for it, in vain."""

    attempt_id: str
    target_id: str
    identity: str
    ring_s: int
    failed_trunks: tuple[str, ...] = ()


class Humans(Protocol):
    """Reaching humans. What becomes of a call is told by its record."""

    async def dial(self, place: Place, human: HumanDialled) -> None:
        """Begins to call; who answers is in the room, heard by nobody. Raises GatewayError when that cannot begin."""
        ...

    async def drop(self, place: Place, identity: str) -> None:
        """Takes the human out of the room, ringing or not. Raises Unavailable."""
        ...


class Referring(Protocol):
    """Sending the caller's own phone to a human."""

    async def refer(self, place: Place, target_id: str) -> Referred:
        """Returns when it is known how it ended, or that nobody knows. Raises GatewayError when nothing was sent."""
        ...


class AgentLine(Protocol):
    """What the agent of the call is told. Raises Unavailable, or NotFound when there is none."""

    async def wait(self, place: Place, transfer_id: str) -> None:
        """The caller does not hear you now, nor you the caller."""
        ...

    async def brief(self, place: Place, attempt: Attempt, story: Story) -> None:
        """Speak with this human now; `ConsultAnswered` tells what came of it."""
        ...

    async def introduce(self, place: Place, story: Story) -> None:
        """Caller and human hear each other: leave, after a last word if it is a warm transfer."""
        ...

    async def give_back(self, place: Place, transfer_id: str, outcome: TransferOutcome, then: LastResort) -> None:
        """The caller is yours again; say how it went, and what follows."""
        ...
