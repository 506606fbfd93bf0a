"""A control plane in this process with one trunk, number and rule, as LiveKit would know them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from gateway.auth.scopes import Role
from tests.integration.control_plane.plane import Plane, client_of
from trunks.models import TrunkRow


async def provision(plane: Plane, number: str, **trunk_fields: Any) -> None:
    """A call to `number` from the trunk ST_1 then has an agent."""
    key = await plane.new_key(Role.ADMIN)
    async with client_of(plane.app, key) as client:
        plane.clients[Role.ADMIN] = client
        trunk = await plane.trunk(**trunk_fields)
        await plane.number(number, trunk)
        await plane.rule(trunk, await plane.agent())
    async with plane.container.database.begin() as session:
        await session.execute(update(TrunkRow).values(livekit_id="ST_1"))
