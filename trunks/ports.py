"""What provisioning needs from LiveKit. The adapter is `gateway/livekit/switchboard.py`; tests have one in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Kind = Literal["inbound-trunks", "outbound-trunks", "dispatch-rules"]
Body = dict[str, Any]


@dataclass(frozen=True)
class Provisioned:
    """One object as LiveKit has it. `owner` is our id, None for an object that is not ours."""

    livekit_id: str
    owner: str | None
    body: Body


class Switchboard(Protocol):
    """LiveKit's trunks and rules. Every method raises Unavailable when LiveKit does not answer, Conflict when it
    refuses. Bodies have a `name` and, by kind,

    inbound:  numbers, allowed_addresses, allowed_numbers, auth_username, auth_password
    outbound: address, transport, numbers, auth_username, auth_password
    rules:    trunk_ids (LiveKit's), numbers, inbound_numbers, room_prefix, agent_name, agent_id,
              pin, hide_phone_number, attributes
    """

    async def list(self, kind: Kind) -> list[Provisioned]: ...

    async def create(self, kind: Kind, owner: str, body: Body) -> str:
        """LiveKit's id of the new object."""
        ...

    async def update(self, kind: Kind, livekit_id: str, owner: str, body: Body) -> None:
        """Replaces the object's body. Raises NotFound when it is gone."""
        ...

    async def delete(self, kind: Kind, livekit_id: str) -> None:
        """What is gone already counts as deleted."""
        ...
