"""Takes back what a plan has done, in reverse, where that is safe. A number is never released: it stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.models import AgentRow
from agents.profile import AgentContent
from dispatch_rules.models import RuleRow
from dispatch_rules.rows import change_rule, check_rule
from gateway.apply.carry import over
from gateway.apply.models import StepRow
from gateway.apply.remote_spec import remote_spec
from gateway.apply.repository import PlanRepository
from gateway.apply.workshop import Workshop
from gateway.auth.repository import record_act
from gateway.campaigns.in_use import campaign_of_agent, campaign_of_trunk
from gateway.in_use import rule_of_agent, rule_of_trunk, target_of_trunk
from gateway.kernel.errors import Conflict, GatewayError
from trunks.accounts.models import CarrierTrunkRow
from trunks.accounts.repository import CarrierRepository
from trunks.accounts.trunk_endpoints import forget
from trunks.carriers.port import OwnedNumber, RemoteTrunk
from trunks.models import NumberRow, TrunkRow
from trunks.rows import change_row

WORK = "plan-undo"


class Undo:
    """`await run()`; each step ends as `undone`, or as `kept` with the reason."""

    def __init__(self, plan_id: str, shop: Workshop) -> None:
        self._plan_id, self._shop = plan_id, shop
        self._by = ""

    async def run(self) -> None:
        async with self._shop.begin() as session:
            plan = await PlanRepository(session).get(self._plan_id)
            if plan.state != "undoing":
                return
            self._by = plan.by
            steps = await PlanRepository(session).steps(self._plan_id)
        for step in reversed(steps):
            if step.state == "done":
                await self._take_back(step)
        await self._shop.board.reconcile()
        async with self._shop.begin() as session:
            plan = await PlanRepository(session).get(self._plan_id)
            over(plan, "undone", _kept(await PlanRepository(session).steps(self._plan_id)), self._shop.clock.now())

    async def _take_back(self, step: StepRow) -> None:
        try:
            kept = await self._one(step)
        except GatewayError as error:
            kept = error.detail
        async with self._shop.begin() as session:
            row = await session.get(StepRow, step.id)
            assert row is not None
            row.state, row.problem = ("kept", kept[:490]) if kept else ("undone", "")

    async def _one(self, step: StepRow) -> str:
        """Why it stays, or "". Raises what carriers raise."""
        match step.act:
            case "number.buy" | "number.import" | "number.lead":
                return await self._number(step)
            case "trunk.create":
                return await self._trunk(step)
            case "trunk.repair":
                return "what was mended stays mended"
            case "livekit.sync":
                return ""
            case _:
                return await self._here(step)

    async def _number(self, step: StepRow) -> str:
        async with self._shop.begin() as session:
            row = await session.get(NumberRow, step.made["number_id"])
            before = await CarrierRepository(session).of_trunk(step.made["before"] or "")
        if row is None:
            return ""
        _, carrier = await self._shop.carrier(step.carrier)
        own = OwnedNumber(row.remote_id, row.number, row.tag)
        if before is None:
            await carrier.unassign(own)
        else:
            remote = RemoteTrunk(before.remote_id, before.tag, before.name, before.host, ())
            await carrier.assign(own, remote, remote_spec(before, before.spec, self._shop.box))
        async with self._shop.begin() as session:
            there = await session.get(NumberRow, row.id)
            if there is not None:
                there.inbound_trunk_id, there.updated_at = step.made["before"], self._shop.clock.now()
        if step.act == "number.lead":
            return ""
        return f"{row.number} is ours and paid for; to give it back: gateway numbers release {row.number}"

    async def _trunk(self, step: StepRow) -> str:
        async with self._shop.begin() as session:
            row = await CarrierRepository(session).trunk(step.made["trunk"])
            if row is None:
                return ""
            if reason := await _trunk_used(session, row):
                return reason
        _, carrier = await self._shop.carrier(step.carrier)
        if row.remote_id:
            await carrier.delete_trunk(RemoteTrunk(row.remote_id, row.tag, row.name, row.host, ()))
        async with self._shop.begin() as session:
            there = await session.get(CarrierTrunkRow, row.id)
            assert there is not None
            await forget(session, there)
            await record_act(session, self._by, row.id, "delete", self._shop.clock.now())
        return ""

    async def _here(self, step: StepRow) -> str:
        async with self._shop.begin() as session:
            made, now = step.made, self._shop.clock.now()
            match step.act:
                case "agent.create":
                    agent = await session.get(AgentRow, made["agent"])
                    if agent and (rule := await rule_of_agent(session, agent.id)):
                        return f"{rule} sends calls to this agent"
                    if agent and (campaign := await campaign_of_agent(session, agent.id)):
                        return f"{campaign} calls people with this agent"
                    await _delete(session, agent)
                case "agent.update":
                    agent = await session.get(AgentRow, made["agent"])
                    if agent:
                        content = AgentContent.model_validate({**agent.content, **made["before"]})
                        agent.content, agent.updated_at = content.model_dump(mode="json"), now
                case "rule.create":
                    await _delete(session, await session.get(RuleRow, made["rule"]))
                case "rule.update":
                    rule_row = await session.get(RuleRow, made["rule"])
                    if rule_row:
                        change_rule(rule_row, made["before"], self._shop.box, now)
                        await check_rule(session, rule_row, self._shop.wired)
                case "trunk.inbound" | "trunk.outbound":
                    return await self._side(session, step)
                case "carrier.create":
                    carrier = await CarrierRepository(session).by_name(made["carrier"])
                    if carrier and any(await CarrierRepository(session).uses(carrier.id)):
                        return "numbers and trunks are at it"
                    await _delete(session, carrier)
                case _:
                    return "it stays as it is now"
            of = next((name for kind in ("agent", "rule", "carrier") if (name := made.get(kind))), step.key)
            await record_act(session, self._by, of[:60], "undo", now)
        return ""

    async def _side(self, session: AsyncSession, step: StepRow) -> str:
        row = await CarrierRepository(session).trunk(step.made["trunk"])
        way = "inbound_trunk_id" if step.act == "trunk.inbound" else "outbound_trunk_id"
        side = await session.get(TrunkRow, (getattr(row, way) if row else None) or "")
        if "before" in step.made:
            if side:
                change_row(side, step.made["before"], self._shop.box, self._shop.clock.now())
            return ""
        if side and (used := await _user_of(session, side.id)):
            return f"{used} needs it"
        if row:
            setattr(row, way, None)
            await session.flush()
        await _delete(session, side)
        return ""


async def _trunk_used(session: AsyncSession, row: CarrierTrunkRow) -> str:
    if row.inbound_trunk_id and (rule := await rule_of_trunk(session, row.inbound_trunk_id)):
        return f"{rule} takes calls from this trunk"
    if row.inbound_trunk_id:
        number = await session.scalar(
            select(NumberRow.number).where(NumberRow.inbound_trunk_id == row.inbound_trunk_id).limit(1)
        )
        if number:
            return f"{number} comes by this trunk"
    if row.outbound_trunk_id and (target := await target_of_trunk(session, row.outbound_trunk_id)):
        return f"transfer target {target} is called by it"
    if row.outbound_trunk_id and (campaign := await campaign_of_trunk(session, row.outbound_trunk_id)):
        return f"{campaign} calls by this trunk"
    return ""


async def _user_of(session: AsyncSession, trunk_id: str) -> str | None:
    return (
        await target_of_trunk(session, trunk_id)
        or await rule_of_trunk(session, trunk_id)
        or await campaign_of_trunk(session, trunk_id)
    )


async def _delete(session: AsyncSession, row: Any) -> None:
    if row is not None:
        await session.delete(row)


def _kept(steps: Sequence[StepRow]) -> str:
    kept = [one.key for one in steps if one.state == "kept"]
    return f"{len(kept)} steps were kept: {', '.join(kept[:5])}" if kept else ""


def may_undo(state: str) -> None:
    """Raises Conflict."""
    if state not in ("applied", "failed", "waiting"):
        raise Conflict(
            f"a plan that is {state} cannot be undone", code="plan.state", todo="undo one that was applied, or failed"
        )
