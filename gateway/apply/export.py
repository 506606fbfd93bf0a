"""What there is, as the file that would make it: only what differs from the defaults, no secrets."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.models import AgentRow
from agents.profile import AgentContent
from dispatch_rules.repository import RuleRepository
from dispatch_rules.schemas import Rule, RuleAsked
from gateway.apply.document import Document
from gateway.kernel.secrets import SecretBox
from trunks.accounts.models import CarrierTrunkRow
from trunks.accounts.repository import CarrierRepository
from trunks.models import NumberRow, TrunkRow
from trunks.repository import NumberRepository
from trunks.schemas import InboundTrunk, InboundTrunkAsked, OutboundTrunk, OutboundTrunkAsked


@dataclass(frozen=True)
class Export:
    document: Document
    left_out: list[str]


async def export(session: AsyncSession, box: SecretBox) -> Export:
    accounts = CarrierRepository(session)
    names = {row.id: row for row in await accounts.all()}
    trunks = await accounts.trunks()
    by_side = {row.inbound_trunk_id: row.name for row in trunks if row.inbound_trunk_id}
    left_out: list[str] = []
    numbers = list(await session.scalars(select(NumberRow).order_by(NumberRow.number)))
    agents = list(await session.scalars(select(AgentRow).order_by(AgentRow.name)))
    rules = sorted(await RuleRepository(session).all(), key=lambda row: row.name)
    twice = {name for name, times in Counter(row.name for row in (*agents, *rules)).items() if times > 1}
    agent_names = {row.id: row.name for row in agents if row.name not in twice}
    return Export(
        Document.model_validate(
            {
                "carriers": [
                    {"name": row.name, **json.loads(box.open(row.keys))} for row in names.values() if row.kind == "own"
                ],
                "agents": [
                    {"name": row.name, "profile": _other(AgentContent, row.content, {"name"})}
                    for row in agents
                    if _kept(row.name not in twice, f"agent {row.name}: another has the name", left_out)
                ],
                "trunks": [await _trunk(session, row, names[row.carrier_id].name) for row in trunks],
                "numbers": [
                    {
                        "number": row.number, "carrier": names[row.carrier_id or ""].name,
                        **({"name": row.name} if row.name else {}),
                        **({"trunk": by_side[row.inbound_trunk_id]} if row.inbound_trunk_id in by_side else {}),
                    }
                    for row in numbers
                    if _kept(row.carrier_id in names, f"number {row.id}: it is at no carrier of ours", left_out)
                ],
                "rules": [
                    {
                        "name": row.name, "trunks": [by_side[one] for one in row.trunk_ids],
                        "agent": agent_names[row.agent_id], "numbers": list(row.numbers),
                        "terms": _other(
                            RuleAsked, Rule.model_validate(row).model_dump(mode="json"),
                            {"name", "trunk_ids", "agent_id", "numbers"},
                        ),
                    }
                    for row in rules
                    if _kept(
                        row.name not in twice and set(row.trunk_ids) <= set(by_side) and row.agent_id in agent_names,
                        f"rule {row.name}: its name is not its own, or its trunks or agent are not in the file",
                        left_out,
                    )
                ],
            }
        ),
        left_out,
    )  # fmt: skip


async def _trunk(session: AsyncSession, row: CarrierTrunkRow, carrier: str) -> dict[str, Any]:
    spec = {name: value for name, value in row.spec.items() if name != "transport"}
    inbound = await session.get(TrunkRow, row.inbound_trunk_id or "")
    outbound = await session.get(TrunkRow, row.outbound_trunk_id or "")
    out: dict[str, Any] | None = None
    if outbound is not None:
        shown = OutboundTrunk.model_validate(outbound).model_dump(mode="json")
        own = {"name", "auth_username", *(("address",) if outbound.address == row.host else ())}
        by_trunk = await NumberRepository(session).of_trunk(row.inbound_trunk_id or "")
        own |= {"numbers"} if sorted(outbound.numbers) == by_trunk else set()
        out = _other(OutboundTrunkAsked, shown, own)
        out.pop("transport", None)
    shown_in = InboundTrunk.model_validate(inbound).model_dump(mode="json") if inbound else None
    let_in = _other(InboundTrunkAsked, shown_in, {"name", "auth_username"}) if shown_in else None
    return {"name": row.name, "carrier": carrier, **spec, "inbound": let_in, "outbound": out}


def _other(model: type[BaseModel], there: dict[str, Any], without: set[str]) -> dict[str, Any]:
    """The fields that have no default, or are not as it is."""
    needed = {name: there[name] for name, one in model.model_fields.items() if one.is_required()}
    usual = model.model_validate(needed).model_dump(mode="json")
    return {
        name: there[name]
        for name in model.model_fields
        if name in there and name not in without and (name in needed or there[name] != usual[name])
    }


def _kept(keep: bool, words: str, left_out: list[str]) -> bool:
    if not keep:
        left_out.append(words)
    return keep
