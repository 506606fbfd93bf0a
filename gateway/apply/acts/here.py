"""Accounts of kind own, agents and rules: what is only in our database; and LiveKit, which is told of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.endpoints import check_captures, check_places
from agents.models import AgentRow
from agents.profile import AgentContent
from dispatch_rules.models import RuleRow
from dispatch_rules.rows import SECRET, change_rule, check_rule, new_rule
from dispatch_rules.schemas import RuleAsked
from gateway.apply.names import differing
from gateway.apply.workshop import Done, Given, Workshop, gone
from gateway.auth.repository import record_act
from gateway.kernel.e164 import parse_e164
from gateway.kernel.errors import Unavailable
from gateway.kernel.ids import new_id
from trunks.accounts.accounts import read_keys
from trunks.accounts.models import CarrierRow
from trunks.accounts.repository import CarrierRepository
from trunks.repository import NumberRepository


async def carrier(step: Given, shop: Workshop) -> Done:
    keys = read_keys("own", step.given["keys"])
    async with shop.begin() as session:
        now, row = shop.clock.now(), await CarrierRepository(session).by_name(step.given["name"])
        made: dict[str, Any] = {}
        if row is None:
            row = CarrierRow(id=new_id("car"), name=step.given["name"], kind="own", keys="", created_at=now)
            session.add(row)
            made = {"carrier": row.name}
        row.keys, row.updated_at = shop.accounts.seal(keys), now
        await record_act(session, step.by, row.id, "create" if made else "update", now)
    return Done(made)


async def agent(step: Given, shop: Workshop) -> Done:
    name = step.given["name"]
    async with shop.begin() as session:
        now, row = shop.clock.now(), await session.scalar(select(AgentRow).where(AgentRow.name == name))
        content = AgentContent.model_validate({**(row.content if row else {}), "name": name, **step.given["profile"]})
        await check_places(session, content.transfers)
        if row is None:
            row = AgentRow(
                id=new_id("agt"), name=name, content=content.model_dump(mode="json"), created_at=now, updated_at=now
            )
            session.add(row)
            made: dict[str, Any] = {"agent": row.id}
        else:
            await check_captures(session, row.id, content)
            made = {"agent": row.id, "before": {one: row.content.get(one) for one in step.given["profile"]}}
            row.content, row.updated_at = content.model_dump(mode="json"), now
        await record_act(session, step.by, row.id, "update" if "before" in made else "create", now)
    return Done(made)


async def rule(step: Given, shop: Workshop) -> Done:
    async with shop.begin() as session:
        now = shop.clock.now()
        row = await session.scalar(select(RuleRow).where(RuleRow.name == step.given["name"]))
        wanted = await _wanted(session, step)
        if row is None:
            row = new_rule(RuleAsked.model_validate(wanted).model_dump(), shop.box, now)
            made: dict[str, Any] = {"rule": row.id}
            await check_rule(session, row, shop.wired)
            session.add(row)
        else:
            shown = {one: getattr(row, one) for one in wanted if one not in SECRET}
            made = {"rule": row.id, "before": shown}
            change_rule(row, differing(wanted, shown), shop.box, now)
            await check_rule(session, row, shop.wired)
        await record_act(session, step.by, row.id, "update" if "before" in made else "create", now)
    return Done(made)


async def livekit(step: Given, shop: Workshop) -> Done:
    if not await shop.board.reconcile():
        raise Unavailable(
            "LiveKit does not have everything yet", code="apply.livekit",
            todo="see last_error: GET /v1/inbound-trunks/sync, GET /v1/dispatch-rules/sync",
        )  # fmt: skip
    return Done()


async def _wanted(session: AsyncSession, step: Given) -> dict[str, Any]:
    """The fields of the rule, with ids in the place of names."""
    given, accounts, numbers = step.given, CarrierRepository(session), NumberRepository(session)
    agent = await session.scalar(select(AgentRow).where(AgentRow.name == given["agent"]))
    if agent is None:
        raise gone(f"the agent {given['agent']}")
    trunk_ids: list[str] = []
    for name in given["trunks"]:
        trunk = await accounts.trunk(name)
        if trunk is None or trunk.inbound_trunk_id is None:
            raise gone(f"the inbound side of the trunk {name}")
        trunk_ids.append(trunk.inbound_trunk_id)
    called: list[str] = []
    for text in given["numbers"]:
        row = await numbers.by_name(text)
        called.append(row.number if row else parse_e164(text))
    return {
        "name": given["name"], "trunk_ids": trunk_ids, "agent_id": agent.id, "numbers": called, **given["terms"],
    }  # fmt: skip
