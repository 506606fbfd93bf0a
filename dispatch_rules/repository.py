"""Queries of dispatch rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from dispatch_rules.match import Terms
from dispatch_rules.models import RuleRow
from gateway.kernel.errors import NotFound
from gateway.kernel.secrets import SecretBox
from trunks.ports import Body
from trunks.repository import TrunkRepository


def terms_of(row: RuleRow) -> Terms:
    return Terms(row.id, row.name, row.trunk_ids, row.numbers, row.inbound_numbers, row.enabled)


class RuleRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, rule_id: str) -> RuleRow:
        """Raises NotFound."""
        row = await self._session.get(RuleRow, rule_id)
        if row is None:
            raise NotFound("there is no such dispatch rule", todo="GET /v1/dispatch-rules")
        return row

    async def all(self) -> Sequence[RuleRow]:
        return (await self._session.scalars(select(RuleRow))).all()

    async def any_pin(self) -> bool:
        sealed = (RuleRow.pin != "") | (RuleRow.trust_pin != "")
        return bool(await self._session.scalar(select(RuleRow.id).where(sealed).limit(1)))

    async def link(self, links: Mapping[str, str]) -> None:
        """LiveKit's ids beside ours, "" for the rules that are not in `links`."""
        for row in await self.all():
            row.livekit_id = links.get(row.id, "")


async def wanted_rules(session: AsyncSession, box: SecretBox, agent_name: str) -> dict[str, Body]:
    """Rules as LiveKit should have them, by our id. A rule none of whose trunks is in LiveKit is left out: without
    trunks LiveKit would take it for one that accepts strangers."""
    links = {row.id: row.livekit_id for row in await TrunkRepository(session).all("inbound") if row.livekit_id}
    wanted: dict[str, Body] = {}
    for row in await RuleRepository(session).all():
        trunk_ids = sorted(links[one] for one in row.trunk_ids if one in links)
        if row.enabled and trunk_ids:
            wanted[row.id] = {
                "name": row.name,
                "trunk_ids": trunk_ids,
                "numbers": sorted(row.numbers),
                "inbound_numbers": sorted(row.inbound_numbers),
                "room_prefix": row.room_prefix,
                "agent_name": agent_name,
                "agent_id": row.agent_id,
                "pin": box.open(row.pin),
                "hide_phone_number": row.hide_phone_number,
                "attributes": dict(row.attributes),
            }
    return wanted
